// RUN: %check_rule %s fork-join-per-task

#include "heddle/heddle.h"

#include <vector>

struct Request {
  int id = 0;
};
struct Job {
  int id = 0;
};

int subtaskA(const Request &request);
int subtaskB(const Request &request);
void parse(Job &job);
void validate(Job &job);
void persist(Job &job);
void serve(int (*handler)(const Request &)) HEDDLE_REGISTERS_HANDLER;

int handleBad(const Request &request) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = subtaskA(request); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 2 tasks are spawned and joined each time
  group.spawn([&] { b = subtaskB(request); });
  group.wait();
  return a + b;
}
// CHECK-FIXES-LABEL: int handleBad(const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  int a = 0, b = 0;
// CHECK-FIXES-NEXT: {{^}}  heddle::invoke_all([&] { a = subtaskA(request); },
// CHECK-FIXES-NEXT: {{^}}                     [&] { b = subtaskB(request); });
// CHECK-FIXES-NEXT: {{^}}  return a + b;
// CHECK-FIXES-NEXT: {{^}}}

int handleOk(const Request &request) {
  int a = 0, b = 0;
  heddle::invoke_all([&] { a = subtaskA(request); },
                     [&] { b = subtaskB(request); });
  return a + b;
}

void registerAll() {
  serve(handleBad);
  serve(handleOk);
}

void workBad(heddle::Channel<Job> &jobs) {
  for (Job job : jobs) {
    heddle::WaitGroup group;
    group.add(3);
    heddle::spawn([&] {
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 3 tasks are spawned and joined each time
      parse(job);
      group.done();
    });
    heddle::spawn([&] {
      validate(job);
      group.done();
    });
    heddle::spawn([&] {
      persist(job);
      group.done();
    });
    group.wait();
  }
}
// CHECK-FIXES-LABEL: void workBad(heddle::Channel<Job> &jobs) {
// CHECK-FIXES-NEXT: {{^}}  for (Job job : jobs) {
// CHECK-FIXES-NEXT: {{^}}    heddle::invoke_all(
// CHECK-FIXES-NEXT: {{^}}        [&] {
// CHECK-FIXES-NEXT: {{^}}          parse(job);
// CHECK-FIXES-NEXT: {{^}}        },
// CHECK-FIXES-NEXT: {{^}}        [&] {
// CHECK-FIXES-NEXT: {{^}}          validate(job);
// CHECK-FIXES-NEXT: {{^}}        },
// CHECK-FIXES-NEXT: {{^}}        [&] {
// CHECK-FIXES-NEXT: {{^}}          persist(job);
// CHECK-FIXES-NEXT: {{^}}        });
// CHECK-FIXES-NEXT: {{^}}  }
// CHECK-FIXES-NEXT: {{^}}}

HEDDLE_HOT int futuresBad(const Request &request) {
  auto a = heddle::async([&] { return subtaskA(request); });
  // CHECK-MESSAGES: :[[@LINE-1]]:12: warning: 2 tasks are spawned and joined each time
  auto b = heddle::async([&] { return subtaskB(request); });
  return a.get() + b.get();
}

struct Pricing {
  int left = 0, right = 0;

  void bothBad(const Request &request) {
    heddle::TaskGroup both;
    both.spawn([this, &request] { left = subtaskA(request); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 2 tasks are spawned and joined each time
    both.spawn([this, &request] { right = subtaskB(request); });
    both.wait();
  }
};

void allOf(std::vector<Request> &requests, Pricing &pricing) {
  for (Request &request : requests)
    pricing.bothBad(request);
}

// Where it runs once, it costs once.
int onceOk(const Request &request) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = subtaskA(request); });
  group.spawn([&] { b = subtaskB(request); });
  group.wait();
  return a + b;
}

// Both wait: at the same time is what tasks are for.
HEDDLE_HOT int bothWaitOk(heddle::Channel<int> &x, heddle::Channel<int> &y) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = x.receive().value_or(0); });
  group.spawn([&] { b = y.receive().value_or(0); });
  group.wait();
  return a + b;
}

// Only one waits: the other could run meanwhile without a task.
HEDDLE_HOT int oneWaitsBad(heddle::Channel<int> &x, const Request &request) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = x.receive().value_or(0); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 2 tasks are spawned and joined each time
  group.spawn([&] { b = subtaskB(request); });
  group.wait();
  return a + b;
}
// CHECK-FIXES-LABEL: HEDDLE_HOT int oneWaitsBad(heddle::Channel<int> &x, const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  int a = 0, b = 0;
// CHECK-FIXES-NEXT: {{^}}  heddle::invoke_all([&] { a = x.receive().value_or(0); },
// CHECK-FIXES-NEXT: {{^}}                     [&] { b = subtaskB(request); });
// CHECK-FIXES-NEXT: {{^}}  return a + b;
// CHECK-FIXES-NEXT: {{^}}}

// The spawner works meanwhile.
HEDDLE_HOT int worksTooOk(const Request &request) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = subtaskA(request); });
  group.spawn([&] { b = subtaskB(request); });
  int c = subtaskA(Request{3});
  group.wait();
  return a + b + c;
}

// One task is spawn-then-wait's.
HEDDLE_HOT int oneOk(const Request &request) {
  return heddle::async([&] { return subtaskA(request); }).get();
}

// As many as there are items is spawn-in-loop's.
HEDDLE_HOT void manyOk(std::vector<Job> &jobs) {
  heddle::WaitGroup group;
  for (Job &job : jobs)
    group.spawn([&job] { parse(job); });
  group.wait();
}
