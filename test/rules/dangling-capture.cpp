// RUN: %check_rule %s dangling-capture

#include "heddle/heddle.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct Request {
  std::string body;
};

void use(int value);
void use(std::string_view text);
void fill(std::vector<int> &values);
bool valid(int value);
void serve(std::function<void(Request &)> f) HEDDLE_REGISTERS_HANDLER;

void localBad(int n) {
  int twice = n * 2;
  heddle::spawn([&twice] { use(twice); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'twice', which it refers to
}
// CHECK-FIXES-LABEL: void localBad(int n) {
// CHECK-FIXES-NEXT: {{^}}  int twice = n * 2;
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([twice] { use(twice); });
// CHECK-FIXES-NEXT: {{^}}}

void localOk(int n) {
  int twice = n * 2;
  heddle::spawn([twice] { use(twice); });
}

void parameterBad(std::string text) {
  heddle::spawn([&] { use(text); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'text', which it refers to
}
// CHECK-FIXES-LABEL: void parameterBad(std::string text) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([&, text] { use(text); });
// CHECK-FIXES-NEXT: {{^}}}

void writtenBad() {
  std::vector<int> values;
  heddle::spawn([&values] { fill(values); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'values', which it refers to
}

void earlyReturnBad(int n) {
  int sum = 0;
  heddle::WaitGroup group;
  group.spawn([&sum, n] { sum = n; });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'sum', which it refers to
  if (!valid(n))
    return;
  group.wait();
  use(sum);
}

void loopVariableBad(int n) {
  heddle::WaitGroup group;
  for (int i = 0; i < n; ++i)
    group.spawn([&] { use(i); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: the task may outlive 'i', which it refers to
  group.wait();
}
// CHECK-FIXES-LABEL: void loopVariableBad(int n) {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  for (int i = 0; i < n; ++i)
// CHECK-FIXES-NEXT: {{^}}    group.spawn([&, i] { use(i); });
// CHECK-FIXES-NEXT: {{^}}  group.wait();
// CHECK-FIXES-NEXT: {{^}}}

void roundsLocalBad(const std::vector<std::string> &lines) {
  heddle::TaskGroup group;
  for (const std::string &line : lines) {
    std::string upper = line + "!";
    group.spawn([&upper] { use(upper); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: the task may outlive 'upper', which it refers to
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void roundsLocalBad(const std::vector<std::string> &lines) {
// CHECK-FIXES-NEXT: {{^}}  heddle::TaskGroup group;
// CHECK-FIXES-NEXT: {{^}}  for (const std::string &line : lines) {
// CHECK-FIXES-NEXT: {{^}}    std::string upper = line + "!";
// CHECK-FIXES-NEXT: {{^}}    group.spawn([upper] { use(upper); });
// CHECK-FIXES-NEXT: {{^}}  }
// CHECK-FIXES-NEXT: {{^}}  group.wait();
// CHECK-FIXES-NEXT: {{^}}}

void viewBad(int n) {
  std::string text(n, 'x');
  std::string_view view = text;
  heddle::spawn([view] { use(view); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'text', which it refers to
}

void pointerBad() {
  int value = 1;
  int *where = &value;
  heddle::spawn([where] { use(*where); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'value', which it refers to
}

void droppedFutureBad() {
  int value = 1;
  auto later = heddle::async([&value] { use(value); });
  // CHECK-MESSAGES: :[[@LINE-1]]:16: warning: the task may outlive 'value', which it refers to
}
// CHECK-FIXES-LABEL: void droppedFutureBad() {
// CHECK-FIXES-NEXT: {{^}}  int value = 1;
// CHECK-FIXES-NEXT: {{^}}  auto later = heddle::async([value] { use(value); });
// CHECK-FIXES-NEXT: {{^}}}

void handlerBad() {
  serve([](Request &request) {
    heddle::spawn([&request] { use(request.body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: the task may outlive 'request', which it refers to
  });
}
// CHECK-FIXES-LABEL: void handlerBad() {
// CHECK-FIXES-NEXT: {{^}}  serve([](Request &request) {
// CHECK-FIXES-NEXT: {{^}}    heddle::spawn([request] { use(request.body); });
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

// Joined on every way.
int joinedOk(int n) {
  int sum = 0;
  heddle::WaitGroup group;
  group.spawn([&sum, n] { sum = n; });
  if (valid(n)) {
    group.wait();
    return sum;
  }
  group.wait();
  return 0;
}

int futureOk(int n) {
  auto later = heddle::async([&n] { return n; });
  use(n);
  return later.get();
}

void guardOk(int n) {
  struct Wait {
    heddle::WaitGroup &group;
    ~Wait() { group.wait(); }
  };
  heddle::WaitGroup group;
  Wait wait{group};
  group.spawn([&n] { use(n); });
  if (valid(n))
    return;
  use(n);
}

void taskGroupOk(int n) {
  heddle::TaskGroup group;
  group.spawn([&n] { use(n); });
}

void channelOk(int n) {
  heddle::Channel<int> done(1);
  heddle::spawn([&] { done.send(n); });
  use(*done.receive());
}

void roundsOk(const std::vector<std::string> &lines) {
  for (const std::string &line : lines) {
    std::string upper = line + "!";
    heddle::WaitGroup group;
    group.spawn([&upper] { use(upper); });
    use(line);
    group.wait();
  }
}

// Asked for in a loop.
void flagOk() {
  std::atomic<bool> ready = false;
  heddle::spawn([&ready] { ready = true; });
  while (!ready)
    heddle::yield();
}

void until(const std::function<bool()> &holds);
void predicateOk() {
  std::atomic<int> done = 0;
  heddle::spawn([&done] { ++done; });
  until([&] { return done == 1; });
}

// Statics, and what the whole runtime is within.
void staticOk() {
  static int calls = 0;
  heddle::spawn([&] { use(calls); });
}

int runOk() {
  int total = 0;
  return heddle::run([&] {
    heddle::spawn([&total] { use(total); });
    heddle::sleep_for(heddle::Duration(1000));
    return total;
  });
}

// Of a reference, somebody else knows how long it lasts.
void referenceOk(const std::string &text) {
  heddle::spawn([&text] { use(text); });
}

// The group is the caller's, who waits.
void callersGroupOk(heddle::WaitGroup &group, const std::string &text) {
  group.spawn([&text] { use(text); });
}

heddle::Future<void> returnedOk(const std::string &text) {
  return heddle::async([&text] { use(text); });
}

void copiesOk(int n, std::string text) {
  heddle::spawn([n, text = std::move(text)] {
    use(n);
    use(text);
  });
}

void storedBad(int n) {
  auto body = [&] { use(n); };
  heddle::spawn(body);
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'n', which it refers to
}

void iteratorBad(std::vector<int> values) {
  heddle::spawn([first = values.begin()] { use(*first); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'values', which it refers to
}

void partBad() {
  Request request{"body"};
  heddle::spawn([&body = request.body] { use(body); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'request', which it refers to
}

// Joined by a guard that runs a closure, or by what owns the group.
void scopeExitOk(int n) {
  heddle::WaitGroup group;
  heddle::ScopeExit join([&] { group.wait(); });
  group.spawn([&n] { use(n); });
  if (!valid(n))
    return;
  use(n);
}

void deferredOk(int n) {
  heddle::WaitGroup group;
  heddle::DeferStack cleanup;
  cleanup.push([&group] { group.wait(); });
  group.spawn([&n] { use(n); });
}

void ownedGroupOk(int n) {
  auto group = std::make_unique<heddle::TaskGroup>();
  group->spawn([&n] { use(n); });
}

void heldClosureBad(int n) {
  heddle::WaitGroup group;
  auto join = [&group] { group.wait(); };
  group.spawn([&n] { use(n); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'n', which it refers to
  if (!valid(n))
    return;
  join();
}

// The wait is repeated until it succeeds.
void againOk(int n) {
  heddle::WaitGroup group;
  group.spawn([&n] { use(n); });
  while (!group.wait_for(std::chrono::seconds(1)))
    use(n);
}

// A loop that ends when the task has said so.
void leftLoopOk() {
  std::atomic<bool> ready = false;
  heddle::spawn([&ready] { ready = true; });
  for (;;) {
    if (ready.load())
      break;
    heddle::yield();
  }
}

// The other end of what the task has.
void promiseOk(int n) {
  heddle::Promise<int> promise;
  auto result = promise.future();
  heddle::spawn([&] { promise.keep([&] { return n; }); });
  use(result.get());
}

// It never returns.
void serverOk(int n) {
  heddle::spawn([&n] { use(n); });
  for (;;)
    heddle::sleep_for(std::chrono::seconds(1));
}

// Parts of an object.
struct App {
  heddle::TaskGroup tasks;
  heddle::WaitGroup group;
  heddle::Event ready;
};

void groupPartOk(int n) {
  App app;
  app.group.spawn([&n] { use(n); });
  use(n);
  app.group.wait();
}

void taskGroupPartOk(int n) {
  App app;
  app.tasks.spawn([&n] { use(n); });
}

void eventPartOk(int n) {
  App app;
  heddle::spawn([&] {
    use(n);
    app.ready.set();
  });
  use(n);
  app.ready.wait();
}

void unjoinedPartBad(int n) {
  App app;
  app.group.spawn([&n] { use(n); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task may outlive 'n', which it refers to
  use(n);
}

void ifInitOk(int n) {
  if (auto later = heddle::async([&n] { return valid(n); }); later.get())
    use(n);
}

void sometimesOk(int n) {
  heddle::WaitGroup group;
  bool started = valid(n);
  if (started)
    group.spawn([&n] { use(n); });
  use(n);
  if (started)
    group.wait();
}
