// RUN: %check_rule %s add-after-spawn

#include "heddle/heddle.h"

#include <vector>

void work(int part);

void inTaskBad() {
  heddle::WaitGroup group;
  heddle::spawn([&group] {
    group.add();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'group' counts the task only once it runs [heddle-add-after-spawn]
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the task is spawned here
    // CHECK-NOTES: :[[@LINE+4]]:9: note: this wait may come first
    work(1);
    group.done();
  });
  group.wait();
}
// CHECK-FIXES-LABEL: void inTaskBad() {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  group.spawn([] {
// CHECK-FIXES-NEXT: {{^}}    work(1);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}  group.wait();

void beforeSpawnOk() {
  heddle::WaitGroup group;
  group.add();
  heddle::spawn([&group] {
    work(1);
    group.done();
  });
  group.wait();
}

void afterSpawnBad() {
  heddle::WaitGroup group;
  heddle::spawn([&group] {
    work(1);
    group.done();
  });
  group.add(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'group' counts the task too late [heddle-add-after-spawn]
  // CHECK-NOTES: :[[@LINE-6]]:3: note: it may be done already: it is spawned here
  // CHECK-NOTES: :[[@LINE+1]]:9: note: this wait may come first
  group.wait();
}
// CHECK-FIXES-LABEL: void afterSpawnBad() {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  group.add(1);
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([&group] {
// CHECK-FIXES-NEXT: {{^}}    work(1);
// CHECK-FIXES-NEXT: {{^}}    group.done();
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}  group.wait();

void eachRoundBad(const std::vector<int> &parts) {
  heddle::WaitGroup group;
  for (int part : parts) {
    heddle::spawn([&group, part] {
      work(part);
      group.done();
    });
    group.add();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'group' counts the task too late
    // CHECK-NOTES: :[[@LINE-6]]:5: note: it may be done already
    // CHECK-NOTES: :[[@LINE+2]]:9: note: this wait may come first
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void eachRoundBad(const std::vector<int> &parts) {
// CHECK-FIXES: {{^}}    group.add();
// CHECK-FIXES-NEXT: {{^}}    heddle::spawn([&group, part] {
// CHECK-FIXES-NEXT: {{^}}      work(part);
// CHECK-FIXES-NEXT: {{^}}      group.done();
// CHECK-FIXES-NEXT: {{^}}    });
// CHECK-FIXES-NEXT: {{^}}  }

void afterLoopBad(const std::vector<int> &parts) {
  heddle::WaitGroup group;
  for (int part : parts)
    heddle::spawn([&group, part] {
      work(part);
      group.done();
    });
  group.add(parts.size());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'group' counts the task too late
  // CHECK-NOTES: :[[@LINE-6]]:5: note: it may be done already
  // CHECK-NOTES: :[[@LINE+1]]:9: note: this wait may come first
  group.wait();
}
// CHECK-FIXES-LABEL: void afterLoopBad(const std::vector<int> &parts) {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  group.add(parts.size());
// CHECK-FIXES-NEXT: {{^}}  for (int part : parts)

class Server {
public:
  void handleBad(int request) {
    heddle::spawn([this, request] {
      inflight_.add();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'inflight_' counts the task only once it runs
      // CHECK-NOTES: :[[@LINE-3]]:5: note: the task is spawned here
      // CHECK-NOTES: :[[@LINE+6]]:27: note: this wait may come first
      work(request);
      inflight_.done();
    });
  }

  void stop() { inflight_.wait(); }

private:
  heddle::WaitGroup inflight_;
};
// CHECK-FIXES-LABEL: void handleBad(int request) {
// CHECK-FIXES-NEXT: {{^}}    inflight_.spawn([this, request] {
// CHECK-FIXES-NEXT: {{^}}      work(request);
// CHECK-FIXES-NEXT: {{^}}    });

// The task can end early: the add moves out, as done() is not the last.
void earlyEndBad(bool ready) {
  heddle::WaitGroup group;
  heddle::spawn([&] {
    group.add();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'group' counts the task only once it runs
    // CHECK-NOTES: :[[@LINE-3]]:3: note: the task is spawned here
    // CHECK-NOTES: :[[@LINE+8]]:9: note: this wait may come first
    if (!ready) {
      group.done();
      return;
    }
    work(1);
    group.done();
  });
  group.wait();
}
// CHECK-FIXES-LABEL: void earlyEndBad(bool ready) {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  group.add();
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([&] {
// CHECK-FIXES-NEXT: {{^}}    if (!ready) {

// Not every task counts itself: no fix.
void sometimesBad(bool counted) {
  heddle::WaitGroup group;
  heddle::spawn([&] {
    if (!counted)
      return;
    group.add();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'group' counts the task only once it runs
    // CHECK-NOTES: :[[@LINE-5]]:3: note: the task is spawned here
    // CHECK-NOTES: :[[@LINE+4]]:9: note: this wait may come first
    work(1);
    group.done();
  });
  group.wait();
}

void countAndWork(heddle::WaitGroup &group, int part) {
  group.add();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'group' counts the task only once it runs
  // CHECK-NOTES: :[[@LINE+9]]:3: note: the task is spawned here
  // CHECK-NOTES: :[[@LINE+8]]:28: note: and calls this
  // CHECK-NOTES: :[[@LINE+8]]:9: note: this wait may come first
  work(part);
  group.done();
}

void calleeBad() {
  heddle::WaitGroup group;
  heddle::spawn([&group] { countAndWork(group, 1); });
  group.wait();
}

void nestedOk() {
  heddle::WaitGroup group;
  group.add();
  heddle::spawn([&group] {
    group.add();
    heddle::spawn([&group] {
      work(2);
      group.done();
    });
    work(1);
    group.done();
  });
  group.wait();
}

void nestedInCountedOk() {
  heddle::WaitGroup group;
  group.spawn([&group] {
    group.add();
    heddle::spawn([&group] {
      work(2);
      group.done();
    });
  });
  group.wait();
}

void twoPhasesOk(const std::vector<int> &parts) {
  heddle::WaitGroup adders, workers;
  for (int part : parts)
    adders.spawn([&workers, part] {
      workers.add();
      heddle::spawn([&workers, part] {
        work(part);
        workers.done();
      });
    });
  adders.wait();
  workers.wait();
}

void ownGroupOk() {
  heddle::spawn([] {
    heddle::WaitGroup group;
    group.add();
    heddle::spawn([&group] {
      work(1);
      group.done();
    });
    group.wait();
  });
}

void countedAtOnceOk(const std::vector<int> &parts) {
  heddle::WaitGroup group;
  group.add(parts.size());
  for (int part : parts)
    heddle::spawn([&group, part] {
      work(part);
      group.done();
    });
  group.wait();
}

void nextAddOk() {
  heddle::WaitGroup group;
  group.add();
  heddle::spawn([&group] {
    work(1);
    group.done();
  });
  group.add();
  heddle::spawn([&group] {
    work(2);
    group.done();
  });
  group.wait();
}

void reusedOk() {
  heddle::WaitGroup group;
  group.spawn([] { work(1); });
  group.wait();
  group.add();
  heddle::spawn([&group] {
    work(2);
    group.done();
  });
  group.wait();
}

// The task that adds is counted itself.
void walkOk(heddle::WaitGroup &group, int depth) {
  if (depth == 0)
    return;
  group.spawn([&group, depth] { walkOk(group, depth - 1); });
}

// A pool counts around what it runs.
class Pool {
public:
  template <class F> void post(F f) {
    group_.add();
    heddle::spawn([this, f] {
      f();
      group_.done();
    });
  }
  void wait() { group_.wait(); }

private:
  heddle::WaitGroup group_;
};

void postedOk() {
  Pool pool;
  pool.post([&pool] { pool.post([] { work(1); }); });
  pool.wait();
}
