#include "heddle/testing.h"

#include "heddle/spawn.h"
#include "sched/seeded.h"
#include "task/task_pool.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace heddle::testing {
namespace {

using heddle::detail::Task;
using heddle::detail::TaskState;

std::string text_of(const std::vector<LiveTasks> &tasks) {
  std::string text = "tasks are left:";
  for (const LiveTasks &group : tasks) {
    text += "\n  spawned at ";
    text += group.spawned_at.file_name();
    text += ":" + std::to_string(group.spawned_at.line());
    text += group.waits_for.empty() ? ", could run"
                                    : ", waits for " + group.waits_for;
    if (group.count > 1)
      text += " (" + std::to_string(group.count) + " tasks)";
  }
  return text;
}

bool same_place(const std::source_location &a, const std::source_location &b) {
  return a.line() == b.line() && a.column() == b.column() &&
         std::strcmp(a.file_name(), b.file_name()) == 0;
}

} // namespace

std::vector<LiveTasks> live_tasks() {
  std::vector<LiveTasks> groups;
  const Task *self = heddle::detail::current_task();
  heddle::detail::TaskPool::for_each([&](Task &task) {
    const TaskState state = task.state.load(std::memory_order_relaxed);
    const bool parked = state == TaskState::parked;
    if (&task == self ||
        !(parked || state == TaskState::fresh || state == TaskState::running ||
          state == TaskState::runnable))
      return;
    const char *waits_for =
        parked ? describe(task.reason.load(std::memory_order_relaxed)) : "";
    const std::source_location site = heddle::detail::TaskPool::site_of(task);
    for (LiveTasks &group : groups)
      if (group.waits_for == waits_for && same_place(group.spawned_at, site)) {
        ++group.count;
        return;
      }
    groups.push_back({site, waits_for, 1});
  });
  std::ranges::sort(groups, std::ranges::greater(), &LiveTasks::count);
  return groups;
}

LeakedTasks::LeakedTasks(std::vector<LiveTasks> tasks)
    : std::runtime_error(text_of(tasks)), tasks_(std::move(tasks)) {}

namespace {

// Whoever is not in a queue is in a worker's hands; and a worker lies down only
// when the task it ran last can be woken.
bool all_others_wait() noexcept {
  using namespace heddle::detail;
  std::lock_guard guard(scheduler.lock);
  const auto asleep = [mine = this_worker()](const Worker *worker) {
    return worker == mine || worker->listed ||
           worker->finished.load(std::memory_order_relaxed) ||
           worker->parked.load(std::memory_order_relaxed) ||
           (worker->waits_pinned &&
            worker->wake_word.load(std::memory_order_relaxed) == 0);
  };
  const auto has_work = [](const std::atomic<Processor *> &place) {
    const Processor *processor = place.load(std::memory_order_acquire);
    return processor && processor->has_work();
  };
  return std::ranges::all_of(scheduler.workers, asleep) &&
         scheduler.queued.load(std::memory_order_relaxed) == 0 &&
         std::ranges::none_of(scheduler.processors, has_work);
}

} // namespace

void settle() {
  while (!all_others_wait()) {
    yield();
    if (!heddle::detail::seeded.on())
      sleep_for(std::chrono::microseconds(50));
  }
}

void check_leaks() {
  constexpr int rounds = 10'000;
  std::vector<LiveTasks> tasks;
  for (int round = 0; round < rounds; ++round) {
    tasks = live_tasks();
    if (std::ranges::none_of(tasks, [](const LiveTasks &group) {
          return group.waits_for.empty();
        }))
      break;
    yield();
    if (!heddle::detail::seeded.on())
      sleep_for(std::chrono::milliseconds(1));
  }
  if (!tasks.empty())
    throw LeakedTasks(std::move(tasks));
}

namespace detail {

SeededRun::SeededRun(std::uint64_t seed) {
  if (heddle::detail::scheduler.running.load(std::memory_order_acquire))
    throw std::logic_error("heddle: a seeded run was started while another "
                           "runtime runs");
  heddle::detail::seeded.begin(seed);
}

// Also where run() threw before it started.
SeededRun::~SeededRun() { heddle::detail::seeded.end(); }

std::optional<std::uint64_t> seed_to_repeat() {
  if (const char *value = std::getenv("HEDDLE_SEED"))
    return std::strtoull(value, nullptr, 0);
  return std::nullopt;
}

void tell_seed(std::uint64_t seed) noexcept {
  std::fprintf(stderr, "heddle: this run failed: HEDDLE_SEED=%" PRIu64 "\n",
               seed);
}

} // namespace detail

} // namespace heddle::testing
