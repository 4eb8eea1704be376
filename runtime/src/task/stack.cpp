#include "task/stack.h"

#include "task/sanitizers.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void heddle_start() noexcept;
[[noreturn]] __attribute__((visibility("hidden"))) void
heddle_enter_stack(heddle::detail::Stack &stack) noexcept;
}

namespace heddle::detail {
namespace {

// So many distances from the upper end, a cache line apart, do stacks start at:
// else all of them would fight for the same cache sets.
constexpr std::size_t colours = 16;
// mprotect splits mappings, of which the system allows 65530 by default. Ours
// must leave room for the program's.
constexpr std::size_t guards_by_mprotect = 24'000;

#ifndef MADV_GUARD_INSTALL
constexpr int MADV_GUARD_INSTALL = 102;
#endif

std::atomic<std::size_t> made_count{0};
std::atomic<std::size_t> unguarded_count{0};
std::atomic<std::size_t> protected_count{0};
std::atomic<bool> can_install_guards{true};

} // namespace

char *map_stacks(std::size_t bytes) noexcept {
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  // A huge page would make every stack resident as a whole.
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  return static_cast<char *>(memory);
}

void unmap_stack(char *memory, std::size_t bytes) noexcept {
  if (!can_install_guards.load(std::memory_order_relaxed))
    protected_count.fetch_sub(1, std::memory_order_relaxed);
  munmap(memory, bytes);
}

void guard_stack(char *memory) noexcept {
  if (can_install_guards.load(std::memory_order_relaxed)) {
    if (madvise(memory, guard_size, MADV_GUARD_INSTALL) == 0)
      return;
    if (errno == EINVAL)
      can_install_guards.store(false, std::memory_order_relaxed);
  }
  if (protected_count.fetch_add(1, std::memory_order_relaxed) <
          guards_by_mprotect &&
      mprotect(memory, guard_size, PROT_NONE) == 0)
    return;
  if (unguarded_count.fetch_add(1, std::memory_order_relaxed) == 0)
    std::fputs(
        "heddle: some task stacks have no guard page: this system cannot "
        "guard so many (see vm.max_map_count)\n",
        stderr);
}

Stack *lay_out(char *memory, std::size_t bytes, std::size_t number,
               void (*entry)(Stack &)) noexcept {
  char *top = memory + bytes - sizeof(Stack) - number % colours * 64;
  top -= reinterpret_cast<std::uintptr_t>(top) % alignof(std::max_align_t);
  auto *stack = new (top) Stack;
  stack->low = memory + guard_size;
  stack->size = static_cast<std::size_t>(top - stack->low);
  stack->entry = entry;
#if defined(__x86_64__)
  // Six registers, where to start, and two words that end walks by frame
  // pointers and keep the stack aligned.
  auto **sp = reinterpret_cast<void **>(top) - 9;
  std::memset(sp, 0, 9 * sizeof(void *));
  sp[4] = stack;
  sp[6] = reinterpret_cast<void *>(heddle_start);
#elif defined(__aarch64__)
  auto **sp = reinterpret_cast<void **>(top) - 20;
  std::memset(sp, 0, 20 * sizeof(void *));
  sp[1] = reinterpret_cast<void *>(heddle_start);
  sp[2] = stack;
#endif
  stack->sp = sp;
#ifdef HEDDLE_TSAN
  stack->tsan_fiber = __tsan_create_fiber(0);
#endif
#ifdef HEDDLE_VALGRIND
  stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->low, top);
#endif
  made_count.fetch_add(1, std::memory_order_relaxed);
  return stack;
}

char *take_apart(Stack &stack) noexcept {
#ifdef HEDDLE_TSAN
  __tsan_destroy_fiber(stack.tsan_fiber);
#endif
#ifdef HEDDLE_VALGRIND
  VALGRIND_STACK_DEREGISTER(stack.valgrind_id);
#endif
#ifdef HEDDLE_ASAN
  __asan_unpoison_memory_region(stack.low, stack.size);
#endif
  made_count.fetch_sub(1, std::memory_order_relaxed);
  return stack.memory();
}

bool Stack::guards(const void *address) const noexcept {
  auto *at = static_cast<const char *>(address);
  return at >= low - guard_size && at < low;
}

char *Stack::memory() const noexcept { return low - guard_size; }

void StackPool::abandon(Stack &stack) noexcept {
#ifdef HEDDLE_ASAN
  auto *from = static_cast<char *>(stack.sp);
  __lsan_register_root_region(
      from, static_cast<std::size_t>(stack.low + stack.size - from));
#endif
}

std::size_t StackPool::made() noexcept {
  return made_count.load(std::memory_order_relaxed);
}

std::size_t StackPool::unguarded() noexcept {
  return unguarded_count.load(std::memory_order_relaxed);
}

void adopt_thread_stack(Stack &stack) noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void *low;
    pthread_attr_getstack(&attributes, &low, &stack.size);
    stack.low = static_cast<char *>(low);
    pthread_attr_destroy(&attributes);
  }
#ifdef HEDDLE_TSAN
  stack.tsan_fiber = __tsan_get_current_fiber();
#endif
}

} // namespace heddle::detail

void heddle_enter_stack(heddle::detail::Stack &stack) noexcept {
#ifdef HEDDLE_ASAN
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  stack.entry(stack);
  std::abort();
}
