#pragma once

#include "heddle/annotations.h"

#include <source_location>

namespace heddle {

/// Binds the calling task to the thread it runs on, until unpin_thread().
/// Nests.
///
/// A pinned task costs a thread: while it waits its thread waits with it, and
/// each wake is a thread's wake. For libraries that keep state by thread (GL,
/// Lua, GUI toolkits, signal masks), not for speed. No effect on a plain OS
/// thread. A task that ends is unpinned.
void pin_thread(std::source_location site =
                    std::source_location::current()) noexcept HEDDLE_PINS;

/// Undoes one pin_thread().
/// Requires: the calling task is pinned (else the program ends).
void unpin_thread() noexcept HEDDLE_UNPINS;

/// Pins the calling task to its thread for the life of the guard.
class HEDDLE_PINS_SCOPE [[nodiscard]] ThreadPin {
public:
  explicit ThreadPin(std::source_location site =
                         std::source_location::current()) noexcept HEDDLE_PINS {
    pin_thread(site);
  }
  ~ThreadPin() HEDDLE_UNPINS { unpin_thread(); }
  ThreadPin(const ThreadPin &) = delete;
  ThreadPin &operator=(const ThreadPin &) = delete;
};

} // namespace heddle
