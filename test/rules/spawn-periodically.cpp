// RUN: %check_rule %s spawn-periodically

#include "heddle/heddle.h"

#include <atomic>
#include <chrono>

using namespace std::chrono_literals;

void heartbeat();
void report(int round);

void foreverBad() {
  while (true) {
    heddle::spawn([] { heartbeat(); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
    heddle::sleep_for(1s);
  }
}
// CHECK-REVIEW-LABEL: void foreverBad() {
// CHECK-REVIEW-NEXT: {{^}}  heddle::Ticker ticker(1s);
// CHECK-REVIEW-NEXT: {{^}}  while (true) {
// CHECK-REVIEW-NEXT: {{^}}    heartbeat();
// CHECK-REVIEW-NEXT: {{^}}    ticker.receive();
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

void foreverOk() {
  heddle::Ticker ticker(1s);
  while (true) {
    heartbeat();
    ticker.receive();
  }
}

void tickerBad() {
  heddle::Ticker ticker(1s);
  for (auto tick : ticker) {
    (void)tick;
    heddle::spawn([] {
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
      heartbeat();
      report(1);
    });
  }
}
// CHECK-REVIEW-LABEL: void tickerBad() {
// CHECK-REVIEW-NEXT: {{^}}  heddle::Ticker ticker(1s);
// CHECK-REVIEW-NEXT: {{^}}  for (auto tick : ticker) {
// CHECK-REVIEW-NEXT: {{^}}    (void)tick;
// CHECK-REVIEW-NEXT: {{^}}    heartbeat();
// CHECK-REVIEW-NEXT: {{^}}    report(1);
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

void tickerReceiveBad() {
  heddle::Ticker every(5s);
  while (every.receive())
    heddle::spawn(heartbeat);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
}

std::atomic<bool> stopped;

void flagBad() {
  while (!stopped.load()) {
    heddle::sleep_for(100ms);
    heddle::spawn(heartbeat);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
  }
}
// CHECK-REVIEW-LABEL: void flagBad() {
// CHECK-REVIEW-NEXT: {{^}}  heddle::Ticker ticker(100ms);
// CHECK-REVIEW-NEXT: {{^}}  while (!stopped.load()) {
// CHECK-REVIEW-NEXT: {{^}}    ticker.receive();
// CHECK-REVIEW-NEXT: {{^}}    heartbeat();
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

class Monitor {
public:
  void runBad() {
    int round = 0;
    do {
      auto work = [round] { report(round); };
      heddle::spawn(work);
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: a task is spawned each period of a loop
      heddle::sleep_for(period_);
    } while (running_);
  }

private:
  bool running_ = true;
  heddle::Duration period_ = 1s;
};

void launch() {
  heddle::spawn([] { heartbeat(); });
}

void throughCallBad() {
  for (;;) {
    launch();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
    heddle::sleep_until(std::chrono::steady_clock::now() + 1s);
  }
}

// Few rounds: a retry.
void retryOk() {
  for (int attempt = 0; attempt < 5; ++attempt) {
    heddle::spawn([attempt] { report(attempt); });
    heddle::sleep_for(1s);
  }
}

// Once per item, slowly.
void itemsOk(const int *items, int n) {
  for (int i = 0; i < n; ++i) {
    heddle::spawn([item = items[i]] { report(item); });
    heddle::sleep_for(1s);
  }
}

// A slot bounds them.
void limitedOk() {
  static heddle::Semaphore slots(2);
  while (true) {
    heddle::spawn_limited(slots, [] { heartbeat(); });
    heddle::sleep_for(1s);
  }
}

// Joined each round: no two at a time.
void joinedOk() {
  heddle::Ticker ticker(1s);
  while (ticker.receive()) {
    heddle::TaskGroup round;
    round.spawn([] { heartbeat(); });
    round.spawn([] { report(0); });
    round.wait();
  }
}

// No pace: items as they come.
void streamOk(heddle::Channel<int> &items) {
  for (int item : items)
    heddle::spawn([item] { report(item); });
}

void conditionBad(const heddle::Context &context) {
  do {
    heddle::spawn([] { heartbeat(); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned each period of a loop
  } while (heddle::sleep_for(context, 1s));
}

int next();

// It sleeps only where something has failed.
void backedOffOk() {
  for (;;) {
    try {
      heddle::spawn([job = next()] { report(job); });
    } catch (...) {
      heddle::sleep_for(1s);
    }
  }
}

void idleOk() {
  for (;;) {
    int job = next();
    if (job == 0) {
      heddle::sleep_for(1s);
      continue;
    }
    heddle::spawn([job] { report(job); });
  }
}
