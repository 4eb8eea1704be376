#include "task/task_pool.h"

#include "task/sanitizers.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace heddle::detail {
namespace {

constexpr std::size_t huge_page = 2 << 20;

struct Slab {
  Slab *previous;
  std::size_t tasks;
  // Nodes below are made; the others were never touched.
  std::atomic<std::size_t> made{0};

  Task *begin() noexcept { return reinterpret_cast<Task *>(this) + 1; }
};
static_assert(sizeof(Slab) <= sizeof(Task));

SpinLock lock;
std::atomic<Slab *> newest_slab{nullptr};
// Full batches, each linked by `next`, the batches by `stack`, which a free
// task has no other use for.
Task *batches = nullptr;
FreeTasks loose;

// The first slab is small, for small programs. The others are aligned to huge
// pages, which spare a burst of spawns a page fault for each 32 tasks.
void add_slab() noexcept {
  bool first = !newest_slab.load(std::memory_order_relaxed);
  std::size_t bytes = first ? 64 * 1024 : huge_page;
  void *memory =
      mmap(nullptr, first ? bytes : 2 * bytes, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::fputs("heddle: no memory for another task\n", stderr);
    std::abort();
  }
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
}

} // namespace

void TaskPool::refill(FreeTasks &list) noexcept {
  lock.lock();
  if (Task *first = batches) {
    batches = reinterpret_cast<Task *>(first->stack);
    first->stack = nullptr;
    list = {first, batch};
  } else if (loose.first) {
    list = std::exchange(loose, {});
  } else {
    Slab *slab = newest_slab.load(std::memory_order_relaxed);
    if (!slab || slab->made.load(std::memory_order_relaxed) == slab->tasks) {
      add_slab();
      slab = newest_slab.load(std::memory_order_relaxed);
    }
    std::size_t made = slab->made.load(std::memory_order_relaxed);
    std::size_t count = std::min(batch, slab->tasks - made);
    // Backwards, so that they are taken in the order of their addresses.
    for (std::size_t i = count; i-- > 0;)
      list.push(new (slab->begin() + made + i) Task);
    slab->made.store(made + count, std::memory_order_release);
  }
  lock.unlock();
}

void TaskPool::take_back(FreeTasks &list) noexcept {
  Task *first = list.first;
  Task *last = first;
  for (std::size_t i = 1; i < batch; ++i)
    last = last->next;
  list.first = std::exchange(last->next, nullptr);
  list.count -= batch;
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
  refill(list);
  task = list.pop();
  empty(list);
  return task;
}

void TaskPool::put_one(Task *task) noexcept {
  lock.lock();
  loose.push(task);
  lock.unlock();
}

void TaskPool::visit_all(void (*call)(void *, Task &), void *visit) {
  for (Slab *slab = newest_slab.load(std::memory_order_acquire); slab;
       slab = slab->previous) {
    std::size_t made = slab->made.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < made; ++i)
      call(visit, slab->begin()[i]);
  }
}

} // namespace heddle::detail
