#include "io/readiness.h"

#include "heddle/detail/select_case.h"
#include "heddle/select.h"
#include "io/poller.h"
#include "sched/scheduler.h"

#include <mutex>

namespace heddle::detail {
namespace {

std::atomic<std::size_t> waiting{0};

} // namespace

/// A task in the queue. Whoever takes it out, under the lock, wakes it, unless
/// the end of a context was there first.
struct Readiness::Wait : ChannelWaiter {
  Wait(Readiness &side, TimePoint limit) noexcept : side(side), limit(limit) {
    task = current_task();
  }

  Readiness &side;
  const TimePoint limit;
  TimerNode timer{give_up, this};
  SpinLock *lock = nullptr;
  SpinLock *other_lock = nullptr;
  // A worker looks at the descriptors before it sleeps. A thread that is none
  // just sleeps, and the workers may do so already.
  const bool attracts_poller = !on_task();

  bool has_limit() const noexcept { return limit != TimePoint::max(); }

  void park_and_unlock(SpinLock &first, SpinLock *second = nullptr) {
    lock = &first;
    other_lock = second;
    park(WaitReason::io, publish, this);
  }
};

// Reads nothing of the frame after the last unlock. Before that whoever was
// served meanwhile needs the other lock to go on.
bool Readiness::publish(Task *, void *arg) noexcept {
  auto &wait = *static_cast<Wait *>(arg);
  SpinLock *const lock = wait.lock, *const other_lock = wait.other_lock;
  const bool attracts_poller = wait.attracts_poller;
  if (wait.has_limit())
    timer_arm(wait.timer, wait.limit);
  lock->unlock();
  if (other_lock)
    other_lock->unlock();
  if (attracts_poller && io_unattended())
    wake_worker();
  return true;
}

void Readiness::give_up(TimerNode &node) noexcept {
  auto &wait = *static_cast<Wait *>(node.arg);
  wait.side.lock_.lock();
  bool mine = wait.queued;
  if (mine) {
    wait.side.remove(wait);
    mine = !wait.selection || wait.selection->claim(wait);
  }
  wait.side.lock_.unlock();
  if (mine)
    ready(wait.task);
}

std::size_t Readiness::waiters() noexcept {
  return waiting.load(std::memory_order_relaxed);
}

void Readiness::count_waiter(std::ptrdiff_t change) noexcept {
  waiting.fetch_add(static_cast<std::size_t>(change),
                    std::memory_order_relaxed);
  if (change > 0 && !on_task() && io_unattended())
    wake_worker();
}

void Readiness::add(Waiter &waiter) noexcept {
  queue_.push_back(waiter);
  waiting.fetch_add(1, std::memory_order_relaxed);
}

void Readiness::remove(Waiter &waiter) noexcept {
  queue_.remove(waiter);
  waiting.fetch_sub(1, std::memory_order_relaxed);
}

// The lock also tells whoever gets the first event what the constructor wrote.
void Readiness::open() noexcept { change(closed | expired, 0); }

void Readiness::close() noexcept {
  change(0, closed);
  std::lock_guard guard(deadline_lock_);
  timer_cancel(timer_);
}

std::size_t Readiness::note_edge() noexcept { return change(0, 0); }

std::size_t Readiness::change(std::uint32_t clear, std::uint32_t set) noexcept {
  Waiter *first = nullptr, **last = &first;
  std::size_t woken = 0;
  lock_.lock();
  const std::uint32_t word = word_.load(std::memory_order_relaxed);
  word_.store(((word & ~clear) | set) + edge, std::memory_order_release);
  while (!queue_.empty()) {
    auto *waiter = static_cast<ChannelWaiter *>(queue_.front());
    remove(*waiter);
    if (waiter->selection && !waiter->selection->claim(*waiter))
      continue;
    waiter->next = nullptr;
    *last = waiter;
    last = &waiter->next;
    ++woken;
  }
  lock_.unlock();
  while (Waiter *waiter = first) {
    first = waiter->next;
    ready(waiter->task);
  }
  return woken;
}

void Readiness::set_deadline(TimePoint deadline) noexcept {
  const bool limited = deadline != TimePoint::max();
  std::lock_guard guard(deadline_lock_);
  if (limited)
    timer_reset(timer_, deadline);
  else
    timer_cancel(timer_);
  if (!(word() & expired))
    return;
  // By the former deadline, or by the new one, which then expires once more.
  timer_cancel(timer_);
  change(expired, 0);
  if (limited)
    timer_arm(timer_, deadline);
}

void Readiness::wait(std::uint32_t seen, const Context *context,
                     TimePoint limit) {
  Wait self(*this, limit);
  lock_.lock();
  if (word_.load(std::memory_order_relaxed) != seen)
    return lock_.unlock();
  add(self);
  if (context)
    wait_for_either(self, lock_, *context);
  else
    self.park_and_unlock(lock_);
  // Also when it was the timer that woke us: its callback may still be running.
  if (self.has_limit())
    timer_cancel(self.timer);
}

// What a select does, with the descriptor for one of its channels.
void Readiness::wait_for_either(Wait &self, SpinLock &lock,
                                const Context &context) {
  auto end = on_receive(context.done());
  end.prepare();
  end.lock().lock();
  if (end.attempt(*end.channel, end.waiter.slot).result != Step::waits) {
    end.lock().unlock();
    remove(self);
    return lock.unlock();
  }
  Selection selection;
  self.selection = end.waiter.selection = &selection;
  end.waiter.task = self.task;
  end.queue().push_back(end.waiter);
  self.park_and_unlock(lock, &end.lock());
  if (selection.chosen.load(std::memory_order_relaxed) == &self) {
    std::lock_guard guard(end.lock());
    if (end.waiter.queued)
      end.queue().remove(end.waiter);
  } else {
    std::lock_guard guard(lock);
    if (self.queued)
      remove(self);
  }
}

void Readiness::forget_tasks() noexcept {
  std::lock_guard guard(lock_);
  WaitQueue rest;
  while (!queue_.empty()) {
    Waiter *waiter = queue_.front();
    queue_.remove(*waiter);
    if (waiter->task->waits_on_thread)
      rest.push_back(*waiter);
    else
      waiting.fetch_sub(1, std::memory_order_relaxed);
  }
  while (Waiter *waiter = rest.pop_front())
    queue_.push_back(*waiter);
}

} // namespace heddle::detail
