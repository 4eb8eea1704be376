// RUN: %check_rule %s pin-per-call

#include "heddle/heddle.h"

#include <functional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

extern "C" void glClear(unsigned mask);
extern "C" void glFinish();
extern "C" int glGetError();

void itemsBad(const std::vector<unsigned> &masks) {
  for (unsigned mask : masks) {
    heddle::ThreadPin pin;
    glClear(mask);
    glFinish();
  }
}
// CHECK-NOTES: :[[@LINE-5]]:23: warning: 'pin' pins a thread each time, for 'glClear' [heddle-pin-per-call]
// CHECK-NOTES: :[[@LINE-7]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-6]]:5: note: 'glClear' needs the thread here
// CHECK-NOTES: :[[@LINE-8]]:23: note: with a pool, calls wait for one of its threads, which are other ones than those of other pins
// CHECK-REVIEW-LABEL: void itemsBad(
// CHECK-REVIEW-NEXT:    for (unsigned mask : masks) {
// CHECK-REVIEW-NEXT:      static heddle::PinnedPool pinned(heddle::available_procs());
// CHECK-REVIEW-NEXT:      pinned.run([&] {
// CHECK-REVIEW-NEXT:        glClear(mask);
// CHECK-REVIEW-NEXT:        glFinish();
// CHECK-REVIEW-NEXT:      });
// CHECK-REVIEW-NEXT:    }

// Pinned once for all of them.
void onceOk(const std::vector<unsigned> &masks) {
  heddle::ThreadPin pin;
  for (unsigned mask : masks)
    glClear(mask);
}

void fewOk() {
  for (unsigned mask = 0; mask < 4; ++mask) {
    heddle::ThreadPin pin;
    glClear(mask);
  }
}

// Once a second is not often.
void pacedOk() {
  for (;;) {
    {
      heddle::ThreadPin pin;
      glFinish();
    }
    heddle::sleep_for(1s);
  }
}

void coldOk() {
  heddle::ThreadPin pin;
  glFinish();
}

// A request's, through two calls, with a result.
static bool cleared(unsigned mask) {
  heddle::pin_thread();
  glClear(mask);
  heddle::unpin_thread();
  return mask != 0;
}
static int drawn(unsigned mask) {
  heddle::ThreadPin pin;
  glClear(mask);
  return glGetError(); // of this thread
}
static int answered(unsigned mask) { return cleared(mask) + drawn(mask); }
void handlerBad() {
  heddle::WorkerPool<unsigned> pool(2, 8,
                                    [](unsigned mask) { answered(mask); });
  pool.submit(1);
}
// CHECK-NOTES: :[[@LINE-16]]:3: warning: 'pin_thread' pins a thread each time, for 'glClear'
// CHECK-NOTES: :[[@LINE-5]]:{{[0-9]+}}: note: runs for each event of the handler registered here
// CHECK-NOTES: :[[@LINE-5]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-9]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-19]]:3: note: 'glClear' needs the thread here
// CHECK-NOTES: :[[@LINE-21]]:3: note: with a pool
// CHECK-NOTES: :[[@LINE-16]]:21: warning: 'pin' pins a thread each time, for 'glClear'
// CHECK-REVIEW-LABEL: static bool cleared(
// CHECK-REVIEW-NEXT:    static heddle::PinnedPool pinned(heddle::available_procs());
// CHECK-REVIEW-NEXT:    pinned.run([&] {
// CHECK-REVIEW-NEXT:      glClear(mask);
// CHECK-REVIEW-NEXT:    });
// CHECK-REVIEW-NEXT:    return mask != 0;
// CHECK-REVIEW-LABEL: static int drawn(
// CHECK-REVIEW-NEXT:    static heddle::PinnedPool pinned(heddle::available_procs());
// CHECK-REVIEW-NEXT:    return pinned.run([&] {
// CHECK-REVIEW-NEXT:      glClear(mask);
// CHECK-REVIEW-NEXT: return glGetError(); // of this thread
// CHECK-REVIEW-NEXT:    });

// A stored lambda, a guard of the user's own, an annotated function; once per
// item of an algorithm.
class Current {
public:
  Current() { heddle::pin_thread(); }
  ~Current() { heddle::unpin_thread(); }
  Current(const Current &) = delete;
};
void interpret(const std::string &script) HEDDLE_NEEDS_THREAD;
void storedBad(const std::vector<std::string> &scripts) {
  auto each = [](const std::string &script) {
    Current current;
    interpret(script);
  };
  heddle::parallel_for(scripts, each);
}
// CHECK-NOTES: :[[@LINE-5]]:13: warning: 'current' pins a thread each time, for 'interpret'
// CHECK-REVIEW-LABEL: void storedBad(
// CHECK-REVIEW-NEXT:    auto each = [](const std::string &script) {
// CHECK-REVIEW-NEXT:      static heddle::PinnedPool pinned(heddle::available_procs());
// CHECK-REVIEW-NEXT: pinned.run([&] {
// CHECK-REVIEW-NEXT:        interpret(script);
// CHECK-REVIEW-NEXT:      });
// CHECK-REVIEW-NEXT:    };

// A task of its own for each, pinned for life; no statements to move.
void spawnedBad(const std::vector<unsigned> &masks) {
  heddle::TaskGroup group;
  group.set_limit(4);
  for (unsigned mask : masks)
    group.spawn([mask] {
      heddle::pin_thread();
      if (mask == 0)
        return;
      glClear(mask);
    });
  group.wait();
}
// CHECK-NOTES: :[[@LINE-7]]:7: warning: 'pin_thread' pins a thread each time, for 'glClear'
// CHECK-REVIEW-LABEL: void spawnedBad(
// CHECK-REVIEW: heddle::pin_thread();

// An early return, which a call could not do for its caller.
template <class Scene> bool renderedBad(const Scene &scene) HEDDLE_HOT;
template <class Scene> bool renderedBad(const Scene &scene) {
  heddle::ThreadPin pin;
  if (scene.empty())
    return false;
  glClear(scene.size());
  return true;
}
bool renderBad(const std::string &scene) { return renderedBad(scene); }
// CHECK-NOTES: :[[@LINE-7]]:21: warning: 'pin' pins a thread each time, for 'glClear'
// CHECK-NOTES: :[[@LINE-9]]:29: note: marked as running often here
// CHECK-REVIEW-LABEL: template <class Scene> bool renderedBad(const Scene &scene) {
// CHECK-REVIEW-NEXT:    heddle::ThreadPin pin;

#define PINNED heddle::ThreadPin pin
void macroBad(heddle::Channel<unsigned> &masks) {
  while (auto mask = masks.receive()) {
    PINNED;
    glClear(*mask);
  }
}
// CHECK-NOTES: :[[@LINE-4]]:5: warning: 'pin' pins a thread each time, for 'glClear'
// CHECK-NOTES: :[[@LINE-6]]:3: note: repeated for each item received here

// A worker that keeps its thread for all that it receives.
void workerOk(heddle::Channel<unsigned> &masks) {
  for (unsigned worker = 0; worker < heddle::procs(); ++worker)
    heddle::spawn([&masks] {
      heddle::pin_thread();
      for (unsigned mask : masks)
        glClear(mask);
    });
}

// A session: as long as its window, whatever comes.
void sessionsOk() {
  heddle::WorkerPool<heddle::Channel<unsigned> *> windows(
      4, 4, [](heddle::Channel<unsigned> *masks) {
        heddle::ThreadPin pin;
        while (auto mask = masks->receive())
          glClear(*mask);
      });
}

// What keeps its thread anyway is not pinned by it.
void pooledOk(const std::vector<unsigned> &masks) {
  static heddle::PinnedPool gl;
  for (unsigned mask : masks)
    gl.run([mask] {
      heddle::ThreadPin pin;
      glClear(mask);
    });
}
void nestedOk(const std::vector<unsigned> &masks) {
  heddle::ThreadPin all;
  glFinish();
  for (unsigned mask : masks) {
    heddle::ThreadPin pin;
    glClear(mask);
  }
}

// No foreign call: what the thread keeps is in this program.
static thread_local std::vector<char> scratch;
void threadLocalOk(const std::vector<unsigned> &sizes) {
  for (unsigned size : sizes) {
    heddle::ThreadPin pin;
    scratch.resize(size);
    heddle::yield();
    scratch.clear();
  }
}
