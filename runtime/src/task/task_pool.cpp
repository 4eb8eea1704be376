#include "task/task_pool.h"

#include "task/sanitizers.h"
#include "task/stack.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace heddle::detail {
namespace {

constexpr std::size_t huge_page = 2 << 20;
constexpr std::size_t small_slab = 64 * 1024;

struct Slab {
  Slab *previous;
  std::size_t tasks;
  // Nodes below are made; the others are not resident.
  std::atomic<std::size_t> made{0};
  // While release() counts: how many of them are free.
  std::size_t free = 0;
  Slab *next_blank = nullptr;

  Task *begin() noexcept { return reinterpret_cast<Task *>(this) + 1; }
};
static_assert(sizeof(Slab) <= sizeof(Task));

SpinLock lock;
std::atomic<Slab *> newest_slab{nullptr};
// Where nodes are made, and slabs for when it is full.
Slab *open_slab = nullptr;
Slab *blank_slabs = nullptr;
// Full batches, each linked by `next`, the batches by `stack`, which a free
// task has no other use for.
Task *batches = nullptr;
FreeTasks loose;

// The first slab is small, for small programs. The others are aligned to huge
// pages, which spare a burst of spawns a page fault for each 32 tasks.
bool add_slab() noexcept {
  bool first = !newest_slab.load(std::memory_order_relaxed);
  std::size_t bytes = first ? small_slab : huge_page;
  void *memory =
      mmap(nullptr, first ? bytes : 2 * bytes, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return false;
  if (!first) {
    auto start = reinterpret_cast<std::uintptr_t>(memory);
    auto aligned = (start + bytes - 1) / bytes * bytes;
    if (aligned != start)
      munmap(memory, aligned - start);
    if (std::uintptr_t rest = start + bytes - aligned)
      munmap(reinterpret_cast<void *>(aligned + bytes), rest);
    memory = reinterpret_cast<void *>(aligned);
    madvise(memory, bytes, MADV_HUGEPAGE);
  }
  auto *slab = new (memory) Slab;
  slab->previous = newest_slab.load(std::memory_order_relaxed);
  slab->tasks = bytes / sizeof(Task) - 1;
#ifdef HEDDLE_ASAN
  __lsan_register_root_region(memory, bytes);
#endif
  newest_slab.store(slab, std::memory_order_release);
  open_slab = slab;
  return true;
}

// All but the first slab are aligned.
Slab *slab_of(Task *task, Slab *first) noexcept {
  auto address = reinterpret_cast<std::uintptr_t>(task);
  if (address - reinterpret_cast<std::uintptr_t>(first) < small_slab)
    return first;
  return reinterpret_cast<Slab *>(address / huge_page * huge_page);
}

// All free nodes that no worker keeps.
FreeTasks take_free_tasks() noexcept {
  lock.lock();
  FreeTasks all = std::exchange(loose, {});
  Task *batch = std::exchange(batches, nullptr);
  lock.unlock();
  while (batch) {
    Task *rest = reinterpret_cast<Task *>(std::exchange(batch->stack, nullptr));
    while (batch)
      all.push(std::exchange(batch, batch->next));
    batch = rest;
  }
  return all;
}

// Takes the slab out of use, if all its nodes are among the free ones.
bool retire_slab(Slab &slab) noexcept {
  lock.lock();
  std::size_t made = slab.made.load(std::memory_order_relaxed);
  bool all_free = made > 0 && made == slab.free;
  if (all_free) {
    slab.made.store(0, std::memory_order_relaxed);
    if (open_slab == &slab)
      open_slab = nullptr;
  }
  lock.unlock();
  return all_free;
}

} // namespace

bool TaskPool::refill(FreeTasks &list) noexcept {
  lock.lock();
  if (Task *first = batches) {
    batches = reinterpret_cast<Task *>(first->stack);
    first->stack = nullptr;
    list = {first, batch};
  } else if (loose.first) {
    list = std::exchange(loose, {});
  } else {
    if (!open_slab ||
        open_slab->made.load(std::memory_order_relaxed) == open_slab->tasks) {
      open_slab = blank_slabs;
      if (open_slab) {
        blank_slabs = open_slab->next_blank;
      } else if (!add_slab()) {
        lock.unlock();
        return false;
      }
    }
    Slab *slab = open_slab;
    std::size_t made = slab->made.load(std::memory_order_relaxed);
    std::size_t count = std::min(batch, slab->tasks - made);
    // Backwards, so that they are taken in the order of their addresses.
    for (std::size_t i = count; i-- > 0;)
      list.push(new (slab->begin() + made + i) Task);
    slab->made.store(made + count, std::memory_order_release);
  }
  lock.unlock();
  return true;
}

void TaskPool::take_back(FreeTasks &list) noexcept {
  Task *first = list.first;
  Task *last = first;
  for (std::size_t i = 1; i < batch; ++i)
    last = last->next;
  list.first = std::exchange(last->next, nullptr);
  list.count -= batch;
  name_ahead(first);
  lock.lock();
  first->stack = reinterpret_cast<Stack *>(batches);
  batches = first;
  lock.unlock();
}

void TaskPool::empty(FreeTasks &list) noexcept {
  while (list.count >= batch)
    take_back(list);
  lock.lock();
  while (list.first)
    loose.push(list.pop());
  lock.unlock();
}

Task *TaskPool::take_one() noexcept {
  lock.lock();
  Task *task = loose.first ? loose.pop() : nullptr;
  lock.unlock();
  if (task)
    return task;
  FreeTasks list;
  if (!refill(list))
    return nullptr;
  task = list.pop();
  empty(list);
  return task;
}

void TaskPool::put_one(Task *task) noexcept {
  lock.lock();
  loose.push(task);
  lock.unlock();
}

void TaskPool::release() noexcept {
  static SpinLock turn;
  if (!turn.try_lock())
    return;
  Slab *newest = newest_slab.load(std::memory_order_acquire);
  Slab *first = newest;
  for (Slab *slab = newest; slab; slab = slab->previous) {
    slab->free = 0;
    first = slab;
  }
  FreeTasks all = take_free_tasks();
  for (Task *task = all.first; task; task = task->next)
    ++slab_of(task, first)->free;
  Slab *retired = nullptr;
  for (Slab *slab = newest; slab; slab = slab->previous)
    if (retire_slab(*slab))
      slab->next_blank = std::exchange(retired, slab);
  FreeTasks kept;
  while (all.first)
    if (Task *task = all.pop();
        slab_of(task, first)->made.load(std::memory_order_relaxed) > 0)
      kept.push(task);
  empty(kept);
  while (Slab *slab = retired) {
    retired = slab->next_blank;
    // Not the first page, which has the slab's head.
    std::size_t bytes = (slab->tasks + 1) * sizeof(Task);
    madvise(reinterpret_cast<char *>(slab) + page, bytes - page, MADV_DONTNEED);
    lock.lock();
    slab->next_blank = std::exchange(blank_slabs, slab);
    lock.unlock();
  }
  turn.unlock();
}

// Both are one word, and so never a mixture of two.
[[gnu::no_sanitize("thread")]] std::source_location
TaskPool::site_of(const Task &task) noexcept {
  static_assert(sizeof task.site == sizeof(void *));
  return task.site;
}

[[gnu::no_sanitize("thread")]] const Stack *
TaskPool::stack_of(const Task &task) noexcept {
  return task.stack;
}

const void *TaskPool::slabs() noexcept { return &newest_slab; }

void TaskPool::visit_all(void (*call)(void *, Task &), void *visit) {
  for (Slab *slab = newest_slab.load(std::memory_order_acquire); slab;
       slab = slab->previous) {
    std::size_t made = slab->made.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < made; ++i)
      call(visit, slab->begin()[i]);
  }
}

} // namespace heddle::detail
