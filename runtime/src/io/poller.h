/// Where the scheduler learns which descriptors are ready: epoll, asked by
/// workers that have nothing to do, by busy ones now and then, and by the
/// monitor when neither happens. See docs/runtime/io.md.
#pragma once

#include "io/pollable.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sys/epoll.h>

namespace heddle::detail {

/// How many tasks and threads wait for a descriptor.
std::size_t io_waiters() noexcept;

/// Whether some wait, no worker sleeps in the poller, and nobody has asked for
/// a while before `now`.
bool io_unattended(
    std::int64_t now = std::numeric_limits<std::int64_t>::max()) noexcept;

/// Wakes those whose descriptors are ready, without waiting for any. Returns
/// how many; 0 also where a worker sleeps in the poller, who does it.
std::size_t poll_io(std::int64_t now) noexcept;

/// Ends the sleep of the worker in the poller.
void interrupt_poll() noexcept;

/// Takes the tasks of a runtime that has ended out of all queues.
void forget_io_waiters() noexcept;

/// Starts to watch the descriptor. Returns 0 or an errno.
int watch(int fd, Pollable &pollable) noexcept;
void unwatch(int fd) noexcept;

/// Calls deliver_arrived() when something is written to the eventfd. Errors:
/// std::system_error.
void watch_alarm(int fd);

/// Tells who asked for signals of those that have come.
void deliver_arrived();
/// Takes back the requests of contexts that no signal has ended.
void forget_shutdown_contexts() noexcept;

/// What the system had to tell, between hearing it and acting on it.
class IoEvents {
public:
  bool empty() const noexcept { return count_ == 0; }

  /// Sleeps until there are some, at most `nanoseconds` where that is not
  /// negative, or until interrupt_poll(). For the one worker that is the
  /// scheduler's poller.
  void wait(std::int64_t nanoseconds) noexcept;
  /// Takes what there is now.
  void look() noexcept;
  /// Wakes those who wait; returns how many.
  std::size_t deliver() noexcept;

private:
  std::array<epoll_event, 64> events_;
  std::size_t count_ = 0;
};

} // namespace heddle::detail
