// RUN: %check_rule %s channel-counter

#include "heddle/heddle.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

void process(int job);
void log(std::int64_t total);

std::int64_t completedBad(heddle::Channel<int> &jobs) {
  heddle::Channel<std::int64_t> completed(1024);
  // CHECK-NOTES: :[[@LINE-1]]:33: warning: 'completed' carries nothing but what is added up [heddle-channel-counter]
  // CHECK-NOTES: :[[@LINE+14]]:9: note: each send is a constant
  // CHECK-NOTES: :[[@LINE+6]]:7: note: the receiver only adds
  // CHECK-NOTES: :[[@LINE-4]]:33: note: count in a Counter, and read it where the sum is waited for
  std::int64_t total = 0;
  heddle::WaitGroup collector;
  collector.spawn([&] {
    for (std::int64_t n : completed)
      total += n;
  });
  heddle::WaitGroup workers;
  for (int i = 0; i < 8; ++i)
    workers.spawn([&] {
      for (int job : jobs) {
        process(job);
        completed.send(1);
      }
    });
  workers.wait();
  completed.close();
  collector.wait();
  return total;
}
// CHECK-REVIEW-LABEL: std::int64_t completedBad(
// CHECK-REVIEW-NEXT: {{^}}  heddle::Counter completed;
// CHECK-REVIEW-NEXT: {{^}}  std::int64_t total = 0;
// CHECK-REVIEW-NEXT: {{^}}  heddle::WaitGroup workers;
// CHECK-REVIEW: {{^}}        completed.increment();
// CHECK-REVIEW: {{^}}  workers.wait();
// CHECK-REVIEW-NEXT: {{^}}  total += completed.value();
// CHECK-REVIEW-NEXT: {{^}}  return total;

std::int64_t completedOk(heddle::Channel<int> &jobs) {
  heddle::Counter completed;
  heddle::WaitGroup workers;
  for (int i = 0; i < 8; ++i)
    workers.spawn([&] {
      for (int job : jobs) {
        process(job);
        completed.increment();
      }
    });
  workers.wait();
  return completed.value();
}

static void work(heddle::Channel<int> &jobs, heddle::Channel<int> &active) {
  while (auto job = jobs.receive()) {
    active.send(+1);
    process(*job);
    active.send(-1);
  }
}

// A gauge, up and down.
void gaugeBad(heddle::Channel<int> &jobs) {
  heddle::Channel<int> active(64);
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'active' carries nothing but what is added up
  // CHECK-NOTES: :[[@LINE-10]]:5: note: each send is a constant
  // CHECK-NOTES: :[[@LINE+6]]:7: note: the receiver only adds
  // CHECK-NOTES: :[[@LINE-4]]:24: note: count in a Counter, and read it where the sum is waited for
  int now = 0;
  heddle::TaskGroup gauge;
  gauge.spawn([&active, &now] {
    while (auto change = active.receive()) {
      now += *change;
    }
  });
  work(jobs, active);
  active.close();
  gauge.wait();
  log(now);
}
// CHECK-REVIEW-LABEL: static void work(heddle::Channel<int> &jobs, heddle::Counter &active) {
// CHECK-REVIEW: {{^}}    active.add(+1);
// CHECK-REVIEW: {{^}}    active.add(-1);
// CHECK-REVIEW-LABEL: void gaugeBad(
// CHECK-REVIEW: {{^}}  work(jobs, active);
// CHECK-REVIEW-NEXT: {{^}}  now += active.value();
// CHECK-REVIEW-NEXT: {{^}}  log(now);

class Metrics {
public:
  void handledBad() { handled_.send(1); }
  void collect() {
    for (long n : handled_)
      total_ += n;
  }
  void serve(const std::vector<int> &requests) {
    for (int request : requests) {
      process(request);
      handledBad();
    }
  }

private:
  heddle::Channel<long> handled_{256};
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 'handled_' carries nothing but what is added up
  // CHECK-NOTES: :[[@LINE-15]]:23: note: each send is a constant
  // CHECK-NOTES: :[[@LINE-13]]:7: note: the receiver only adds
  long total_ = 0;
};

// Counted, whatever is sent: by a handle, in an algorithm's callable.
unsigned ticksBad(const std::vector<int> &items) {
  auto ticks = heddle::make_channel<bool>(16);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'ticks' carries nothing but what is added up
  // CHECK-NOTES: :[[@LINE+10]]:5: note: each send is a constant
  // CHECK-NOTES: :[[@LINE+4]]:7: note: the receiver only adds
  auto counted = heddle::async([ticks] {
    unsigned count = 0;
    for ([[maybe_unused]] bool tick : *ticks)
      ++count;
    return count;
  });
  heddle::parallel_for(items, [&](int item) {
    process(item);
    ticks->send(true);
  });
  ticks->close();
  return counted.get();
}

template <class Count> Count templateBad(const std::vector<int> &items) {
  heddle::Channel<Count> done(8);
  // CHECK-NOTES: :[[@LINE-1]]:26: warning: 'done' carries nothing but what is added up
  // CHECK-NOTES: :[[@LINE+5]]:7: note: each send is a constant
  // CHECK-NOTES: :[[@LINE+10]]:5: note: the receiver only adds
  heddle::spawn([&] {
    for (int item : items) {
      process(item);
      done.send(Count(2));
    }
    done.close();
  });
  Count sum = 0;
  for (Count n : done)
    sum += n;
  return sum;
}
template long templateBad<long>(const std::vector<int> &);

// The receiver acts on the running total.
void everyThousandOk(heddle::Channel<int> &jobs) {
  heddle::Channel<int> completed(64);
  heddle::spawn([&] {
    std::int64_t total = 0;
    for (int n : completed) {
      total += n;
      if (total % 1000 == 0)
        log(total);
    }
  });
  for (int job : jobs) {
    process(job);
    completed.send(1);
  }
}

// The receiver acts on each.
void auditedOk(heddle::Channel<int> &jobs) {
  heddle::Channel<int> completed(64);
  heddle::spawn([&] {
    for (int n : completed)
      log(n);
  });
  for (int job : jobs)
    completed.send(1);
}

// Not constants: sizes that were read.
std::int64_t sizesOk(const std::vector<std::vector<int>> &parts) {
  heddle::Channel<std::int64_t> sizes(8);
  heddle::spawn([&] {
    for (const auto &part : parts)
      sizes.send(part.size());
    sizes.close();
  });
  std::int64_t total = 0;
  for (std::int64_t size : sizes)
    total += size;
  return total;
}

// Waiting for a number of tasks is no counting.
void waitedForOk(const std::vector<int> &items) {
  heddle::Channel<int> done(4);
  for (int item : items)
    heddle::spawn([&, item] {
      process(item);
      done.send(1);
    });
  for (std::size_t i = 0; i < items.size(); ++i)
    done.receive();
}

void rareOk() {
  heddle::Channel<int> started(4);
  heddle::spawn([&] {
    started.send(1);
    started.close();
  });
  int count = 0;
  for (int n : started)
    count += n;
  log(count);
}

void unseen(heddle::Channel<int> &counts);
void escapesOk(const std::vector<int> &items) {
  heddle::Channel<int> counts(4);
  heddle::spawn([&] {
    for (int item : items) {
      process(item);
      counts.send(1);
    }
  });
  unseen(counts);
  int total = 0;
  for (int n : counts)
    total += n;
  log(total);
}

// The receiver adds in a case of a select, which may do other things besides.
void FN_select(heddle::Channel<int> &jobs, const heddle::Context &context) {
  heddle::Channel<int> completed(64);
  heddle::spawn([&] {
    for (int job : jobs) {
      process(job);
      completed.send(1);
    }
  });
  std::int64_t total = 0;
  while (!context.cancelled())
    heddle::select(heddle::on_receive(completed, [&](int n) { total += n; }),
                   heddle::on_receive(context.done()));
  log(total);
}

// A gauge that may be read at any time: no fix, as the Counter is to be read
// there.
class GaugeBad {
public:
  GaugeBad() {
    task_.spawn([this] {
      while (auto change = changes_.receive())
        active_ += *change;
    });
  }
  void serve(heddle::Channel<int> &jobs) {
    for (int job : jobs) {
      changes_.send(1);
      process(job);
      changes_.send(-1);
    }
  }
  ~GaugeBad() {
    changes_.close();
    task_.wait();
  }

private:
  heddle::Channel<int> changes_{256};
  // CHECK-MESSAGES: :[[@LINE-1]]:24: warning: 'changes_' carries nothing but what is added up
  std::atomic<int> active_{0};
  heddle::WaitGroup task_;
};

unsigned itemsBad(heddle::Channel<int> &jobs) {
  auto hits = heddle::make_channel<char>(16);
  // CHECK-MESSAGES: :[[@LINE-1]]:8: warning: 'hits' carries nothing but what is added up
  heddle::WaitGroup workers, counter;
  for (int i = 0; i < 4; ++i)
    workers.spawn([hits, &jobs] {
      for (int job : jobs)
        if (job > 3)
          hits->send('x');
    });
  unsigned count = 0;
  counter.spawn([&] {
    for (char hit : *hits) {
      (void)hit;
      count++;
    }
  });
  workers.wait();
  hits->close();
  counter.wait();
  return count;
}
