// RUN: %check_rule %s pinned-sleep

#include "heddle/heddle.h"

using namespace std::chrono_literals;

extern "C" void glClear(unsigned mask);
extern "C" void glFinish();

void aloneBad() {
  heddle::ThreadPin pin;
  heddle::sleep_for(1h);
}
// CHECK-NOTES: :[[@LINE-2]]:3: warning: 'sleep_for' waits while the task keeps its thread [heddle-pinned-sleep]
// CHECK-NOTES: :[[@LINE-4]]:21: note: pinned here
// CHECK-FIXES-LABEL: void aloneBad(
// CHECK-FIXES-NEXT:    heddle::sleep_for(1h);

void afterWorkBad() {
  heddle::ThreadPin pin;
  glClear(1);
  glFinish();
  heddle::sleep_for(50ms);
}
// CHECK-NOTES: :[[@LINE-2]]:3: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-6]]:21: note: pinned here
// CHECK-FIXES-LABEL: void afterWorkBad(
// CHECK-FIXES-NEXT:{{^  [{]$}}
// CHECK-FIXES-NEXT:      heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:      glClear(1);
// CHECK-FIXES-NEXT:      glFinish();
// CHECK-FIXES-NEXT:{{^  [}]$}}
// CHECK-FIXES-NEXT:    heddle::sleep_for(50ms);

void pairBad() {
  heddle::pin_thread();
  glClear(1);
  heddle::sleep_for(50ms);
  heddle::unpin_thread();
}
// CHECK-NOTES: :[[@LINE-3]]:3: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-6]]:3: note: pinned here
// CHECK-FIXES-LABEL: void pairBad(
// CHECK-FIXES-NEXT:    heddle::pin_thread();
// CHECK-FIXES-NEXT:    glClear(1);
// CHECK-FIXES-NEXT:    heddle::unpin_thread();
// CHECK-FIXES-NEXT:    heddle::sleep_for(50ms);
// CHECK-FIXES-NEXT:{{^[}]$}}

// A wait for something else, before the work that needs the thread.
void beforeWorkBad(heddle::Channel<unsigned> &masks) {
  heddle::ThreadPin pin;
  auto mask = masks.receive();
  glClear(*mask);
}
// CHECK-NOTES: :[[@LINE-3]]:21: warning: 'receive' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-5]]:21: note: pinned here
// CHECK-FIXES-LABEL: void beforeWorkBad(
// CHECK-FIXES-NEXT:    auto mask = masks.receive();
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:    glClear(*mask);

// Between two calls that need the thread, the same one may be meant.
void betweenOk() {
  heddle::ThreadPin pin;
  glClear(1);
  heddle::sleep_for(16ms);
  glFinish();
}

void renderOk() {
  heddle::ThreadPin pin;
  for (;;) {
    glClear(1);
    heddle::sleep_for(16ms);
  }
}

// A worker that is pinned for life and receives its next job.
void workerOk(heddle::Channel<unsigned> &masks) {
  heddle::spawn([&masks] {
    heddle::pin_thread();
    for (unsigned mask : masks)
      glClear(mask);
  });
}

void workerByHandOk(heddle::Channel<unsigned> &masks) {
  heddle::spawn([&masks] {
    heddle::ThreadPin pin;
    while (auto mask = masks.receive())
      glClear(*mask);
  });
}

void yieldOk() {
  heddle::ThreadPin pin;
  glClear(1);
  heddle::yield();
}

// Who is not in view may need the thread.
void present();
void unseenOk() {
  heddle::ThreadPin pin;
  present();
  heddle::sleep_for(1ms);
  present();
}

// Through two calls, in a class with a guard of its own.
class Bound {
public:
  Bound() { heddle::pin_thread(); }
  ~Bound() { heddle::unpin_thread(); }
  Bound(const Bound &) = delete;
};
static void rest() { heddle::sleep_for(5ms); }
static void relax() { rest(); }

void throughCallsBad() {
  Bound bound;
  glFinish();
  relax();
}
// CHECK-NOTES: :[[@LINE-2]]:3: warning: 'relax' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-5]]:9: note: pinned here
// CHECK-NOTES: :[[@LINE-9]]:23: note: waits in 'rest' here
// CHECK-NOTES: :[[@LINE-11]]:22: note: waits in 'sleep_for' here
// CHECK-FIXES-LABEL: void throughCallsBad(
// CHECK-FIXES-NEXT:{{^  [{]$}}
// CHECK-FIXES-NEXT:      Bound bound;
// CHECK-FIXES-NEXT:      glFinish();
// CHECK-FIXES-NEXT:{{^  [}]$}}
// CHECK-FIXES-NEXT:    relax();

// A stored lambda, in a handler; what the pinned part declares is used later:
// a block would hide it.
void storedBad() {
  auto handle = [](unsigned mask) {
    heddle::ThreadPin pin;
    unsigned twice = mask * 2;
    glClear(twice);
    heddle::sleep_for(std::chrono::milliseconds(twice));
  };
  heddle::WorkerPool<unsigned> pool(2, 8, handle);
  pool.submit(1);
}
// CHECK-NOTES: :[[@LINE-5]]:5: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-9]]:23: note: pinned here
// CHECK-FIXES-LABEL: void storedBad(
// CHECK-FIXES:         heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:      unsigned twice = mask * 2;

template <class Rest> void templated(Rest rest) {
  heddle::ThreadPin pin;
  glFinish();
  heddle::sleep_for(rest);
}
void templateBad() { templated(1ms); }
// CHECK-NOTES: :[[@LINE-3]]:3: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-6]]:21: note: pinned here

#define REST() heddle::sleep_for(1ms)
void macroBad() {
  heddle::ThreadPin pin;
  glFinish();
  REST();
}
// CHECK-NOTES: :[[@LINE-2]]:3: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-5]]:21: note: pinned here

// A variable's address may be kept across the wait.
static thread_local int drawn = 0;
static void mark() { drawn++; }
void threadLocalBad() {
  heddle::ThreadPin pin;
  mark();
  heddle::sleep_for(1ms);
}
// CHECK-NOTES: :[[@LINE-2]]:3: warning: 'sleep_for' waits while the task keeps its thread
// CHECK-NOTES: :[[@LINE-5]]:21: note: pinned here
// CHECK-NOTES: :[[@LINE-4]]:3: note: a compiler may keep the address of a thread-local variable across the wait
// CHECK-FIXES-LABEL: void threadLocalBad(
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
// CHECK-REVIEW-LABEL: void threadLocalBad(
// CHECK-REVIEW-NEXT:{{^  [{]$}}

void FN_between() {
  heddle::ThreadPin pin;
  glClear(1);
  heddle::sleep_for(1h); // the second call may not need the first one's thread
  glClear(2);
}
