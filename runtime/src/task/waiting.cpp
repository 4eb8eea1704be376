#include "task/waiting.h"
#include "sched/seeded.h"
#include "sched/switching.h"

namespace heddle::detail {

bool has_room_within() noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return false;
  const Stack &stack = *worker->stack;
  auto *frame = static_cast<char *>(__builtin_frame_address(0));
  return static_cast<std::size_t>(frame - stack.low) > stack.size / 2;
}

Task *take_back(const void *parent) noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return nullptr;
  if (seeded.on() && seeded.toss()) [[unlikely]]
    return nullptr;
  Section processor(*worker);
  return processor ? processor->queue.take_newest(parent) : nullptr;
}

void run_within(Task *task) {
  Worker *worker = this_worker();
  Task *self = worker->current.load(std::memory_order_relaxed);
  std::uint32_t pins = worker->stack->pins;
  // What the caller throws or handles is none of the child's.
  ExceptionState exceptions = *worker->exceptions;
  *worker->exceptions = {};
  // Its frames are below the child's: they are on no stack of its own.
  self->stack = nullptr;
  self->reason.store(WaitReason::children, std::memory_order_relaxed);
  // Release: pairs with the acquire of Standstill, for the stack.
  self->state.store(TaskState::parked, std::memory_order_release);
  task->parent.store(nullptr, std::memory_order_relaxed);
  begin(*worker, task);
  call_closure(*task);
  worker = this_worker();
  worker->stack->pins = pins;
  *worker->exceptions = exceptions;
  begin(*worker, self);
  discard(task);
}

} // namespace heddle::detail
