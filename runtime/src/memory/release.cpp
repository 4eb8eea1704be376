// Giving back to the system what is kept for later use.

#include "heddle/foreign.h"
#include "heddle/memory.h"

#include "memory/collector.h"
#include "sched/scheduler.h"

#include <cstdio>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace heddle {
namespace detail {
namespace {

// A tenth below the limit there is something to do, but not all the time:
// what is in use cannot be released.
constexpr std::int64_t release_interval = 10'000'000'000;
std::int64_t released_at = 0;

void release_kept() noexcept {
  StackPool::release();
  TaskPool::release();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

} // namespace

std::size_t resident_bytes() noexcept {
  std::size_t pages = 0, resident = 0;
  if (std::FILE *statm = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(statm, "%zu %zu", &pages, &resident) != 2)
      resident = 0;
    std::fclose(statm);
  }
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void keep_within_limit() noexcept {
  const std::size_t limit = memory_limit();
  const std::int64_t now = now_ns();
  if (limit == 0 || now - released_at < release_interval ||
      resident_bytes() < limit / 10 * 9)
    return;
  released_at = now;
  try {
    spawn_closure([] { release_memory(); }, std::source_location::current());
  } catch (const std::bad_alloc &) {
    release_kept();
  }
}

} // namespace detail

void release_memory(std::source_location where) {
  collect(where);
  blocking([] { detail::release_kept(); });
}

} // namespace heddle
