// RUN: %check_rule %s spawn-then-wait

#include "heddle/heddle.h"

#include <memory>
#include <string>

struct Request {
  int id = 0;
};
struct Response {
  int code = 0;
};

Response compute(const Request &request);
void warm_up();
void flush();
void log(int code);

Response throughChannelBad(const Request &request) {
  heddle::Channel<Response> reply(1);
  heddle::spawn([&] { reply.send(compute(request)); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
  return *reply.receive();
}
// CHECK-FIXES-LABEL: Response throughChannelBad(const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  return compute(request);
// CHECK-FIXES-NEXT: {{^}}}

Response throughChannelOk(const Request &request) { return compute(request); }

Response throughFutureBad(const Request &request) {
  return heddle::async([&] { return compute(request); }).get();
  // CHECK-MESSAGES: :[[@LINE-1]]:10: warning: a task is spawned and waited for at once
}
// CHECK-FIXES-LABEL: Response throughFutureBad(const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  return compute(request);
// CHECK-FIXES-NEXT: {{^}}}

int keptFutureBad(const Request &request) {
  auto pending = heddle::async([&request] {
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: a task is spawned and waited for at once
    log(request.id);
    return compute(request);
  });
  Response response = pending.get();
  return response.code;
}
// CHECK-FIXES-LABEL: int keptFutureBad(const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  Response response = [&request] {
// CHECK-FIXES-NEXT: {{^}}    log(request.id);
// CHECK-FIXES-NEXT: {{^}}    return compute(request);
// CHECK-FIXES-NEXT: {{^}}  }();
// CHECK-FIXES-NEXT: {{^}}  return response.code;
// CHECK-FIXES-NEXT: {{^}}}

void groupBad(int code) {
  heddle::WaitGroup group;
  group.spawn([code] {
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
    log(code);
    flush();
  });
  group.wait();
}
// CHECK-FIXES-LABEL: void groupBad(int code) {
// CHECK-FIXES-NEXT: {{^}}  log(code);
// CHECK-FIXES-NEXT: {{^}}  flush();
// CHECK-FIXES-NEXT: {{^}}}

void countedByHandBad() {
  heddle::WaitGroup group;
  group.add();
  heddle::spawn([&group] {
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
    warm_up();
    group.done();
  });
  group.wait();
}
// CHECK-FIXES-LABEL: void countedByHandBad() {
// CHECK-FIXES-NEXT: {{^}}  warm_up();
// CHECK-FIXES-NEXT: {{^}}}

void eventBad() {
  heddle::Event ready;
  heddle::spawn([&] {
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
    warm_up();
    ready.set();
  });
  ready.wait();
  log(1);
}
// CHECK-FIXES-LABEL: void eventBad() {
// CHECK-FIXES-NEXT: {{^}}  warm_up();
// CHECK-FIXES-NEXT: {{^}}  log(1);
// CHECK-FIXES-NEXT: {{^}}}

void taskGroupBad() {
  heddle::TaskGroup tasks;
  tasks.spawn([] { warm_up(); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
  tasks.wait();
}
// CHECK-FIXES-LABEL: void taskGroupBad() {
// CHECK-FIXES-NEXT: {{^}}  warm_up();
// CHECK-FIXES-NEXT: {{^}}}

template <class F> auto start(F f) { return heddle::async(std::move(f)); }

// A wrapper that hands on the future of its own spawn is not looked through.
int FN_throughWrapper() {
  return start([] { return 41; }).get() + 1;
}

void inLoopBad(const Request *requests, int n) {
  for (int i = 0; i < n; ++i) {
    heddle::Future<Response> next =
        heddle::async([&, i] { return compute(requests[i]); });
        // CHECK-MESSAGES: :[[@LINE-1]]:9: warning: a task is spawned and waited for at once
    log(next.get().code);
  }
}
// CHECK-FIXES-LABEL: void inLoopBad(const Request *requests, int n) {
// CHECK-FIXES-NEXT: {{^}}  for (int i = 0; i < n; ++i) {
// CHECK-FIXES-NEXT: {{^}}    log(compute(requests[i]).code);
// CHECK-FIXES-NEXT: {{^}}  }
// CHECK-FIXES-NEXT: {{^}}}

void handleBad(std::shared_ptr<heddle::Channel<int>> unused) {
  auto answer = heddle::make_channel<int>(1);
  heddle::spawn([answer] { answer->send(7); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
  auto got = answer->receive();
  log(*got);
}

// Something else is done meanwhile.
int otherWorkOk(const Request &request) {
  auto pending = heddle::async([&] { return compute(request); });
  warm_up();
  return pending.get().code;
}

int workInTheSameStatementOk(const Request &request) {
  auto pending = heddle::async([&] { return compute(request); });
  return compute(Request{1}).code + pending.get().code;
}

// A time-out or a select guards the wait.
bool timeoutOk(const Request &request) {
  auto pending = heddle::async([&] { return compute(request); });
  return pending.wait_for(heddle::Duration(1000));
}

int selectOk(heddle::Context &context, Request request) {
  auto reply = heddle::make_channel<Response>(1);
  heddle::spawn([reply, request] { reply->send(compute(request)); });
  int code = -1;
  heddle::select(heddle::on_receive(*reply, [&](Response r) { code = r.code; }),
                 heddle::on_timeout(heddle::Duration(1000), [] {}));
  return code;
}

// Two of them run at the same time: another matter.
int twoOk(const Request &a, const Request &b) {
  auto first = heddle::async([&] { return compute(a); });
  auto second = heddle::async([&] { return compute(b); });
  return first.get().code + second.get().code;
}

void loopOfSpawnsOk(int n) {
  heddle::WaitGroup group;
  for (int i = 0; i < n; ++i)
    group.spawn([i] { log(i); });
  group.wait();
}

// The wait is for the others too.
void lastOfManyOk(heddle::Channel<int> &jobs, int n) {
  heddle::WaitGroup workers;
  for (int i = 0; i < n; ++i)
    workers.spawn([&jobs] { log(*jobs.receive()); });
  workers.spawn([&jobs, n] {
    for (int i = 0; i < n; ++i)
      jobs.send(i);
  });
  workers.wait();
}

void countedWithOthersOk() {
  heddle::WaitGroup both;
  both.add(2);
  heddle::spawn([&] {
    flush();
    both.done();
  });
  log(0);
  heddle::spawn([&] {
    warm_up();
    both.done();
  });
  both.wait();
}

// The group is somebody else's, and may count other tasks.
void parameterOk(heddle::WaitGroup &group) {
  group.spawn([] { warm_up(); });
  group.wait();
}

// The answer comes from a worker that is there already.
int workerOk(heddle::Channel<int> &jobs, heddle::Channel<int> &answers) {
  jobs.send(1);
  return *answers.receive();
}

heddle::Future<Response> returnedOk(Request request) {
  return heddle::async([request] { return compute(request); });
}

#define RUN_AND_WAIT(group, work)                                              \
  group.spawn([] { work(); });                                                 \
  group.wait()

void macroBad() {
  heddle::WaitGroup group;
  RUN_AND_WAIT(group, warm_up);
  // CHECK-MESSAGES: :[[@LINE-1]]:16: warning: a task is spawned and waited for at once
}

// The task's copy is const: what it moves, it copies. The variable is not: no
// fix.
void store(Request &&request);
void store(const Request &request);
void movedCopyBad(Request request) {
  heddle::WaitGroup group;
  group.spawn([request] { store(std::move(request)); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: a task is spawned and waited for at once
  group.wait();
  store(request);
}

// wait() keeps an exception in the future, a call does not: no fix.
void keptExceptionBad(const Request &request) {
  auto pending = heddle::async([&] { return compute(request); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: a task is spawned and waited for at once
  pending.wait();
}

// Of a group that is used twice, neither wait is seen to be for one task only.
void FN_usedAgain() {
  heddle::WaitGroup group;
  group.spawn([] { warm_up(); });
  group.wait();
  group.spawn([] { flush(); });
  group.wait();
}
