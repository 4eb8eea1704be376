// The stacks that wait for their next use, and the address space for more.

#include "task/stack.h"

#include <algorithm>
#include <functional>
#include <new>
#include <span>
#include <sys/mman.h>
#include <utility>
#include <vector>

namespace heddle::detail {
namespace {

constexpr std::size_t slab_bytes = 8 << 20;
// How many stacks of with_stack() are kept, and how much address space of them:
// the pages that they touched are kept, too.
constexpr std::size_t most_large_kept = 16;
constexpr std::size_t most_large_bytes = std::size_t{256} << 20;

SpinLock lock;
// Guarded by lock.
std::size_t stack_bytes = 256 * 1024 + guard_size;
Stack *free_stacks = nullptr;
char *slab = nullptr;
char *slab_end = nullptr;
std::size_t next_number = 0;
Stack *large_stacks = nullptr;
std::size_t large_count = 0;
std::size_t large_bytes = 0;

using Pieces = std::vector<char *>;

// Memory of stacks that were taken apart: guarded, and not resident.
Pieces &blanks() noexcept {
  // Tasks outlive the program's static objects where one of them calls exit().
  alignas(Pieces) static std::byte storage[sizeof(Pieces)];
  static Pieces &pieces = *new (storage) Pieces;
  return pieces;
}

constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page - 1) / page * page;
}

std::size_t whole_size(const Stack &stack) noexcept {
  return whole_pages(stack.size + sizeof(Stack)) + guard_size;
}

void unmap(Stack &stack) noexcept {
  std::size_t bytes = whole_size(stack);
  unmap_stack(take_apart(stack), bytes);
}

void unmap_large(Stack *first) noexcept {
  while (first)
    unmap(*std::exchange(first, first->next));
}

// Takes the stacks of a list apart. False: there is no memory for that; nothing
// has changed.
bool take_all_apart(Stack *first, Pieces &pieces) noexcept {
  try {
    std::size_t count = 0;
    for (Stack *stack = first; stack; stack = stack->next)
      ++count;
    pieces.reserve(pieces.size() + count);
  } catch (const std::bad_alloc &) {
    return false;
  }
  while (first)
    pieces.push_back(take_apart(*std::exchange(first, first->next)));
  return true;
}

// Neighbours go by one call.
void drop_pages(std::span<char *> pieces, std::size_t bytes) noexcept {
  std::ranges::sort(pieces);
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t first = i++;
    while (i < pieces.size() && pieces[i] == pieces[i - 1] + bytes)
      ++i;
    madvise(pieces[first], (i - first) * bytes, MADV_DONTNEED);
  }
}

// Where memory is short, only for one stack. The lock is held.
bool add_slab(std::size_t bytes) noexcept {
  for (std::size_t size : {std::max(slab_bytes, bytes), bytes})
    if (char *memory = map_stacks(size)) {
      slab = memory;
      slab_end = memory + size;
      return true;
    }
  return false;
}

// Whatever does not fit in is unmapped, which splits mappings.
void add_blanks(Pieces pieces, std::size_t bytes) noexcept {
  Pieces all;
  lock.lock();
  if (bytes == stack_bytes)
    std::swap(all, blanks());
  lock.unlock();
  try {
    // Not under the lock: this may take a page fault or two.
    all.insert(all.end(), pieces.begin(), pieces.end());
    pieces.clear();
  } catch (const std::bad_alloc &) {
    // They are left in `pieces`.
  }
  lock.lock();
  if (bytes == stack_bytes)
    std::swap(all, blanks());
  lock.unlock();
  for (const Pieces &left : {std::cref(all), std::cref(pieces)})
    for (char *piece : left)
      unmap_stack(piece, bytes);
}

} // namespace

void StackPool::set_stack_size(std::size_t bytes) noexcept {
  std::size_t rounded = std::max(whole_pages(bytes), 4 * page) + guard_size;
  lock.lock();
  std::size_t former = std::exchange(stack_bytes, rounded);
  if (former == rounded)
    return lock.unlock();
  Stack *stacks = std::exchange(free_stacks, nullptr);
  Pieces pieces = std::move(blanks());
  char *rest = std::exchange(slab, nullptr);
  char *end = std::exchange(slab_end, nullptr);
  lock.unlock();
  if (rest != end)
    munmap(rest, static_cast<std::size_t>(end - rest));
  for (char *piece : pieces)
    unmap_stack(piece, former);
  while (stacks)
    unmap_stack(take_apart(*std::exchange(stacks, stacks->next)), former);
}

Stack *StackPool::take(void (*entry)(Stack &)) noexcept {
  lock.lock();
  if (Stack *stack = free_stacks) {
    free_stacks = stack->next;
    lock.unlock();
    return stack;
  }
  std::size_t bytes = stack_bytes;
  std::size_t number = next_number++;
  if (Pieces &pieces = blanks(); !pieces.empty()) {
    char *memory = pieces.back();
    pieces.pop_back();
    lock.unlock();
    return lay_out(memory, bytes, number, entry);
  }
  if (static_cast<std::size_t>(slab_end - slab) < bytes && !add_slab(bytes)) {
    lock.unlock();
    return nullptr;
  }
  char *memory = std::exchange(slab, slab + bytes);
  lock.unlock();
  guard_stack(memory);
  return lay_out(memory, bytes, number, entry);
}

void StackPool::put(Stack *first, Stack *last) noexcept {
  lock.lock();
  last->next = free_stacks;
  free_stacks = first;
  lock.unlock();
}

Stack *StackPool::take_large(std::size_t bytes,
                             void (*entry)(Stack &)) noexcept {
  lock.lock();
  for (Stack **link = &large_stacks; Stack *stack = *link; link = &stack->next)
    if (stack->size >= bytes && stack->size / 2 <= bytes) {
      *link = stack->next;
      --large_count;
      large_bytes -= stack->size;
      lock.unlock();
      return stack;
    }
  lock.unlock();
  std::size_t whole = whole_pages(bytes + sizeof(Stack)) + guard_size;
  char *memory = map_stacks(whole);
  if (!memory)
    return nullptr;
  guard_stack(memory);
  return lay_out(memory, whole, 0, entry);
}

void StackPool::put_large(Stack &stack) noexcept {
  lock.lock();
  bool keep = large_count < most_large_kept &&
              large_bytes + stack.size <= most_large_bytes;
  if (keep) {
    stack.next = std::exchange(large_stacks, &stack);
    ++large_count;
    large_bytes += stack.size;
  }
  lock.unlock();
  if (!keep)
    unmap(stack);
}

void StackPool::release() noexcept {
  lock.lock();
  std::size_t bytes = stack_bytes;
  Stack *stacks = std::exchange(free_stacks, nullptr);
  Stack *large = std::exchange(large_stacks, nullptr);
  large_count = large_bytes = 0;
  lock.unlock();
  unmap_large(large);
  Pieces pieces;
  if (!take_all_apart(stacks, pieces)) {
    while (stacks) {
      Stack *stack = std::exchange(stacks, stacks->next);
      put(stack, stack);
    }
    return;
  }
  drop_pages(pieces, bytes);
  add_blanks(std::move(pieces), bytes);
}

} // namespace heddle::detail
