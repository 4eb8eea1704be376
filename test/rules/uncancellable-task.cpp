// RUN: %check_rule %s uncancellable-task

#include "heddle/heddle.h"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

using namespace std::chrono_literals;

void work();
void handle(int job);
bool shouldStop();

void plainBad() {
  heddle::spawn([] {
  // CHECK-NOTES: :[[@LINE+2]]:5: warning: nothing can tell the task to end [heddle-uncancellable-task]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: it is started here
    for (;;) {
      work();
      heddle::sleep_for(1s);
    }
  });
}

void plainOk(const heddle::Context &ctx) {
  heddle::spawn([ctx] {
    while (!ctx.cancelled()) {
      work();
      if (!heddle::sleep_for(ctx, 1s))
        break;
    }
  });
}

void contextBad(const heddle::Context &ctx, std::vector<int> values) {
  heddle::spawn([values] {
  // CHECK-NOTES: :[[@LINE+2]]:5: warning: nothing can tell the task to end
  // CHECK-NOTES: :[[@LINE-2]]:3: note: it is started here
    for (;;) {
    // CHECK-NOTES: :[[@LINE-1]]:5: note: it ends with 'ctx', also in the midst of its work
      for (int value : values)
        handle(value);
      heddle::sleep_for(1s);
    }
  });
}
// CHECK-REVIEW-LABEL: void contextBad(
// CHECK-REVIEW-NEXT:    heddle::spawn([values, ctx] {
// CHECK-REVIEW-NEXT:      while (!ctx.cancelled()) {
// CHECK-REVIEW-NEXT:        for (int value : values)
// CHECK-REVIEW-NEXT:          handle(value);
// CHECK-REVIEW-NEXT:        if (!heddle::sleep_for(ctx, 1s))
// CHECK-REVIEW-NEXT:          break;
// CHECK-REVIEW-NEXT:      }

void receivingBad(heddle::Channel<int> &jobs) {
  auto [ctx, cancel] = heddle::with_cancel(heddle::background());
  heddle::CancelOnExit end(cancel);
  heddle::spawn([&jobs] {
  // CHECK-NOTES: :[[@LINE+4]]:23: warning: nothing can tell the task to end
  // CHECK-NOTES: :[[@LINE-2]]:3: note: it is started here
    while (true) {
    // CHECK-NOTES: :[[@LINE-1]]:5: note: it ends with 'ctx', also in the midst of its work
      auto job = jobs.receive();
      handle(*job);
    }
  });
}
// CHECK-REVIEW-LABEL: void receivingBad(
// CHECK-REVIEW:         heddle::spawn([&jobs, ctx] {
// CHECK-REVIEW-NEXT:      while (!ctx.cancelled()) {
// CHECK-REVIEW-NEXT:        auto job = jobs.receive(ctx);
// CHECK-REVIEW-NEXT:        if (!job)
// CHECK-REVIEW-NEXT:          break;
// CHECK-REVIEW-NEXT:        handle(*job);

// Another shape of wait: no fix.
void nestedReceiveBad(heddle::Context ctx, heddle::Channel<int> &jobs) {
  heddle::spawn([&] {
  // CHECK-NOTES: :[[@LINE+3]]:20: warning: nothing can tell the task to end
  // CHECK-NOTES: :[[@LINE-2]]:3: note: it is started here
    do {
      handle(*jobs.receive());
    } while (true);
  });
}

void pump(heddle::Channel<int> &jobs) {
  for (;;) {
    // CHECK-NOTES: :[[@LINE+3]]:18: warning: nothing can tell the task to end
    // CHECK-NOTES: :[[@LINE+7]]:3: note: it is started here
    // CHECK-NOTES: :[[@LINE+6]]:35: note: reached through this call
    handle(*jobs.receive());
  }
}
void callBad() {
  static heddle::Channel<int> jobs(1);
  heddle::spawn([queue = &jobs] { pump(*queue); });
}

class Monitor {
public:
  void startBad() {
    heddle::async([this] { loop(); });
  }
  void storedBad() {
    auto body = [this] {
      while (1) {
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: nothing can tell the task to end
      // CHECK-NOTES: :[[@LINE+5]]:5: note: it is started here
        beat();
        heddle::sleep_for(100ms);
      }
    };
    heddle::spawn(body);
  }
  void memberBad() { heddle::spawn(std::bind_front(&Monitor::loop, this)); }

private:
  void loop() {
    for (;;) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing can tell the task to end
    // CHECK-NOTES: :[[@LINE-19]]:5: note: it is started here
    // CHECK-NOTES: :[[@LINE-20]]:28: note: reached through this call
      beat();
      heddle::yield();
    }
  }
  void beat() { ++beats_; }
  long beats_ = 0;
};

template <class F> void everyBad(heddle::Duration period, F f) {
  heddle::spawn([=] {
    for (auto now : heddle::tick(period)) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing can tell the task to end
    // CHECK-NOTES: :[[@LINE-3]]:3: note: it is started here
      (void)now;
      f();
    }
  });
}
void instances() { everyBad(1s, work); }

void groupBad(heddle::TaskGroup &group, std::atomic<int> &beats) {
  group.spawn([&] {
  // CHECK-NOTES: :[[@LINE+2]]:5: warning: nothing can tell the task to end
  // CHECK-NOTES: :[[@LINE-2]]:9: note: it is started here
    for (;;) {
      ++beats;
      heddle::sleep_for(1s);
    }
  });
}

#define FOREVER for (;;)
void macroBad(const heddle::Context &ctx) {
  heddle::spawn([] {
    FOREVER {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing can tell the task to end
    // CHECK-NOTES: :[[@LINE-5]]:17: note: expanded from macro 'FOREVER'
    // CHECK-NOTES: :[[@LINE-4]]:3: note: it is started here
      work();
      heddle::sleep_for(1s);
    }
  });
}

// Something ends it.

void breakOk() {
  heddle::spawn([] {
    for (;;) {
      heddle::sleep_for(1s);
      if (shouldStop())
        break;
    }
  });
}
void returnOk(heddle::Channel<int> &jobs) {
  heddle::spawn([&] {
    for (;;) {
      auto job = jobs.receive();
      if (!job)
        return;
      handle(*job);
    }
  });
}
void closedOk() {
  heddle::Channel<std::string> lines(4);
  heddle::WaitGroup done;
  done.spawn([&] {
    for (;;)
      handle(int(lines.receive().value().size()));
  });
  lines.close();
  done.wait();
}
void listenerOk(heddle::TcpListener &listener) {
  heddle::spawn([&] {
    for (;;)
      handle(listener.accept().has_value());
  });
  listener.close();
}
void pollUntilThrown(const heddle::Context &ctx);
void contextOk(heddle::Context ctx) {
  heddle::spawn([ctx] {
    for (;;)
      pollUntilThrown(ctx);
  });
}
void tokenOk(std::stop_token token) {
  heddle::spawn([token] {
    while (true) {
      heddle::sleep_for(1s);
      handle(token.stop_requested());
    }
  });
}
void step();
void thrownOk() {
  heddle::spawn([] {
    try {
      for (;;) {
        step();
        heddle::sleep_for(1s);
      }
    } catch (const std::exception &) {
    }
  });
}
void streamOk(heddle::Channel<int> &jobs) {
  heddle::spawn([&] {
    for (int job : jobs)
      handle(job);
  });
}
void flagOk(std::atomic<bool> &running) {
  heddle::spawn([&] {
    while (running) {
      work();
      heddle::sleep_for(1s);
    }
  });
}
void exitOk() {
  heddle::spawn([] {
    for (;;) {
      heddle::sleep_for(1s);
      if (shouldStop())
        std::exit(0);
    }
  });
}

void computesOk(std::atomic<long> &steps) {
  heddle::spawn([&] {
    for (;;) {
      ++steps;
      heddle::checkpoint();
    }
  });
}

// It lives as long as the process.

void sampler() HEDDLE_DAEMON;
void sampler() {
  for (;;) {
    work();
    heddle::sleep_for(1s);
  }
}
void daemonOk() {
  heddle::spawn(sampler);
  heddle::spawn([]() HEDDLE_DAEMON {
    for (;;) {
      work();
      heddle::sleep_for(1s);
    }
  });
}
int mainOk() {
  return heddle::run([] {
    for (;;) {
      work();
      heddle::sleep_for(1s);
    }
    return 0;
  });
}
void notATask() {
  for (;;) {
    work();
    heddle::sleep_for(1s);
  }
}
void onThreadOk() {
  std::thread([] {
    for (;;)
      work();
  }).detach();
}

// A call out of view may throw, and somebody keeps what this task throws.
void FN_throwsOutOfView(heddle::TaskGroup &group) {
  group.spawn([] {
    for (;;) {
      step();
      heddle::sleep_for(1s);
    }
  });
}

// The stream that is closed is another one, but parameters have no identity.
void endOf(heddle::Channel<double> &samples) { samples.close(); }
void FN_closedElsewhere(heddle::Channel<double> &samples) {
  heddle::spawn([&] {
    for (;;)
      handle(int(*samples.receive()));
  });
}
