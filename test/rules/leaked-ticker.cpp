// RUN: %check_rule %s leaked-ticker

#include "heddle/heddle.h"

#include <chrono>

using namespace std::chrono_literals;

void publish(heddle::TimePoint);
bool shouldStop();

void rangeBad() {
  for (heddle::TimePoint now : heddle::tick(1s)) {
  // CHECK-NOTES: :[[@LINE-1]]:32: warning: the ticks go on when 'rangeBad' has returned [heddle-leaked-ticker]
  // CHECK-NOTES: :[[@LINE+3]]:7: note: it returns here
    publish(now);
    if (shouldStop())
      return;
  }
}
// CHECK-FIXES-LABEL: void rangeBad() {
// CHECK-FIXES-NEXT:    heddle::Ticker ticker(1s);
// CHECK-FIXES-NEXT:    for (heddle::TimePoint now : ticker) {

void rangeOk() {
  heddle::Ticker ticker(1s);
  for (heddle::TimePoint now : ticker) {
    publish(now);
    if (shouldStop())
      return;
  }
}

void variableBad(heddle::Duration period) {
  auto &ticks = heddle::tick(period);
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: the ticks go on when 'variableBad' has returned
  // CHECK-NOTES: :[[@LINE+3]]:1: note: it returns here
  for (int i = 0; i < 100; ++i)
    publish(*ticks.receive());
}
// CHECK-FIXES-LABEL: void variableBad(
// CHECK-FIXES-NEXT:    heddle::Ticker ticks(period);

class Sampler {
public:
  void runBad(heddle::Channel<int> &stop) {
    using heddle::tick;
    heddle::Channel<heddle::TimePoint> &ticks = tick(period_);
    // CHECK-NOTES: :[[@LINE-1]]:49: warning: the ticks go on when 'Sampler::runBad' has returned
    // CHECK-NOTES: :[[@LINE+5]]:3: note: it returns here
    bool running = true;
    while (running)
      heddle::select(heddle::on_receive(ticks, publish),
                     heddle::on_receive(stop, [&] { running = false; }));
  }

private:
  heddle::Duration period_ = 1s;
};

template <class F> void everyBad(F f) {
  for (auto now : heddle::tick(10ms)) {
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: the ticks go on when 'everyBad' has returned
  // CHECK-NOTES: :[[@LINE+4]]:1: note: it returns here
    if (!f(now))
      break;
  }
}
void instances() {
  everyBad([](auto) { return shouldStop(); });
}

void taskBad() {
  heddle::spawn([] {
    auto &ticks = heddle::tick(1s);
    // CHECK-NOTES: :[[@LINE-1]]:19: warning: the ticks go on when 'lambda' has returned
    // CHECK-NOTES: :[[@LINE+3]]:9: note: it returns here
    while (auto now = ticks.receive()) {
      if (shouldStop())
        throw 1;
      publish(*now);
    }
  });
}

#define EVERY(d) for (auto now : heddle::tick(d))
void macroBad() {
  EVERY(1s) {
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the ticks go on when 'macroBad' has returned
  // CHECK-NOTES: :[[@LINE-4]]:34: note: expanded from macro 'EVERY'
  // CHECK-NOTES: :[[@LINE+3]]:7: note: it returns here
    publish(now);
    if (shouldStop())
      return;
  }
}

// It never ends, or others listen.

void endlessOk() {
  for (heddle::TimePoint now : heddle::tick(1s))
    publish(now);
}
void endlessTaskOk() {
  heddle::spawn([] {
    auto &ticks = heddle::tick(1s);
    for (;;)
      publish(*ticks.receive());
  });
}
void receivingOk() {
  auto &ticks = heddle::tick(1s);
  while (auto now = ticks.receive())
    publish(*now);
}
int mainOk() {
  return heddle::run([] {
    for (heddle::TimePoint now : heddle::tick(1s)) {
      publish(now);
      if (shouldStop())
        return 0;
    }
    return 1;
  });
}
auto &returnedOk() { return heddle::tick(1s); }
void keep(heddle::Channel<heddle::TimePoint> &ticks);
void passedOnOk() {
  keep(heddle::tick(1s));
  auto &ticks = heddle::tick(2s);
  keep(ticks);
}
void onceOk() {
  static auto &ticks = heddle::tick(1s);
  publish(*ticks.receive());
}
void capturedOk() {
  auto &ticks = heddle::tick(1s);
  heddle::spawn([&ticks] {
    for (auto now : ticks)
      publish(now);
  });
}
struct Clock {
  heddle::Channel<heddle::TimePoint> &ticks = heddle::tick(1s);
};
