// RUN: %check_rule %s spawn-in-loop

#include "heddle/heddle.h"

#include <semaphore>
#include <vector>

struct Job {
  int id = 0;
};

void process(const Job &job);

void slotOk(const std::vector<Job> &jobs) {
  static heddle::Semaphore slots(16);
  for (const Job &job : jobs) {
    slots.acquire();
    heddle::spawn([job] {
      process(job);
      slots.release();
    });
  }
}

// Who gets no slot does the work itself.
void triedSlotOk(const std::vector<Job> &jobs) {
  static heddle::Semaphore slots(16);
  for (const Job &job : jobs) {
    if (!slots.try_acquire()) {
      process(job);
      continue;
    }
    heddle::spawn([job] {
      process(job);
      slots.release();
    });
  }
}

// Taken inside the task, a slot bounds nothing.
void slotInTaskBad(const std::vector<Job> &jobs) {
  static heddle::Semaphore slots(16);
  for (const Job &job : jobs)
    heddle::spawn([job] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'jobs'
      heddle::SemaphoreGuard slot(slots);
      process(job);
    });
}

void limitedOk(const std::vector<Job> &jobs) {
  static heddle::Semaphore slots(16);
  for (const Job &job : jobs)
    heddle::spawn_limited(slots, [job] { process(job); });
}

// Go's way: a channel with a slot per task.
void channelSlotsOk(const std::vector<Job> &jobs) {
  static heddle::Channel<int> slots(16);
  for (const Job &job : jobs) {
    slots.send(1);
    heddle::spawn([job] {
      process(job);
      slots.receive();
    });
  }
}

class Limiter {
public:
  void enter() { slots_.acquire(); }
  void leave() { slots_.release(); }

private:
  heddle::Semaphore slots_{8};
};

void wrappedSlotOk(const std::vector<Job> &jobs, Limiter &limiter) {
  for (const Job &job : jobs) {
    limiter.enter();
    heddle::spawn([job, &limiter] {
      process(job);
      limiter.leave();
    });
  }
}

void batchesOk(const std::vector<Job> &jobs) {
  heddle::WaitGroup batch;
  int running = 0;
  for (const Job &job : jobs) {
    batch.spawn([job] { process(job); });
    if (++running == 64) {
      batch.wait();
      running = 0;
    }
  }
  batch.wait();
}

void workersOk(heddle::Channel<Job> &jobs) {
  heddle::WaitGroup workers;
  for (std::size_t i = 0; i < heddle::available_procs(); ++i)
    workers.spawn([&jobs] { process(*jobs.receive()); });
  workers.wait();
}

void longLivedOk(heddle::Channel<Job> &jobs, int workers) {
  for (int i = 0; i < workers; ++i)
    heddle::spawn([&jobs] {
      for (const Job &job : jobs)
        process(job);
    });
}

void serve(heddle::Channel<Job> &jobs) {
  while (auto job = jobs.receive())
    process(*job);
}

void longLivedCalleeOk(std::vector<heddle::Channel<Job>> &queues) {
  for (auto &queue : queues)
    heddle::spawn([&queue] { serve(queue); });
}

// A task per event: another fault.
void eventsOk(heddle::Channel<Job> &jobs) {
  for (Job job : jobs)
    heddle::spawn([job] { process(job); });
}

class Group {
public:
  void set_limit(int limit) HEDDLE_BOUNDS_SPAWNS;
  template <class F> void run(F f) HEDDLE_SPAWNS { tasks.spawn(f); }
  void wait() HEDDLE_JOINS;

private:
  heddle::WaitGroup tasks;
};

void groupWithLimitOk(const std::vector<Job> &jobs) {
  Group group;
  group.set_limit(8);
  for (const Job &job : jobs)
    group.run([&job] { process(job); });
  group.wait();
}

void groupWithoutLimitBad(const std::vector<Job> &jobs) {
  Group group;
  for (const Job &job : jobs)
    group.run([&job] { process(job); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'jobs'
  group.wait();
}

void lazyWorker(bool &started) {
  if (!started)
    heddle::spawn([] { process({}); });
  started = true;
}

// The callee spawns once, not each time.
void conditionalWrapperOk(const std::vector<Job> &jobs, bool started) {
  for (const Job &job : jobs) {
    process(job);
    lazyWorker(started);
  }
}
