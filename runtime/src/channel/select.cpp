#include "heddle/detail/select_case.h"

#include "heddle/detail/timer_node.h"
#include "sched/seeded.h"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace heddle::detail {
namespace {

// Not inlined: the address of a thread_local must not be kept over a park.
[[gnu::noinline]] std::uint32_t random_below(std::uint32_t bound) noexcept {
  if (seeded.on()) [[unlikely]]
    return seeded.below(bound);
  thread_local std::uint32_t state = static_cast<std::uint32_t>(
      reinterpret_cast<std::uintptr_t>(&state) >> 4 | 1);
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return static_cast<std::uint32_t>(std::uint64_t{state} * bound >> 32);
}

void time_out(TimerNode &node) noexcept;

/// One waiting select. All selects lock channels in the order of their
/// addresses.
struct Wait {
  SelectCase *const *locks;
  std::size_t count;
  SelectCase *timeout;
  Task *task;
  TimePoint deadline{};
  Selection selection{};
  TimerNode timer{time_out, this};
};

// A channel may have several cases: they are neighbours, and locked once.
void lock_all(SelectCase *const *locks, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i)
    if (i == 0 || locks[i]->channel != locks[i - 1]->channel)
      locks[i]->lock().lock();
}

// Reads nothing after the last unlock: a task that was served meanwhile needs
// all of the other locks to go on, so its frame stays until then and no longer.
void unlock_all(SelectCase *const *locks, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i)
    if (i + 1 == count || locks[i]->channel != locks[i + 1]->channel)
      locks[i]->lock().unlock();
}

void time_out(TimerNode &node) noexcept {
  auto &wait = *static_cast<Wait *>(node.arg);
  if (wait.selection.claim(wait.timeout->waiter))
    ready(wait.task);
}

bool publish(Task *, void *arg) noexcept {
  auto &wait = *static_cast<Wait *>(arg);
  SelectCase *const *locks = wait.locks;
  const std::size_t count = wait.count;
  if (wait.timeout)
    timer_arm(wait.timer, wait.deadline);
  unlock_all(locks, count);
  return true;
}

// Takes the waiters out that were not chosen. Leaves a channel alone on which
// only the chosen one waited: its partner may have been the last user, and
// destroy it.
void withdraw(SelectCase *const *locks, std::size_t count,
              const ChannelWaiter *chosen) noexcept {
  for (std::size_t i = 0, next; i < count; i = next) {
    for (next = i + 1; next < count; ++next)
      if (locks[next]->channel != locks[i]->channel)
        break;
    if (next == i + 1 && &locks[i]->waiter == chosen)
      continue;
    locks[i]->lock().lock();
    for (std::size_t at = i; at < next; ++at)
      if (locks[at]->waiter.queued)
        locks[at]->queue().remove(locks[at]->waiter);
    locks[i]->lock().unlock();
  }
}

// Parks until one of the cases, whose channels are locked, is served or closed.
const ChannelWaiter *wait_for_one(SelectCase *const *locks, std::size_t count,
                                  SelectCase *timeout) {
  Wait wait{locks, count, timeout, current_task()};
  if (timeout)
    wait.deadline = deadline_after(timeout->patience);
  for (std::size_t i = 0; i < count; ++i) {
    locks[i]->waiter.task = wait.task;
    locks[i]->waiter.selection = &wait.selection;
    locks[i]->queue().push_back(locks[i]->waiter);
  }
  park(WaitReason::select, publish, &wait);
  const ChannelWaiter *chosen =
      wait.selection.chosen.load(std::memory_order_relaxed);
  withdraw(locks, count, chosen);
  if (timeout)
    timer_cancel(wait.timer);
  return chosen;
}

} // namespace

std::size_t choose(SelectCase *const *cases, std::size_t count,
                   SelectCase **locks, SelectCase **turns) {
  const auto position = [&](const SelectCase *chosen) {
    return static_cast<std::size_t>(std::find(cases, cases + count, chosen) -
                                    cases);
  };
  SelectCase *timeout = nullptr, *otherwise = nullptr;
  std::size_t channels = 0;
  for (std::size_t i = 0; i < count; ++i) {
    SelectCase *const next = cases[i];
    if (next->kind == SelectCase::timeout) {
      timeout = next;
    } else if (next->kind == SelectCase::otherwise) {
      otherwise = next;
    } else {
      std::size_t at = channels++;
      turns[at] = next;
      for (; at > 0 && std::less<>()(next->channel, locks[at - 1]->channel);
           --at)
        locks[at] = locks[at - 1];
      locks[at] = next;
    }
  }

  lock_all(locks, channels);
  for (std::size_t left = channels; left > 0; --left) {
    // Each of those left is as likely to be the next one tried.
    const std::size_t pick =
        left == 1 ? 0 : random_below(static_cast<std::uint32_t>(left));
    SelectCase *const tried = turns[pick];
    const Step step = tried->attempt(*tried->channel, tried->waiter.slot);
    if (step.result != Step::waits) {
      unlock_all(locks, channels);
      tried->waiter.served = step.result == Step::done;
      if (step.wake)
        ready_next(step.wake);
      return position(tried);
    }
    turns[pick] = turns[left - 1];
  }
  if (otherwise || (timeout && timeout->patience <= Duration::zero())) {
    unlock_all(locks, channels);
    return position(otherwise ? otherwise : timeout);
  }

  const ChannelWaiter *chosen = wait_for_one(locks, channels, timeout);
  return static_cast<std::size_t>(
      std::find_if(cases, cases + count,
                   [&](SelectCase *c) { return &c->waiter == chosen; }) -
      cases);
}

} // namespace heddle::detail
