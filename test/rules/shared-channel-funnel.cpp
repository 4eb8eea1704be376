// RUN: %check_rule %s shared-channel-funnel

#include "heddle/heddle.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

struct Job {
  int id;
  std::string text;
};
void process(const Job &job);
int work(int item);
void load(int item) HEDDLE_BLOCKS;
void unseen(heddle::Channel<int> &items);

// A fixed number of workers.
void fixedBad(const std::vector<Job> &all) {
  heddle::Channel<Job> jobs(1024);
  heddle::WaitGroup workers;
  for (int i = 0; i < 64; ++i)
    workers.spawn([&] {
      for (Job job : jobs)
        process(job);
    });
  for (const Job &job : all)
    jobs.send(job);
  jobs.close();
  workers.wait();
}
// CHECK-NOTES: :[[@LINE-12]]:24: warning: all workers take their jobs from 'jobs' [heddle-shared-channel-funnel]
// CHECK-NOTES: :[[@LINE-11]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-10]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-7]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-9]]:3: note: repeated here
// CHECK-FIXES-LABEL: void fixedBad(
// CHECK-FIXES-NEXT:    heddle::WorkerPool<Job> jobs(64, 1024, [&](Job job) {
// CHECK-FIXES-NEXT:      process(job);
// CHECK-FIXES-NEXT:    });
// CHECK-FIXES-NEXT:    for (const Job &job : all)
// CHECK-FIXES-NEXT:      jobs.submit(job);
// CHECK-FIXES-NEXT:    jobs.close();
// CHECK-FIXES-NEXT:    jobs.wait();
// CHECK-FIXES-NEXT:  }

void fixedOk(const std::vector<Job> &all) {
  heddle::WorkerPool<Job> jobs(64, 1024, [&](const Job &job) { process(job); });
  for (const Job &job : all)
    jobs.submit(job);
}

// As many as processors, with captures that are spelled out, a block for a
// body, and a sender that is a task itself.
void perProcessorBad(const std::vector<int> &all) {
  std::atomic<int> total = 0;
  heddle::Channel<int> items(16);
  heddle::WaitGroup workers, sender;
  heddle::WaitGroup group;
  for (std::size_t i = 0; i < heddle::procs(); ++i) {
    group.spawn([&total, &items] {
      for (const int &item : items) {
        if (item < 0)
          total -= work(item);
        total += work(item);
      }
    });
  }
  sender.spawn([&] {
    for (int item : all)
      if (!items.send(item) || items.size() > 15)
        break;
    items.close();
  });
  sender.wait();
  group.wait();
}
// CHECK-NOTES: :[[@LINE-21]]:24: warning: all workers take their jobs from 'items'
// CHECK-NOTES: :[[@LINE-19]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-18]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-10]]:12: note: a job is sent here
// CHECK-NOTES: :[[@LINE-12]]:5: note: repeated here
// CHECK-FIXES-LABEL: void perProcessorBad(
// CHECK-FIXES:         heddle::WaitGroup workers, sender;
// CHECK-FIXES-NEXT:    heddle::WorkerPool<int> items(heddle::procs(), 16, [&total](const int &item) {
// CHECK-FIXES-NEXT:      if (item < 0)
// CHECK-FIXES-NEXT:        total -= work(item);
// CHECK-FIXES-NEXT:      total += work(item);
// CHECK-FIXES-NEXT:    });
// CHECK-FIXES-NEXT:    sender.spawn([&] {
// CHECK-FIXES-NEXT:      for (int item : all)
// CHECK-FIXES-NEXT:        if (!items.submit(item) || items.queued() > 15)
// CHECK-FIXES:         sender.wait();
// CHECK-FIXES-NEXT:    items.wait();

// A number that may be none: for review.
void countedBad(int count, const std::vector<int> &all) {
  heddle::Channel<int> items(2 * 64);
  heddle::WaitGroup group;
  for (int i = 0; i < count; i++)
    group.spawn([&items] {
      for (int item : items)
        work(item);
    });
  for (int item : all)
    items.send(item);
  items.close();
  group.wait();
}
// CHECK-NOTES: :[[@LINE-12]]:24: warning: all workers take their jobs from 'items'
// CHECK-NOTES: :[[@LINE-11]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-10]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-7]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-9]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-15]]:3: note: a pool does the same, but needs a worker at least
// CHECK-REVIEW-LABEL: void countedBad(
// CHECK-REVIEW-NEXT:    heddle::WorkerPool<int> items(count, 2 * 64, [](int item) {
// CHECK-REVIEW-NEXT:      work(item);
// CHECK-REVIEW-NEXT:    });

// Members, a method as the worker, another loop, and results passed on. No fix:
// it is not one place.
class Pipeline {
public:
  explicit Pipeline(int workers) {
    while (workers-- > 0)
      group_.spawn([this] { run(); });
  }
  void runAllBad(heddle::Channel<int> &items) {
    for (int item : items)
      items_.send(item);
    items_.close();
  }

private:
  void run() {
    while (auto item = items_.receive())
      results_->send(work(*item));
  }

  heddle::Channel<int> items_{8};
  std::shared_ptr<heddle::Channel<int>> results_ =
      heddle::make_channel<int>(64);
  heddle::WaitGroup group_;
};
// CHECK-NOTES: :[[@LINE-5]]:24: warning: all workers take their jobs from 'items_'
// CHECK-NOTES: :[[@LINE-21]]:5: note: workers are started here
// CHECK-NOTES: :[[@LINE-11]]:24: note: each of them receives here
// CHECK-NOTES: :[[@LINE-18]]:7: note: a job is sent here
// CHECK-NOTES: :[[@LINE-20]]:5: note: repeated for each item received here

// A template, an alias of the type, and a stored lambda.
using Tasks = heddle::Channel<std::function<void()>>;
template <class Item> void storedBad(const std::vector<Item> &all) {
  auto tasks = std::make_shared<Tasks>(32);
  heddle::WaitGroup group;
  auto worker = [tasks] {
    for (;;) {
      auto task = tasks->receive();
      if (!task)
        return;
      (*task)();
    }
  };
  for (auto n = heddle::available_procs(); n > 0; --n)
    group.spawn(worker);
  for (const Item &item : all)
    tasks->send([item] { work(item); });
  tasks->close();
  group.wait();
}
template void storedBad<int>(const std::vector<int> &);
// CHECK-NOTES: :[[@LINE-18]]:8: warning: all workers take their jobs from 'tasks'
// CHECK-NOTES: :[[@LINE-9]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-16]]:19: note: each of them receives here
// CHECK-NOTES: :[[@LINE-8]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-10]]:3: note: repeated here

// Four or fewer hardly meet.
void fewOk(const std::vector<int> &all) {
  heddle::Channel<int> items(16);
  heddle::WaitGroup group;
  for (int i = 0; i < 4; ++i)
    group.spawn([&] {
      for (int item : items)
        work(item);
    });
  for (int item : all)
    items.send(item);
  items.close();
  group.wait();
}

// The runtime's own ways to share a channel.
void consumeOk(heddle::Channel<int> &items) {
  heddle::Channel<int> more(16);
  heddle::spawn([&] {
    for (int item : items)
      more.send(item);
    more.close();
  });
  heddle::consume(more, 64, [](int item) { work(item); });
}

// Not much is sent.
void rareOk() {
  heddle::Channel<int> items(16);
  heddle::WaitGroup group;
  for (int i = 0; i < 8; ++i)
    group.spawn([&] {
      for (int item : items)
        work(item);
    });
  for (int i = 0; i < 8; ++i)
    items.send(i);
  items.close();
  group.wait();
}

// An item that waits, or blocks, takes longer than to receive it.
void waitingOk(const std::vector<int> &all) {
  heddle::Channel<int> items(16), files(16);
  heddle::WaitGroup group;
  for (int i = 0; i < 64; ++i)
    group.spawn([&] {
      for (int item : items)
        heddle::sleep_for(std::chrono::milliseconds(item));
    });
  for (int i = 0; i < 64; ++i)
    group.spawn([&] {
      for (int item : files)
        heddle::blocking([&] { load(item); });
    });
  for (int item : all) {
    items.send(item);
    files.send(item);
  }
  items.close();
  files.close();
  group.wait();
}

// One that others may use, and one of several that a worker waits for.
void sharedOk(const std::vector<int> &all, heddle::Channel<bool> &stop) {
  heddle::Channel<int> items(16), others(16);
  unseen(items);
  heddle::WaitGroup group;
  for (int i = 0; i < 64; ++i)
    group.spawn([&] {
      for (int item : items)
        work(item);
    });
  for (int i = 0; i < 64; ++i)
    group.spawn([&] {
      for (bool on = true; on;)
        heddle::select(heddle::on_receive(others, [](int item) { work(item); }),
                       heddle::on_receive(stop, [&](bool) { on = false; }));
    });
  for (int item : all) {
    items.send(item);
    others.send(item);
  }
  items.close();
  group.wait();
}

// A channel for each worker.
void ownOk(const std::vector<int> &all) {
  std::vector<std::shared_ptr<heddle::Channel<int>>> own;
  heddle::WaitGroup group;
  for (int i = 0; i < 64; ++i) {
    auto items = heddle::make_channel<int>(16);
    own.push_back(items);
    group.spawn([items] {
      for (int item : *items)
        work(item);
    });
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    own[i % own.size()]->send(all[i]);
  for (auto &items : own)
    items->close();
  group.wait();
}

// No fix where a worker does more, leaves its loop, or has no room.
void moreBad(const std::vector<int> &all) {
  heddle::Channel<int> items(16), early(16), none;
  heddle::WaitGroup group;
  for (int i = 0; i < 8; ++i)
    group.spawn([&] {
      int sum = 0;
      for (int item : items)
        sum += work(item);
      work(sum);
    });
  for (int i = 0; i < 8; ++i)
    group.spawn([&] {
      for (int item : early)
        if (work(item) == 0)
          return;
    });
  for (int i = 0; i < 8; ++i)
    group.spawn([&] {
      for (int item : none)
        work(item);
    });
  for (int item : all) {
    items.send(item);
    early.send(item);
    none.send(item);
  }
  items.close();
  early.close();
  none.close();
  group.wait();
}
// CHECK-NOTES: :[[@LINE-30]]:24: warning: all workers take their jobs from 'items'
// CHECK-NOTES: :[[@LINE-29]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-27]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-12]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-14]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-35]]:35: warning: all workers take their jobs from 'early'
// CHECK-NOTES: :[[@LINE-27]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-26]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-16]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-19]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-40]]:46: warning: all workers take their jobs from 'none'
// CHECK-NOTES: :[[@LINE-26]]:3: note: workers are started here
// CHECK-NOTES: :[[@LINE-25]]:7: note: each of them receives here
// CHECK-NOTES: :[[@LINE-20]]:5: note: a job is sent here
// CHECK-NOTES: :[[@LINE-24]]:3: note: repeated here
