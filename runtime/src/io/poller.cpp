#include "io/poller.h"

#include "io/socket.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace heddle::detail {
namespace {

/// What is not asked about for so long needs somebody to do it.
constexpr std::int64_t attention_span = 100'000;

// Made with the first descriptor, and kept for the life of the process.
class Poller {
public:
  Poller() noexcept
      : epoll_(epoll_create1(EPOLL_CLOEXEC)),
        interrupt_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr; // no Pollable: the interruption
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, interrupt_, &event) != 0)
      error_ = errno;
  }

  int error() const noexcept { return error_; }
  int epoll() const noexcept { return epoll_; }

  // Stays readable until the poller has seen it: whoever else asks meanwhile
  // must not take it away.
  void interrupt() noexcept {
    const std::uint64_t one = 1;
    (void)result_of([&] { return ::write(interrupt_, &one, sizeof one); });
  }
  void clear_interruption() noexcept {
    std::uint64_t count;
    (void)result_of([&] { return ::read(interrupt_, &count, sizeof count); });
  }

private:
  int epoll_;
  int interrupt_;
  int error_ = 0;
};

Poller &poller() noexcept {
  static Poller poller;
  return poller;
}

std::atomic<bool> asking{false};
std::atomic<std::int64_t> last_asked{0};
// Written before a descriptor is watched and read after events were taken: the
// system orders the two, and this says so to the memory model.
std::atomic<std::uint32_t> watched{0};

std::size_t ask(epoll_event *events, std::size_t room,
                std::int64_t nanoseconds) noexcept {
  const int most = static_cast<int>(room);
  const int epoll = poller().epoll();
  timespec limit{static_cast<time_t>(nanoseconds / 1'000'000'000),
                 static_cast<long>(nanoseconds % 1'000'000'000)};
  auto count = result_once([&] {
    return epoll_pwait2(epoll, events, most, nanoseconds < 0 ? nullptr : &limit,
                        nullptr);
  });
  // Before Linux 5.11, or behind a filter of system calls.
  if (count == -ENOSYS || count == -EPERM)
    count = result_once([&] {
      const std::int64_t whole = (nanoseconds + 999'999) / 1'000'000;
      return epoll_wait(
          epoll, events, most,
          nanoseconds < 0
              ? -1
              : static_cast<int>(std::min<std::int64_t>(whole, 60'000)));
    });
  (void)watched.load(std::memory_order_acquire);
  return static_cast<std::size_t>(std::max<ssize_t>(count, 0));
}

} // namespace

std::size_t io_waiters() noexcept { return Readiness::waiters(); }

bool io_unattended(std::int64_t now) noexcept {
  return io_waiters() > 0 &&
         !scheduler.poller.load(std::memory_order_relaxed) &&
         now - last_asked.load(std::memory_order_relaxed) > attention_span;
}

std::size_t poll_io(std::int64_t now) noexcept {
  if (io_waiters() == 0 || scheduler.poller.load(std::memory_order_relaxed) ||
      scheduler.stopping.load(std::memory_order_relaxed) ||
      asking.exchange(true, std::memory_order_acquire))
    return 0;
  last_asked.store(now, std::memory_order_relaxed);
  IoEvents events;
  events.look();
  asking.store(false, std::memory_order_release);
  return events.deliver();
}

void interrupt_poll() noexcept { poller().interrupt(); }

int watch(int fd, Pollable &pollable) noexcept {
  if (int error = poller().error())
    return error;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &pollable;
  watched.fetch_add(1, std::memory_order_release);
  return static_cast<int>(-result_once(
      [&] { return epoll_ctl(poller().epoll(), EPOLL_CTL_ADD, fd, &event); }));
}

void watch_alarm(int fd) {
  int error = poller().error();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &watched; // no Pollable either, and not null
  if (!error && epoll_ctl(poller().epoll(), EPOLL_CTL_ADD, fd, &event) != 0)
    error = errno;
  if (error)
    fail(error, "cannot watch for signals");
}

// Closing would do, but for a child process that is about to run another
// program and still has the descriptor.
void unwatch(int fd) noexcept {
  epoll_event ignored{};
  epoll_ctl(poller().epoll(), EPOLL_CTL_DEL, fd, &ignored);
}

void IoEvents::wait(std::int64_t nanoseconds) noexcept {
  count_ = ask(events_.data(), events_.size(), nanoseconds);
  auto *interruption =
      std::find_if(events_.data(), events_.data() + count_,
                   [](const epoll_event &e) { return !e.data.ptr; });
  if (interruption == events_.data() + count_)
    return;
  poller().clear_interruption();
  *interruption = events_[--count_];
}

void IoEvents::look() noexcept {
  count_ = ask(events_.data(), events_.size(), 0);
}

std::size_t IoEvents::deliver() noexcept {
  constexpr std::uint32_t both = EPOLLHUP | EPOLLERR;
  std::size_t woken = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (events_[i].data.ptr == &watched) {
      deliver_arrived();
      ++woken;
      continue;
    }
    auto *pollable = static_cast<Pollable *>(events_[i].data.ptr);
    if (!pollable)
      continue;
    const std::uint32_t happened = events_[i].events;
    if (happened & (EPOLLIN | EPOLLRDHUP | both))
      woken += pollable->reading.note_edge();
    if (happened & (EPOLLOUT | both))
      woken += pollable->writing.note_edge();
  }
  count_ = 0;
  return woken;
}

} // namespace heddle::detail
