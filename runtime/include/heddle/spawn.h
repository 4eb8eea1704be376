#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/future.h"
#include "heddle/semaphore.h"
#include "heddle/task_local.h"
#include "heddle/time.h"

#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

/// Runs `f()` as a task of its own and goes on at once. Nothing waits for it.
///
/// Requires: a runtime runs (else the program ends).
/// Ordering: the call happens before the start of `f`.
/// Errors: what `f` throws ends the program, with the line of this call.
/// Lifetime: `f` is moved into the task, and destroyed in it when it returns.
///
/// Example: test/runtime/spawn_test.cpp, "RunsEachClosureOnce".
template <class F>
void spawn(F &&f, std::source_location site = std::source_location::current())
    HEDDLE_SPAWNS {
  detail::spawn_closure(std::forward<F>(f), site);
}

/// Runs `f()` as a task of its own; the future gives its result or exception.
///
/// Requires: a runtime runs (else the program ends).
/// Lifetime: `f` is moved into the task; it may outlive the future.
template <class F>
Future<std::invoke_result_t<std::decay_t<F> &>>
async(F &&f, std::source_location site) HEDDLE_SPAWNS {
  using T = std::invoke_result_t<std::decay_t<F> &>;
  detail::StateHandle<T> state(new detail::FutureState<T>);
  Future<T> future(state);
  const void *parent = state.get();
  detail::spawn_closure(
      [state = std::move(state), f = std::forward<F>(f)]() mutable {
        state->complete(f);
      },
      site, parent);
  return future;
}

/// Waits for a slot of `slots`, then runs `f()` as a task that gives the slot
/// back when it ends: no more tasks than slots are alive at once.
///
/// Requires, Errors: as spawn(). Lifetime: the task may outlive `slots`.
template <class F>
void spawn_limited(Semaphore &slots, F &&f,
                   std::source_location site = std::source_location::current())
    HEDDLE_SPAWNS HEDDLE_SUSPENDS HEDDLE_BOUNDS_SPAWNS {
  detail::spawn_closure([slot = Semaphore::Slot(slots),
                         f = std::forward<F>(f)]() mutable { f(); },
                        site);
}

/// Lets other runnable tasks run first. A plain OS thread gives up its time
/// slice.
void yield() HEDDLE_YIELDS;

/// Lets others run if the caller has had its time slice; costs next to nothing
/// otherwise. For long computations that call nothing of the runtime.
void checkpoint() HEDDLE_YIELDS HEDDLE_CHECKPOINTS;

/// Waits for at least `d`. Returns at once where `d` is not positive.
void sleep_for(Duration d) HEDDLE_SUSPENDS HEDDLE_SLEEPS;

/// Waits until at least `t`.
void sleep_until(TimePoint t) HEDDLE_SUSPENDS HEDDLE_SLEEPS;

} // namespace heddle
