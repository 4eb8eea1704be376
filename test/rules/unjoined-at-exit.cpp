// RUN: %check_rule %s unjoined-at-exit

#include "heddle/heddle.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

void save(const std::string &text);
void flush();
void work(int item);
void sample();
bool ready();
void await(heddle::Channel<bool> &done);

int plainBad() {
  return heddle::run([] {
    work(1);
    heddle::spawn([] { flush(); });
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing waits for this task before the runtime stops [heddle-unjoined-at-exit]
    // CHECK-NOTES: :[[@LINE+3]]:3: note: the runtime stops here
    // CHECK-NOTES: :[[@LINE-3]]:5: note: nothing runs beside it: it can be called here
    return 0;
  });
}
// CHECK-REVIEW-LABEL: int plainBad() {
// CHECK-REVIEW: {{^}}    work(1);
// CHECK-REVIEW-NEXT: {{^}}    flush();
// CHECK-REVIEW-NEXT: {{^}}    return 0;

int plainOk() {
  return heddle::run([] {
    heddle::TaskGroup tasks;
    tasks.spawn([] { flush(); });
    tasks.wait();
    return 0;
  });
}

void eachPartBad(const std::vector<std::string> &texts) {
  heddle::run([&] {
    for (int part = 0; part < 4; ++part)
      heddle::spawn([part] { work(part); });
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: nothing waits for this task
    // CHECK-NOTES: :[[@LINE+3]]:5: note: nor for this one
    // CHECK-NOTES: :[[@LINE+4]]:3: note: the runtime stops here
    // CHECK-NOTES: :[[@LINE-4]]:7: note: in a group that is waited for, they all come to an end
    heddle::spawn([] { flush(); });
    work(static_cast<int>(texts.size()));
  });
}
// CHECK-REVIEW-LABEL: void eachPartBad(
// CHECK-REVIEW: {{^}}    heddle::TaskGroup tasks;
// CHECK-REVIEW-NEXT: {{^}}    for (int part = 0; part < 4; ++part)
// CHECK-REVIEW-NEXT: {{^}}      tasks.spawn([part] { work(part); });
// CHECK-REVIEW-NEXT: {{^}}    tasks.spawn([] { flush(); });
// CHECK-REVIEW-NEXT: {{^}}    work(static_cast<int>(texts.size()));
// CHECK-REVIEW-NEXT: {{^}}    tasks.wait();
// CHECK-REVIEW-NEXT: {{^}}  });

// A worker still has items when the first task returns.
static void serve(heddle::Channel<int> &jobs) {
  for (int job : jobs)
    work(job);
}

void mainTask() {
  static heddle::Channel<int> jobs(16);
  heddle::spawn([] { serve(jobs); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: nothing waits for this task
  // CHECK-NOTES: :[[@LINE+5]]:1: note: the runtime stops here
  // CHECK-NOTES: :[[@LINE-3]]:3: note: in a group that is waited for, they all come to an end
  for (int job = 0; job < 100; ++job)
    jobs.send(job);
  jobs.close();
}
// CHECK-REVIEW-LABEL: void mainTask() {
// CHECK-REVIEW: {{^}}  jobs.close();
// CHECK-REVIEW-NEXT: {{^}}  tasks.wait();
int functionBad() {
  heddle::run(mainTask);
  return 0;
}

// Time is no promise.
void sleepingBad() {
  auto body = [] {
    auto text = std::make_shared<std::string>("text");
    heddle::spawn([text] { save(*text); });
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing waits for this task
    // CHECK-NOTES: :[[@LINE+3]]:3: note: the runtime stops here
    // CHECK-NOTES: :[[@LINE-3]]:5: note: in a group that is waited for, they all come to an end
    heddle::sleep_for(1s);
  };
  heddle::run(body);
}
// CHECK-REVIEW-LABEL: void sleepingBad() {
// CHECK-REVIEW: {{^}}    tasks.spawn([text] { save(*text); });
// CHECK-REVIEW-NEXT: {{^}}    heddle::sleep_for(1s);
// CHECK-REVIEW-NEXT: {{^}}    tasks.wait();

template <class F> static void launch(F &&f) {
  heddle::spawn(std::forward<F>(f));
}

void wrapperBad() {
  heddle::run([] {
    launch([] { flush(); });
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing waits for this task
    // CHECK-NOTES: :[[@LINE-7]]:3: note: spawned here
    // CHECK-NOTES: :[[@LINE+1]]:3: note: the runtime stops here
  });
}

void groupBad() {
  heddle::run([] {
    heddle::WaitGroup group;
    group.spawn([] { flush(); });
    // CHECK-NOTES: :[[@LINE-1]]:11: warning: nothing waits for this task
    // CHECK-NOTES: :[[@LINE+2]]:3: note: the runtime stops here
    work(2);
  });
}

void otherGroupBad() {
  heddle::run([] {
    heddle::WaitGroup group;
    group.spawn([] { work(1); });
    (void)heddle::async([] { return flush(), 1; });
    // CHECK-NOTES: :[[@LINE-1]]:11: warning: nothing waits for this task
    // CHECK-NOTES: :[[@LINE+2]]:3: note: the runtime stops here
    group.wait();
  });
}

void waitedOk() {
  heddle::run([] {
    heddle::WaitGroup group;
    group.spawn([] { flush(); });
    group.wait();
  });
}

void deadlineOk() {
  heddle::run([] {
    heddle::WaitGroup group;
    group.spawn([] { flush(); });
    if (!group.wait_for(5s))
      save("late");
  });
}

void deadlineChannelOk() {
  heddle::run([] {
    auto done = heddle::make_channel<bool>(1);
    heddle::spawn([done] {
      flush();
      done->close();
    });
    heddle::select(heddle::on_receive(done), heddle::on_timeout(5s, [] {}));
  });
}

void futureOk(const std::vector<int> &items) {
  heddle::run([&] {
    auto first = heddle::async([] { flush(); });
    std::vector<heddle::Future<void>> rest;
    for (int item : items)
      rest.push_back(heddle::async([item] { work(item); }));
    first.wait();
    for (auto &future : rest)
      future.get();
  });
}

void resultsOk(const std::vector<int> &items) {
  heddle::run([&] {
    heddle::Channel<int> results;
    for (int item : items)
      heddle::spawn([&, item] { results.send(item); });
    for (std::size_t i = 0; i < items.size(); ++i)
      work(*results.receive());
  });
}

void askedOk() {
  heddle::run([] {
    std::atomic<bool> done = false;
    heddle::spawn([&] {
      flush();
      done = true;
    });
    while (!done)
      heddle::sleep_for(1ms);
  });
}

void unseenWaitOk() {
  heddle::run([] {
    heddle::Channel<bool> done;
    heddle::spawn([&] { done.close(); });
    await(done);
  });
}

class Server {
public:
  void serve();
};
void unseenServiceOk() {
  heddle::run([] {
    Server server;
    heddle::spawn([] { flush(); });
    server.serve();
  });
}

HEDDLE_DAEMON static void housekeeping() { flush(); }
void daemonOk() {
  heddle::run([] { heddle::spawn(housekeeping); });
}

void samplerOk() {
  heddle::run([] {
    heddle::spawn([] {
      heddle::Ticker ticker(1s);
      for (auto tick : ticker) {
        (void)tick;
        sample();
      }
    });
    work(1);
  });
}

// A server: what its first task waits for ends it at some time.
void serverOk() {
  heddle::run([] {
    heddle::spawn([] { work(1); });
    auto context = heddle::signals::shutdown_context();
    context.done().wait();
  });
}

void endlessOk() {
  heddle::run([] {
    heddle::spawn([] { work(1); });
    for (;;)
      heddle::sleep_for(1s);
  });
}

class Service {
public:
  void start() {
    heddle::run([this] {
      tasks_.spawn([this] { work(1); });
      loop();
    });
  }
  void loop();

private:
  heddle::WaitGroup tasks_;
};

// Not the first task: who calls it may wait in ways of its own.
void notMainOk() { heddle::spawn([] { flush(); }); }

// Each task gives a slot that the first one takes.
void slotsOk() {
  heddle::run([] {
    heddle::Semaphore done(0);
    for (int i = 0; i < 4; ++i)
      heddle::spawn([&done, i] {
        work(i);
        done.release();
      });
    for (int i = 0; i < 4; ++i)
      done.acquire();
  });
}

// Slots that are taken first only bound the tasks.
void slotsInFrontBad() {
  heddle::run([] {
    heddle::Semaphore slots(2);
    for (int i = 0; i < 4; ++i) {
      slots.acquire();
      heddle::spawn([&slots, i] {
        // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: nothing waits for this task before the runtime stops
        work(i);
        slots.release();
      });
    }
  });
}

void deferredOk() {
  heddle::run([] {
    heddle::WaitGroup group;
    heddle::DeferStack cleanup;
    cleanup.push([&group] { group.wait(); });
    group.spawn([] { work(1); });
    work(2);
  });
}

void ownedGroupOk() {
  heddle::run([] {
    std::optional<heddle::TaskGroup> group(std::in_place);
    group->spawn([] { work(1); });
  });
}

void leftLoopOk() {
  heddle::run([] {
    std::atomic<int> left = 2;
    for (int i = 0; i < 2; ++i)
      heddle::spawn([&left] {
        flush();
        --left;
      });
    while (true) {
      if (left == 0)
        return;
      heddle::sleep_for(10ms);
    }
  });
}
