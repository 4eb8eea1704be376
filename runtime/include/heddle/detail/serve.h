#pragma once

#include "heddle/semaphore.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <cstddef>
#include <source_location>
#include <system_error>
#include <utility>

namespace heddle::detail {

/// Calls `handler` for each connection that `accept()` gives, in a task of its
/// own; returns when there are no more and all calls have returned.
template <class Accept, class Handler>
void serve(Accept accept, Handler &handler, std::size_t max_connections,
           const std::source_location &site) HEDDLE_SUSPENDS {
  WaitGroup calls;
  Semaphore free(max_connections);
  struct Join {
    WaitGroup &calls;
    ~Join() HEDDLE_SUSPENDS { calls.wait(); }
  } join{calls};
  for (;;) {
    Semaphore::Slot slot(free);
    auto connection = accept();
    if (!connection)
      return;
    calls.spawn(
        [&handler, slot = std::move(slot),
         stream = std::move(*connection)]() mutable {
          try {
            handler(std::move(stream));
          } catch (const std::system_error &) {
            // The connection is lost, and with it whom to tell.
          }
        },
        site);
  }
}

} // namespace heddle::detail
