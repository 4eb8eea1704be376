#include "heddle/context.h"

#include "context/hook.h"
#include "heddle/detail/task.h"
#include "heddle/detail/timer_node.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace heddle {
namespace detail {

/// A node in the tree of contexts. Children keep their parent alive; a parent
/// knows its children as long as they live.
struct ContextState : std::enable_shared_from_this<ContextState> {
  ContextState(std::shared_ptr<ContextState> parent,
               std::optional<TimePoint> deadline)
      : deadline(deadline), parent(std::move(parent)) {}

  ~ContextState() {
    if (has_timer && !timer_fired)
      timer_cancel(timer);
    if (!parent)
      return;
    parent->lock.lock();
    if (linked)
      parent->unlink(*this);
    parent->lock.unlock();
  }

  /// Ends the context when its parent ends, from now on. Before that, only the
  /// caller knows the context.
  void follow_parent() {
    if (!parent)
      return;
    parent->lock.lock();
    const std::errc ended = parent->error.load(std::memory_order_relaxed);
    if (ended == std::errc())
      parent->link(*this);
    parent->lock.unlock();
    if (ended != std::errc())
      end(ended);
  }

  /// Ends the context at its deadline. Requires: only the caller knows it.
  void start_timer() {
    has_timer = true;
    timer_arm(timer, *deadline);
  }

  /// Ends the context and all below it, unless it has ended already.
  void end(std::errc why) noexcept {
    // Those that are still to end, linked by next_to_end: a tree may be deep.
    std::shared_ptr<ContextState> rest;
    end_alone(why, rest);
    while (std::shared_ptr<ContextState> state = std::move(rest)) {
      rest = std::move(state->next_to_end);
      state->end_alone(why, rest);
    }
  }

  bool watch(ContextHook &hook) noexcept {
    lock.lock();
    const bool alive = error.load(std::memory_order_relaxed) == std::errc();
    if (alive) {
      hook.linked = true;
      hook.next = first_hook;
      hook.previous = nullptr;
      if (first_hook)
        first_hook->previous = &hook;
      first_hook = &hook;
    }
    lock.unlock();
    return alive;
  }

  void unwatch(ContextHook &hook) noexcept {
    lock.lock();
    if (hook.linked)
      unlink(hook);
    lock.unlock();
  }

  static std::shared_ptr<ContextState> root() {
    // Never destroyed: tasks may use it while the program ends.
    static const auto &root = *new std::shared_ptr<ContextState>(
        std::make_shared<ContextState>(nullptr, std::nullopt));
    return root;
  }

  Channel<TimePoint> signal;
  const Done done{signal};
  /// Changes once, under the lock. Release: pairs with the load in error().
  std::atomic<std::errc> error{std::errc()};
  const std::optional<TimePoint> deadline;

private:
  void end_alone(std::errc why, std::shared_ptr<ContextState> &rest) noexcept {
    lock.lock();
    if (error.load(std::memory_order_relaxed) != std::errc()) {
      lock.unlock();
      return;
    }
    error.store(why, std::memory_order_release);
    while (ContextState *child = first_child) {
      unlink(*child);
      // One whose last handle is going away waits for our lock to say so.
      if (std::shared_ptr<ContextState> alive =
              child->weak_from_this().lock()) {
        alive->next_to_end = std::move(rest);
        rest = std::move(alive);
      }
    }
    const bool stop_timer = has_timer && !timer_fired;
    // No more come, as the error is set. Others may want the lock in between.
    while (ContextHook *hook = first_hook) {
      unlink(*hook);
      hook->callback(*hook);
      lock.unlock();
      lock.lock();
    }
    lock.unlock();
    signal.close();
    if (stop_timer)
      timer_cancel(timer);
  }

  static void time_out(TimerNode &node) noexcept {
    auto &self = *static_cast<ContextState *>(node.arg);
    // Without one the destructor has begun: it waits for this to return.
    std::shared_ptr<ContextState> alive = self.weak_from_this().lock();
    if (!alive)
      return;
    self.lock.lock();
    self.timer_fired = true;
    self.lock.unlock();
    self.end(std::errc::timed_out);
  }

  void link(ContextState &child) noexcept {
    child.linked = true;
    child.next = first_child;
    child.previous = nullptr;
    if (first_child)
      first_child->previous = &child;
    first_child = &child;
  }

  void unlink(ContextState &child) noexcept {
    child.linked = false;
    (child.previous ? child.previous->next : first_child) = child.next;
    if (child.next)
      child.next->previous = child.previous;
  }

  void unlink(ContextHook &hook) noexcept {
    hook.linked = false;
    (hook.previous ? hook.previous->next : first_hook) = hook.next;
    if (hook.next)
      hook.next->previous = hook.previous;
  }

  const std::shared_ptr<ContextState> parent;
  // Used by the one call that ends the parent.
  std::shared_ptr<ContextState> next_to_end;

  SpinLock lock;
  // Guarded by lock.
  ContextState *first_child = nullptr;
  ContextHook *first_hook = nullptr;
  bool timer_fired = false;

  // Guarded by the parent's lock.
  bool linked = false;
  ContextState *next = nullptr;
  ContextState *previous = nullptr;

  bool has_timer = false;
  TimerNode timer{time_out, this};
};

// Nothing ever happens to the root, and all would share its lock.
bool watch(const Context &context, ContextHook &hook) noexcept {
  return context.state_ == ContextState::root() || context.state_->watch(hook);
}

void unwatch(const Context &context, ContextHook &hook) noexcept {
  if (context.state_ != ContextState::root())
    context.state_->unwatch(hook);
}

// A long list is not to be destroyed by recursion.
ContextValue::~ContextValue() {
  while (next && next.use_count() == 1)
    next = std::move(next->next);
}

} // namespace detail

using detail::ContextState;

namespace {

std::shared_ptr<ContextState> make_child(std::shared_ptr<ContextState> parent,
                                         std::optional<TimePoint> deadline,
                                         bool has_timer) {
  // The root never ends: nothing to follow, and no lock for all to share.
  if (parent == ContextState::root())
    parent = nullptr;
  auto state = std::make_shared<ContextState>(std::move(parent), deadline);
  if (has_timer)
    state->start_timer();
  state->follow_parent();
  return state;
}

} // namespace

const Done &Context::done() const noexcept { return state_->done; }

std::error_code Context::error() const noexcept {
  const std::errc error = state_->error.load(std::memory_order_acquire);
  return error == std::errc() ? std::error_code() : std::make_error_code(error);
}

std::optional<TimePoint> Context::deadline() const noexcept {
  return state_->deadline;
}

void CancelFunction::operator()() const noexcept {
  if (state_)
    state_->end(std::errc::operation_canceled);
}

Context background() noexcept { return Context(ContextState::root(), nullptr); }

Cancellation with_cancel(const Context &parent) {
  auto state = make_child(parent.state_, parent.deadline(), false);
  return {Context(state, parent.values_), CancelFunction(state)};
}

Cancellation with_deadline(const Context &parent, TimePoint deadline) {
  const std::optional<TimePoint> inherited = parent.deadline();
  if (inherited && *inherited <= deadline)
    return with_cancel(parent);
  auto state = make_child(parent.state_, deadline, true);
  return {Context(state, parent.values_), CancelFunction(state)};
}

Cancellation with_timeout(const Context &parent, Duration d) {
  return with_deadline(parent, detail::deadline_after(d));
}

bool sleep_until(const Context &context, TimePoint t) {
  return sleep_for(context, t - Clock::now());
}

bool sleep_for(const Context &context, Duration d) {
  if (context.cancelled())
    return false;
  bool slept = false;
  select(on_receive(context.done()), on_timeout(d, [&] { slept = true; }));
  return slept;
}

} // namespace heddle
