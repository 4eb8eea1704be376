#include "heddle/signals.h"

#include "io/poller.h"
#include "io/socket.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <mutex>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace heddle::signals {
namespace detail {

/// Somebody who asks for signals, until it is stopped or its last handle goes.
struct Registration {
  Registration(std::vector<int> numbers, std::function<void(int)> deliver)
      : numbers(std::move(numbers)), deliver(std::move(deliver)) {}
  ~Registration() { stop(); }

  void stop() noexcept;

  const std::vector<int> numbers;
  std::function<void(int)> deliver;
  std::atomic<bool> stopped{false};
};

} // namespace detail

namespace {

using detail::Registration;
using heddle::detail::Readiness;
using heddle::detail::result_of;
using heddle::detail::scheduler;
using heddle::detail::SpinLock;

// What a handler writes: which signals came, and that some did.
std::array<std::atomic<bool>, NSIG> arrived{};
std::atomic<int> alarm_fd{-1};

void note(int number) {
  if (!scheduler.running.load(std::memory_order_relaxed)) {
    // Nobody would hear of it: it does what it does without us.
    std::signal(number, SIG_DFL);
    std::raise(number);
    return;
  }
  const int saved = errno;
  // Release: pairs with the acquire in deliver_arrived().
  arrived[static_cast<std::size_t>(number)].store(true,
                                                  std::memory_order_release);
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written =
      ::write(alarm_fd.load(std::memory_order_relaxed), &one, sizeof one);
  errno = saved;
}

class Registry {
public:
  std::shared_ptr<Registration> add(std::vector<int> numbers,
                                    std::function<void(int)> deliver) {
    std::lock_guard guard(lock_);
    open_alarm();
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (const ssize_t result = acquire(numbers[i]); result < 0) {
        while (i > 0)
          release(numbers[--i]);
        heddle::detail::fail(-result, "cannot be notified of a signal");
      }
    auto registration =
        std::make_shared<Registration>(std::move(numbers), std::move(deliver));
    registrations_.push_back({registration.get(), registration});
    Readiness::count_waiter(1);
    return registration;
  }

  void remove(const Registration &registration) noexcept {
    std::lock_guard guard(lock_);
    std::erase_if(registrations_, [&](const Entry &entry) {
      return entry.address == &registration;
    });
    for (int number : registration.numbers)
      release(number);
    Readiness::count_waiter(-1);
  }

  std::vector<std::shared_ptr<Registration>> all() {
    std::lock_guard guard(lock_);
    std::vector<std::shared_ptr<Registration>> alive;
    for (const Entry &entry : registrations_)
      if (auto registration = entry.handle.lock())
        alive.push_back(std::move(registration));
    return alive;
  }

private:
  struct Handled {
    std::size_t users = 0;
    struct sigaction before{};
  };
  struct Entry {
    const Registration *address;
    std::weak_ptr<Registration> handle;
  };

  static void open_alarm() {
    if (alarm_fd.load(std::memory_order_relaxed) >= 0)
      return;
    const ssize_t fd =
        result_of([] { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); });
    if (fd < 0)
      heddle::detail::fail(-fd, "cannot be notified of signals");
    alarm_fd.store(static_cast<int>(fd), std::memory_order_relaxed);
    heddle::detail::watch_alarm(static_cast<int>(fd));
  }

  ssize_t acquire(int number) noexcept {
    if (number <= 0 || number >= NSIG)
      return -EINVAL;
    Handled &handled = handled_[static_cast<std::size_t>(number)];
    if (handled.users == 0) {
      struct sigaction action{};
      action.sa_handler = note;
      action.sa_flags = SA_RESTART | SA_ONSTACK;
      sigfillset(&action.sa_mask);
      const ssize_t result = result_of(
          [&] { return sigaction(number, &action, &handled.before); });
      if (result < 0)
        return result;
    }
    ++handled.users;
    return 0;
  }

  void release(int number) noexcept {
    Handled &handled = handled_[static_cast<std::size_t>(number)];
    if (--handled.users == 0)
      sigaction(number, &handled.before, nullptr);
  }

  SpinLock lock_;
  std::array<Handled, NSIG> handled_{};
  std::vector<Entry> registrations_;
};

Registry &registry() {
  // Never destroyed: handles may be dropped while the program ends.
  static auto &registry = *new Registry;
  return registry;
}

// The registrations of contexts that have not ended: nobody else holds those.
struct ContextRegistrations {
  SpinLock lock;
  std::vector<std::shared_ptr<Registration>> list;

  void put(std::shared_ptr<Registration> registration) {
    std::lock_guard guard(lock);
    list.push_back(std::move(registration));
  }
  void take(std::vector<std::shared_ptr<Registration>> &into) noexcept {
    std::lock_guard guard(lock);
    into.swap(list);
  }
} contexts;

} // namespace

void detail::Registration::stop() noexcept {
  if (!stopped.exchange(true, std::memory_order_acq_rel))
    registry().remove(*this);
}

void Subscription::stop() noexcept {
  if (registration_)
    registration_->stop();
  registration_.reset();
}

Subscription notify(std::shared_ptr<Channel<int>> channel,
                    std::initializer_list<int> numbers) {
  return Subscription(
      registry().add(numbers, [channel = std::move(channel)](int number) {
        (void)channel->try_send(number);
      }));
}

Context shutdown_context(const Context &parent) {
  auto [context, cancel] = with_cancel(parent);
  // The next signal may come as soon as somebody sees that the context ended.
  auto registration = registry().add({SIGINT, SIGTERM}, [cancel = cancel](int) {
    heddle::detail::forget_shutdown_contexts();
    cancel();
  });
  contexts.put(std::move(registration));
  // The signal may have come before it was there to be forgotten.
  if (context.cancelled())
    heddle::detail::forget_shutdown_contexts();
  return context;
}

} // namespace heddle::signals

namespace heddle::detail {

void deliver_arrived() {
  for (int number = 1; number < NSIG; ++number)
    if (signals::arrived[static_cast<std::size_t>(number)].exchange(
            false, std::memory_order_acquire))
      for (const auto &registration : signals::registry().all())
        if (!registration->stopped.load(std::memory_order_relaxed) &&
            std::ranges::count(registration->numbers, number))
          registration->deliver(number);
}

void forget_shutdown_contexts() noexcept {
  std::vector<std::shared_ptr<signals::Registration>> dropped;
  signals::contexts.take(dropped);
  // Not by the last handle's end: who delivers a signal holds another.
  for (const auto &registration : dropped)
    registration->stop();
}

} // namespace heddle::detail
