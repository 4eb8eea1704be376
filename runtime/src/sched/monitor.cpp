// The monitor: the one thread that never runs a task. It takes processors from
// tasks that block or run for long, wakes workers for work that has waited,
// runs timers that nobody else has time for, and notices a deadlock.
//
// It looks every 20 µs while a task blocks and others wait for its processor;
// less and less often, down to every 10 ms, while nothing happens; and not at
// all while all processors are idle.

#include "heddle/stats.h"

#include "io/poller.h"
#include "memory/collector.h"
#include "sched/dump.h"
#include "sched/futex.h"
#include "sched/scheduler.h"
#include "sched/seeded.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>
#include <pthread.h>

namespace heddle::detail {
namespace {

constexpr std::int64_t shortest_sleep = blocking_patience;
constexpr std::int64_t longest_sleep = 10'000'000;
constexpr std::int64_t longest_sleep_unless_all_run = 1'000'000;
constexpr std::int64_t time_slice = 10'000'000;
// A task that goes on spawning is about to wait for what it spawned: some two
// million tasks fit.
constexpr std::int64_t spawning_time_slice = 10 * time_slice;
// A processor whose task runs this long while others are idle holds back what
// those could run.
constexpr std::int64_t hidden_work_patience = 500'000;
constexpr std::int64_t quota_interval = 1'000'000'000;
constexpr int idle_looks_before_rest = 5;
constexpr int looks_before_deadlock = 3;

struct Seen {
  std::uint64_t switches = 0;
  std::uint64_t spawned = 0;
  std::uint32_t sections = 0;
  std::uint64_t head = 0;
  bool blocking = false;
  bool backlog = false;
  std::int64_t since = 0;
};

pthread_t thread;
std::atomic<std::uint32_t> word{0};
std::atomic<bool> quit{false};
// When the monitor wakes up by itself.
std::atomic<std::int64_t> wakes_at{0};
std::array<Seen, max_processors> seen;

void hand_off(Worker &worker, Processor &processor) noexcept {
  if (scheduler.idle_threads.load(std::memory_order_relaxed) == 0 &&
      scheduler.threads.load(std::memory_order_relaxed) >=
          scheduler.options.max_threads)
    return;
  if (!take_from(worker, processor))
    return;
  scheduler.hand_offs.fetch_add(1, std::memory_order_relaxed);
  give_away(processor);
}

// Whether something goes on that is worth another look soon.
bool look_at(Processor &processor, Seen &before, std::int64_t now) noexcept {
  Worker *worker = processor.holder.load(std::memory_order_acquire);
  if (!worker) {
    before = {};
    return false;
  }
  bool others_idle = scheduler.idle_procs.load(std::memory_order_relaxed) > 0;
  Seen seen_now{
      .switches = worker->switches.load(std::memory_order_relaxed),
      .spawned = worker->spawned.load(std::memory_order_relaxed),
      .sections = worker->blocking_sections.load(std::memory_order_relaxed),
      .head = processor.queue.head(),
      .blocking = worker->blocking.load(std::memory_order_relaxed) > 0,
      .backlog = processor.queue.size() > 0,
      .since = now};
  bool same = seen_now.switches == before.switches &&
              seen_now.sections == before.sections &&
              seen_now.blocking == before.blocking;
  if (same)
    seen_now.since = before.since;
  bool spawning = seen_now.spawned != before.spawned;
  bool waited = before.backlog && seen_now.backlog &&
                (processor.is_coarse() || seen_now.head == before.head);
  before = seen_now;
  if (!worker->current.load(std::memory_order_relaxed))
    return false;

  if (waited && others_idle &&
      scheduler.searching.load(std::memory_order_relaxed) == 0) {
    wake_worker();
    return true;
  }
  std::int64_t ran = now - seen_now.since;
  bool wanted =
      processor.has_work() ||
      (!others_idle && (scheduler.queued.load(std::memory_order_relaxed) > 0 ||
                        (seen_now.blocking && io_unattended())));
  if (!same || !wanted)
    return seen_now.backlog && others_idle && processor.is_coarse();
  if (seen_now.blocking) {
    if (ran >= blocking_patience)
      hand_off(*worker, processor);
    return true;
  }
  if (ran >= time_slice / 2)
    worker->overdue.store(true, std::memory_order_relaxed);
  if (ran >= (spawning ? spawning_time_slice : time_slice) ||
      (others_idle && processor.has_hidden_work() &&
       ran >= hidden_work_patience))
    hand_off(*worker, processor);
  return others_idle;
}

} // namespace

bool somebody_runs() noexcept {
  std::lock_guard guard(scheduler.lock);
  return std::ranges::any_of(scheduler.workers, [](Worker *worker) {
    return !worker->listed && !worker->waits_pinned &&
           !worker->parked.load(std::memory_order_relaxed) &&
           !worker->finished.load(std::memory_order_relaxed);
  });
}

namespace {

// Nothing runs, and nothing in the runtime can make anything run again.
bool all_wait() noexcept {
  return scheduler.idle_procs.load(std::memory_order_relaxed) ==
             scheduler.procs.load(std::memory_order_relaxed) &&
         scheduler.queued.load(std::memory_order_relaxed) == 0 &&
         pending_timers() == 0 && io_waiters() == 0 && !somebody_runs() &&
         !scheduler.stopping.load(std::memory_order_relaxed);
}

// Sleeps until then, or until nudged, which it reports.
bool rest(std::int64_t until) noexcept {
  wakes_at.store(until, std::memory_order_relaxed);
  std::int64_t left = until - now_ns();
  if (left > 0)
    futex_wait(word, 0, left);
  return word.exchange(0, std::memory_order_acquire);
}

// When the next timer is due that no worker looks after. The lock is held.
std::int64_t unattended_timer() noexcept {
  std::int64_t timer = next_timer();
  return timer < scheduler.timekeeper_wakes ? timer : Wheel::never;
}

// Sleeps for a while, or until such a timer, or until nudged.
void rest_for_a_while() noexcept {
  std::int64_t now = now_ns();
  std::int64_t until = now + longest_sleep;
  // As below: who arms a timer sees how long we sleep, or we see the timer.
  wakes_at.store(until, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  {
    std::lock_guard guard(scheduler.lock);
    until = std::min(until, std::max(unattended_timer(), now + shortest_sleep));
  }
  rest(until);
}

// Sleeps until a processor is taken from the idle ones, or until a timer that
// no worker looks after. Who takes a processor does so under the lock and reads
// wakes_at after, and so either is seen here or sees this: `never`, also where
// a timer limits the sleep, since that may be days away.
void rest_while_idle() noexcept {
  wakes_at.store(Wheel::never, std::memory_order_relaxed);
  // The same with timers that workers do not look after; see timer_arm().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  bool idle;
  std::int64_t left = -1;
  {
    std::lock_guard guard(scheduler.lock);
    if (std::int64_t timer = unattended_timer(); timer != Wheel::never)
      left = std::max<std::int64_t>(timer - now_ns(), 0);
    idle = scheduler.idle_procs.load(std::memory_order_relaxed) ==
           scheduler.procs.load(std::memory_order_relaxed);
  }
  if (idle && left != 0 && !quit.load(std::memory_order_acquire))
    futex_wait(word, 0, left);
  word.exchange(0, std::memory_order_acquire);
}

// Whether tasks are queued and nobody comes for them: no thread could be
// started when they were. Sooner or later one can be.
bool look_for_stranded(bool before) noexcept {
  // With no thread at all the start has failed, and says so.
  bool stranded = scheduler.threads.load(std::memory_order_relaxed) > 0 &&
                  scheduler.queued.load(std::memory_order_relaxed) > 0 &&
                  scheduler.idle_procs.load(std::memory_order_relaxed) > 0 &&
                  scheduler.searching.load(std::memory_order_relaxed) == 0;
  if (stranded && before)
    wake_worker();
  return stranded;
}

void look_at_limits() noexcept {
  retire_surplus();
  keep_within_limit();
  if (!scheduler.follows_quota.load(std::memory_order_relaxed))
    return;
  unsigned allowed = std::min(available_procs(), max_processors);
  if (allowed != scheduler.procs.load(std::memory_order_relaxed))
    change_procs(allowed);
}

void answer_quit() noexcept {
  std::fprintf(stderr, "heddle: %zu tasks on %u processors and %u threads\n",
               num_tasks(), scheduler.procs.load(std::memory_order_relaxed),
               scheduler.threads.load(std::memory_order_relaxed));
  print_tasks();
}

void *run_monitor(void *) noexcept {
  std::int64_t sleep = shortest_sleep;
  std::int64_t quota_looked_at = now_ns();
  int idle_looks = 0;
  int quiet_looks = 0;
  bool stranded = false;
  while (!quit.load(std::memory_order_acquire)) {
    std::int64_t now = now_ns();
    // A seeded run moves its own time. Only what threads outside armed while
    // all were asleep needs somebody to look.
    if (!seeded.on())
      fire_timers(now);
    else if (pending_timers() > 0)
      wake_worker();
    if (io_unattended(now))
      poll_io(now);
    if (quit_was_sent())
      answer_quit();
    stranded = look_for_stranded(stranded);
    if (now - quota_looked_at > quota_interval) {
      quota_looked_at = now;
      look_at_limits();
    }
    std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
    std::uint32_t idle = scheduler.idle_procs.load(std::memory_order_relaxed);
    if (idle == procs) {
      ++idle_looks;
      bool suspect = scheduler.options.report_deadlock && all_wait();
      quiet_looks = suspect ? quiet_looks + 1 : 0;
      if (quiet_looks >= looks_before_deadlock) {
        // Again: a thread outside may have asked for something, and wait.
        if (!outside_threads() && all_wait())
          report_deadlock();
        // They may yet wake somebody, and may end without.
        quiet_looks = 0;
        rest(now_ns() + 10 * longest_sleep);
      } else if (idle_looks > idle_looks_before_rest && !suspect && !stranded &&
                 !somebody_runs() && !io_unattended()) {
        rest_while_idle();
      } else {
        rest_for_a_while();
      }
      sleep = shortest_sleep;
      continue;
    }
    idle_looks = quiet_looks = 0;

    // What runs may run for long, and nobody notices who could go on.
    if (idle > 0 && io_unattended(now))
      wake_worker();
    bool busy = false;
    for (std::uint32_t i = 0; i < max_processors; ++i) {
      Processor *processor =
          scheduler.processors[i].load(std::memory_order_acquire);
      if (!processor)
        break;
      if (i < procs && !seeded.on())
        busy |= look_at(*processor, seen[i], now);
    }
    bool blocking = std::ranges::any_of(seen, &Seen::blocking);
    std::int64_t longest =
        idle > 0 || blocking ? longest_sleep_unless_all_run : longest_sleep;
    sleep = busy ? shortest_sleep : std::min(sleep + sleep / 2, longest);
    std::int64_t until = now_ns() + sleep;
    if (rest(std::min(until, std::max(next_timer(), now + shortest_sleep))))
      sleep = shortest_sleep;
  }
  return nullptr;
}

} // namespace

bool start_monitor() noexcept {
  quit.store(false, std::memory_order_relaxed);
  word.store(0, std::memory_order_relaxed);
  seen = {};
  wakes_at.store(0, std::memory_order_relaxed);
  return pthread_create(&thread, nullptr, run_monitor, nullptr) == 0;
}

void stop_monitor() noexcept {
  quit.store(true, std::memory_order_release);
  word.store(1, std::memory_order_release);
  futex_wake(word);
  pthread_join(thread, nullptr);
}

void wake_monitor() noexcept {
  word.store(1, std::memory_order_release);
  futex_wake(word);
}

void nudge_monitor(std::int64_t patience) noexcept {
  std::int64_t at = wakes_at.load(std::memory_order_relaxed);
  if (at < Wheel::never / 2 &&
      (patience >= Wheel::never / 2 || at - now_ns() <= patience)) [[likely]]
    return;
  wakes_at.store(0, std::memory_order_relaxed);
  wake_monitor();
}

} // namespace heddle::detail
