// RUN: %check_rule %s timer-in-loop

#include "heddle/heddle.h"

#include <chrono>
#include <optional>
#include <vector>

using namespace std::chrono_literals;

void handle(int message);
bool connected();

void afterBad(heddle::Channel<int> &messages, bool &open) {
  while (open) {
    heddle::select(
        heddle::on_receive(messages, [](int message) { handle(message); }),
        heddle::on_receive(heddle::after(1s), [&] { open = false; }));
    // CHECK-NOTES: :[[@LINE-1]]:28: warning: a timer is made in each round of a loop [heddle-timer-in-loop]
    // CHECK-NOTES: :[[@LINE-5]]:3: note: by this loop
  }
}
// CHECK-FIXES-LABEL: void afterBad(heddle::Channel<int> &messages, bool &open) {
// CHECK-FIXES-NEXT: {{^}}  heddle::Timer timer(1s);
// CHECK-FIXES-NEXT: {{^}}  while (open) {
// CHECK-FIXES-NEXT: {{^}}    timer.reset(1s);
// CHECK-FIXES-NEXT: {{^}}    heddle::select(
// CHECK-FIXES-NEXT: {{^}}        heddle::on_receive(messages, [](int message) { handle(message); }),
// CHECK-FIXES-NEXT: {{^}}        heddle::on_receive(timer, [&] { open = false; }));

void resetOk(heddle::Channel<int> &messages, bool &open) {
  heddle::Timer timer(1s);
  while (open) {
    timer.reset(1s);
    heddle::select(
        heddle::on_receive(messages, [](int message) { handle(message); }),
        heddle::on_receive(timer, [&] { open = false; }));
  }
}

void timeoutOk(heddle::Channel<int> &messages, bool &open) {
  while (open)
    heddle::select(
        heddle::on_receive(messages, [](int message) { handle(message); }),
        heddle::on_timeout(1s, [&] { open = false; }));
}

void withoutBracesBad(heddle::Channel<int> &messages, bool &open) {
  while (open)
    heddle::select(
        heddle::on_receive(messages, [](int message) { handle(message); }),
        heddle::on_receive(heddle::after(1s), [&] { open = false; }));
  // CHECK-NOTES: :[[@LINE-1]]:28: warning: a timer is made in each round of a loop
  // CHECK-NOTES: :[[@LINE-5]]:3: note: by this loop
}
// CHECK-FIXES-LABEL: void withoutBracesBad(heddle::Channel<int> &messages, bool &open) {
// CHECK-FIXES-NEXT: {{^}}  heddle::Timer timer(1s);
// CHECK-FIXES-NEXT: {{^}}  while (open) {
// CHECK-FIXES-NEXT: {{^}}    timer.reset(1s);
// CHECK-FIXES-NEXT: {{^}}    heddle::select(
// CHECK-FIXES-NEXT: {{^}}        heddle::on_receive(messages, [](int message) { handle(message); }),
// CHECK-FIXES-NEXT: {{^}}        heddle::on_receive(timer, [&] { open = false; }));
// CHECK-FIXES-NEXT: {{^}}  }
// CHECK-FIXES-NEXT: {{^}}}

class Reader {
public:
  void readBad(heddle::Channel<int> &messages) {
    do {
      auto idle = heddle::after(timeout_);
      // CHECK-NOTES: :[[@LINE-1]]:19: warning: a timer is made in each round of a loop
      // CHECK-NOTES: :[[@LINE-3]]:5: note: by this loop
      heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                     heddle::on_receive(idle, [&] { done_ = true; }));
    } while (!done_);
  }

private:
  heddle::Duration timeout_ = 5s;
  bool done_ = false;
};
// CHECK-FIXES-LABEL: void readBad(heddle::Channel<int> &messages) {
// CHECK-FIXES-NEXT: {{^}}    heddle::Timer idle(timeout_);
// CHECK-FIXES-NEXT: {{^}}    do {
// CHECK-FIXES-NEXT: {{^}}      idle.reset(timeout_);
// CHECK-FIXES-NEXT: {{^}}      heddle::select(

void timerObjectBad(heddle::Channel<int> &messages, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    heddle::Timer timer(std::chrono::seconds(2));
    // CHECK-NOTES: :[[@LINE-1]]:19: warning: a timer is made in each round of a loop
    // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
    heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                   heddle::on_receive(timer, [] { handle(0); }));
  }
}
// CHECK-FIXES-LABEL: void timerObjectBad(heddle::Channel<int> &messages, int rounds) {
// CHECK-FIXES-NEXT: {{^}}  heddle::Timer timer(std::chrono::seconds(2));
// CHECK-FIXES-NEXT: {{^}}  for (int i = 0; i < rounds; ++i) {
// CHECK-FIXES-NEXT: {{^}}    timer.reset(std::chrono::seconds(2));

void nameTakenBad(heddle::Channel<int> &messages, int timer) {
  for (;;) {
    heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                   heddle::on_receive(heddle::after(1s), [=] { handle(timer); }));
    // CHECK-NOTES: :[[@LINE-1]]:39: warning: a timer is made in each round of a loop
    // CHECK-NOTES: :[[@LINE-4]]:3: note: by this loop
  }
}
// CHECK-FIXES-LABEL: void nameTakenBad(heddle::Channel<int> &messages, int timer) {
// CHECK-FIXES-NEXT: {{^}}  heddle::Timer timeout(1s);
// CHECK-FIXES-NEXT: {{^}}  for (;;) {
// CHECK-FIXES-NEXT: {{^}}    timeout.reset(1s);

// What the loop itself works out is not known before it: no fix.
void changingBad(heddle::Channel<int> &messages, const std::vector<int> &waits) {
  for (int wait : waits) {
    heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                   heddle::on_receive(heddle::after(wait * 1s), [] {}));
    // CHECK-NOTES: :[[@LINE-1]]:39: warning: a timer is made in each round of a loop
    // CHECK-NOTES: :[[@LINE-4]]:3: note: by this loop
  }
}

void waitForOne(heddle::Channel<int> &messages) {
  heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                 heddle::on_receive(heddle::after(1s), [] {}));
  // CHECK-NOTES: :[[@LINE-1]]:37: warning: a timer is made in each round of a loop
  // CHECK-NOTES: :[[@LINE+5]]:3: note: by this loop
  // CHECK-NOTES: :[[@LINE+5]]:5: note: which calls this
}

void calleeBad(heddle::Channel<int> &messages) {
  for (;;)
    waitForOne(messages);
}

#define WAIT_OR(d, f) heddle::on_receive(heddle::after(d), f)

void macroBad(heddle::Channel<int> &messages) {
  for (;;)
    heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                   WAIT_OR(1s, [] {}));
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: a timer is made in each round of a loop
  // CHECK-NOTES: :[[@LINE-7]]:42: note: expanded from macro 'WAIT_OR'
  // CHECK-NOTES: :[[@LINE-5]]:3: note: by this loop
}

void sleepOk() {
  while (!connected())
    heddle::after(1s).receive();
}

void timerSleepOk() {
  while (!connected()) {
    heddle::Timer timer(1s);
    timer.receive();
  }
}

void cancellableSleepOk(const heddle::Context &context) {
  bool stopped = false;
  while (!stopped && !connected())
    heddle::select(heddle::on_receive(context.done(), [&] { stopped = true; }),
                   heddle::on_receive(heddle::after(1s), [] {}));
}

void fewOk(heddle::Channel<int> &messages) {
  for (int attempt = 0; attempt < 3; ++attempt)
    heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                   heddle::on_receive(heddle::after(1s), [] {}));
}

void onceOk(heddle::Channel<int> &messages) {
  heddle::select(heddle::on_receive(messages, [](int m) { handle(m); }),
                 heddle::on_receive(heddle::after(1s), [] {}));
}

void tickerOk() {
  heddle::Ticker ticker(1s);
  for (auto now : ticker)
    handle(int(now.time_since_epoch().count()));
}
