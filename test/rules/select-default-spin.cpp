// RUN: %check_rule %s select-default-spin

#include "heddle/heddle.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using Jobs = heddle::Channel<int>;

void work(int item);
void idleWork();
std::atomic<bool> stop{false};

void selectBad(Jobs &jobs) {
  for (;;) {
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([] {}));
                   // CHECK-NOTES: :[[@LINE-1]]:20: warning: the loop spins while none of the cases is ready [heddle-select-default-spin]
                   // CHECK-NOTES: :[[@LINE-4]]:3: note: the loop
  }
}
// CHECK-FIXES-LABEL: void selectBad(
// CHECK-FIXES-NEXT:    for (;;) {
// CHECK-FIXES-NEXT:      heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }));

void selectOk(Jobs &jobs) {
  for (;;)
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }));
}

void firstCaseBad(Jobs &jobs, Jobs &more) {
  auto handle = [](int job) { work(job); };
  while (true) {
    heddle::select(heddle::otherwise([] { heddle::yield(); }),
    // CHECK-NOTES: :[[@LINE-1]]:20: warning: the loop spins while none of the cases is ready
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the loop
                   heddle::on_receive(jobs, handle),
                   heddle::on_receive(more, handle));
    heddle::yield();
  }
}
// CHECK-FIXES-LABEL: void firstCaseBad(
// CHECK-FIXES:         heddle::select(heddle::on_receive(jobs, handle),
// CHECK-FIXES-NEXT:                   heddle::on_receive(more, handle));
// CHECK-FIXES-NEXT:  }

void storedBad(Jobs &jobs) {
  auto nothing = [] {};
  do
    heddle::select(heddle::on_send(jobs, 1), heddle::otherwise(nothing));
    // CHECK-NOTES: :[[@LINE-1]]:46: warning: the loop spins while none of the cases is ready
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the loop
  while (true);
}

// The loop would not see that it is to end.
void untilStoppedBad(Jobs &jobs) {
  while (!stop.load())
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([] {}));
                   // CHECK-NOTES: :[[@LINE-1]]:20: warning: the loop spins while none of the cases is ready
                   // CHECK-NOTES: :[[@LINE-4]]:3: note: the loop
                   // CHECK-NOTES: :[[@LINE-5]]:3: note: while it waits, the loop does not see its condition change
}
// CHECK-REVIEW-LABEL: void untilStoppedBad(
// CHECK-REVIEW-NEXT:    while (!stop.load())
// CHECK-REVIEW-NEXT:      heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }));

class Worker {
public:
  explicit Worker(std::shared_ptr<Jobs> jobs) : jobs_(std::move(jobs)) {}

  void runBad() {
    for (;;) {
      if (auto job = jobs_->try_receive())
      // CHECK-NOTES: :[[@LINE-1]]:29: warning: the loop spins while 'jobs_->' is empty
      // CHECK-NOTES: :[[@LINE-3]]:5: note: the loop
        work(*job);
    }
  }

private:
  std::shared_ptr<Jobs> jobs_;
};
// CHECK-FIXES-LABEL: void runBad()
// CHECK-FIXES:           if (auto job = jobs_->receive())

void elseYieldBad(Jobs &jobs) {
  while (true) {
    if (auto job = jobs.try_receive()) {
    // CHECK-NOTES: :[[@LINE-1]]:25: warning: the loop spins while 'jobs' is empty
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the loop
      work(*job);
    } else {
      heddle::yield();
    }
  }
}

void continueBad(Jobs &jobs) {
  for (;;) {
    auto job = jobs.try_receive();
    // CHECK-NOTES: :[[@LINE-1]]:21: warning: the loop spins while 'jobs' is empty
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the loop
    if (!job) {
      heddle::yield();
      continue;
    }
    work(*job);
    idleWork();
  }
}
// CHECK-FIXES-LABEL: void continueBad(
// CHECK-FIXES:         auto job = jobs.receive();

template <class T> T takeBad(heddle::Channel<T> &queue) {
  std::optional<T> item;
  while (!(item = queue.try_receive()))
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: the loop spins while 'queue' is empty
  // CHECK-NOTES: :[[@LINE-2]]:3: note: the loop
    heddle::yield();
  return *item;
}
template int takeBad(heddle::Channel<int> &);
template long takeBad(heddle::Channel<long> &);

void sendBad(const std::vector<int> &items, Jobs &jobs) {
  Jobs &out = jobs;
  for (int item : items) {
    while (!out.try_send(item))
    // CHECK-NOTES: :[[@LINE-1]]:17: warning: the loop spins while 'out' is full
    // CHECK-NOTES: :[[@LINE-2]]:5: note: the loop
      heddle::yield();
  }
}
// CHECK-FIXES-LABEL: void sendBad(
// CHECK-FIXES:         for (int item : items) {
// CHECK-FIXES-NEXT:      out.send(item);
// CHECK-FIXES-NEXT:    }

void sendOrBreakBad(Jobs &jobs) {
  for (;;) {
    if (jobs.try_send(1))
    // CHECK-NOTES: :[[@LINE-1]]:14: warning: the loop spins while 'jobs' is full
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the loop
      break;
    heddle::yield();
  }
}

#define TRY_NEXT(queue) queue.try_receive()
void macroBad(Jobs &jobs) {
  for (;;) {
    if (auto job = TRY_NEXT(jobs))
    // CHECK-NOTES: :[[@LINE-1]]:20: warning: the loop spins while the channel is empty
    // CHECK-NOTES: :[[@LINE-5]]:31: note: expanded from macro 'TRY_NEXT'
    // CHECK-NOTES: :[[@LINE-4]]:3: note: the loop
      work(*job);
  }
}

// Something else is done, or the loop ends.

void otherWorkOk(Jobs &jobs) {
  for (;;) {
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([] { idleWork(); }));
  }
}
void workBesideOk(Jobs &jobs) {
  for (;;) {
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([] {}));
    idleWork();
  }
}
void backOffOk(Jobs &jobs) {
  for (;;) {
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([] { heddle::sleep_for(5ms); }));
  }
}
void backOffAttemptOk(Jobs &jobs) {
  for (;;) {
    if (auto job = jobs.try_receive())
      work(*job);
    else
      heddle::sleep_for(5ms);
  }
}
void workElseOk(Jobs &jobs) {
  for (;;) {
    if (auto job = jobs.try_receive())
      work(*job);
    else
      idleWork();
  }
}
void drainOk(Jobs &jobs) {
  while (auto job = jobs.try_receive())
    work(*job);
}
void drainAllOk(Jobs &jobs) {
  bool more = true;
  while (more)
    heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                   heddle::otherwise([&] { more = false; }));
}
void someOk(Jobs &jobs) {
  for (int i = 0; i < 100; ++i)
    if (auto job = jobs.try_receive())
      work(*job);
}
void onceOk(Jobs &jobs) {
  heddle::select(heddle::on_receive(jobs, [](int job) { work(job); }),
                 heddle::otherwise([] {}));
  if (!jobs.try_send(1))
    work(1);
}
void dropWhenFullOk(const std::vector<int> &items, Jobs &jobs) {
  for (int item : items)
    if (!jobs.try_send(item))
      work(item);
}
void untilEmptyOk(Jobs &jobs) {
  for (;;) {
    auto job = jobs.try_receive();
    if (!job)
      break;
    work(*job);
  }
}
void twoOk(Jobs &jobs, Jobs &more) {
  for (;;) {
    if (auto job = jobs.try_receive())
      work(*job);
    if (auto job = more.try_receive())
      work(*job);
  }
}

// It looks at a flag as well; how to wait for both is not known here.
void FN_stopInBranch(Jobs &jobs) {
  for (;;) {
    auto job = jobs.try_receive();
    if (!job) {
      if (stop)
        return;
      continue;
    }
    work(*job);
  }
}
