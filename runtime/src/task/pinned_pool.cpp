#include "heddle/pin.h"

#include "heddle/channel.h"
#include "heddle/wait_group.h"

#include "sched/scheduler.h"

#include <cassert>
#include <mutex>
#include <vector>

namespace heddle {

namespace {

struct Job {
  void (*call)(void *);
  void *arg;
  WaitGroup done;
};

} // namespace

// What the tasks share with the pool, which they may outlive: a runtime that
// ended has abandoned them.
struct PinnedPool::Threads {
  explicit Threads(std::uint64_t runtime) noexcept : runtime(runtime) {}

  void work() {
    // For the functions that others bring.
    // NOLINTNEXTLINE(heddle-needless-pin)
    ThreadPin pin;
    {
      std::lock_guard guard(lock);
      members.push_back(detail::current_task());
    }
    while (std::optional<Job *> job = jobs.receive()) {
      (*job)->call((*job)->arg);
      (*job)->done.done();
    }
  }

  bool has_caller() noexcept {
    std::lock_guard guard(lock);
    return std::ranges::find(members, detail::current_task()) != members.end();
  }

  const std::uint64_t runtime;
  Channel<Job *> jobs;
  WaitGroup ends;
  detail::SpinLock lock;
  std::vector<detail::Task *> members; // guarded by lock
};

PinnedPool::PinnedPool(unsigned threads, std::source_location site)
    : count_(threads), site_(site) {
  assert(threads > 0);
}

PinnedPool::~PinnedPool() {
  if (!threads_ || threads_->runtime != detail::running_generation())
    return;
  threads_->jobs.close();
  threads_->ends.wait();
}

std::shared_ptr<PinnedPool::Threads> PinnedPool::started() {
  const std::uint64_t runtime = detail::running_generation();
  std::lock_guard guard(lock_);
  if (!threads_ || threads_->runtime != runtime) {
    threads_ = std::make_shared<Threads>(runtime);
    threads_->members.reserve(count_);
    for (unsigned i = 0; i < count_; ++i)
      threads_->ends.spawn([threads = threads_] { threads->work(); }, site_);
  }
  return threads_;
}

void PinnedPool::call(void (*call)(void *), void *arg) {
  std::shared_ptr<Threads> threads = started();
  if (threads->has_caller())
    return call(arg);
  Job job{call, arg, {}};
  job.done.add();
  [[maybe_unused]] bool sent = threads->jobs.send(&job);
  assert(sent);
  job.done.wait();
}

} // namespace heddle
