// RUN: %check_rule %s unpaired-pin

#include "heddle/heddle.h"

#include <stdexcept>

extern "C" void glClear(unsigned mask);
extern "C" int glGetError();

static bool draw(int mask) {
  glClear(mask);
  return glGetError() == 0;
}

bool earlyReturnBad(int mask) {
  heddle::pin_thread();
  if (mask == 0)
    return false;
  bool drawn = draw(mask);
  heddle::unpin_thread();
  return drawn;
}
// CHECK-NOTES: :[[@LINE-7]]:3: warning: 'pin_thread' is not undone on every path [heddle-unpaired-pin]
// CHECK-NOTES: :[[@LINE-6]]:5: note: the task may leave here still pinned
// CHECK-FIXES-LABEL: bool earlyReturnBad(
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:    if (mask == 0)
// CHECK-FIXES-NEXT:      return false;
// CHECK-FIXES-NEXT:    bool drawn = draw(mask);
// CHECK-FIXES-NEXT:    return drawn;

bool pairedOk(int mask) {
  heddle::pin_thread();
  if (mask == 0) {
    heddle::unpin_thread();
    return false;
  }
  bool drawn = draw(mask);
  heddle::unpin_thread();
  return drawn;
}

bool guardedOk(int mask) {
  heddle::ThreadPin pin;
  return mask != 0 && draw(mask);
}

void thrownBad(int mask) {
  heddle::pin_thread();
  if (mask < 0)
    throw std::invalid_argument("mask");
  draw(mask);
  heddle::unpin_thread();
}
// CHECK-NOTES: :[[@LINE-6]]:3: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-5]]:5: note: the task may leave here still pinned
// CHECK-FIXES-LABEL: void thrownBad(
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:    if (mask < 0)
// CHECK-FIXES-NEXT:      throw std::invalid_argument("mask");
// CHECK-FIXES-NEXT:    draw(mask);
// CHECK-FIXES-NEXT:  }

// What a call in view throws.
static int parsed(const char *text) {
  if (!text)
    throw std::invalid_argument("text");
  return *text;
}

void thrownByCalleeBad(const char *text) {
  heddle::pin_thread();
  glClear(parsed(text));
  heddle::unpin_thread();
}
// CHECK-NOTES: :[[@LINE-4]]:3: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-4]]:11: note: the task may leave here still pinned

void caughtOk(const char *text) {
  heddle::pin_thread();
  try {
    glClear(parsed(text));
  } catch (const std::exception &) {
    glClear(0);
  }
  heddle::unpin_thread();
}

// One more pin each round: `continue` jumps over what undoes it.
void loopBad(heddle::Channel<int> &masks) {
  for (int mask : masks) {
    heddle::pin_thread();
    if (mask == 0)
      continue;
    draw(mask);
    heddle::unpin_thread();
  }
}
// CHECK-NOTES: :[[@LINE-7]]:5: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-2]]:1: note: the task may leave here still pinned
// CHECK-FIXES-LABEL: void loopBad(
// CHECK-FIXES-NEXT:    for (int mask : masks) {
// CHECK-FIXES-NEXT:      heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:      if (mask == 0)
// CHECK-FIXES-NEXT:        continue;
// CHECK-FIXES-NEXT:      draw(mask);
// CHECK-FIXES-NEXT:    }

// A handler's worker goes on to the next request.
void handlerBad() {
  heddle::WorkerPool pool{4, 16, [](int mask) {
                            heddle::pin_thread();
                            draw(mask);
                          }};
  pool.submit(1);
}
// CHECK-NOTES: :[[@LINE-5]]:29: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-4]]:27: note: the task may leave here still pinned
// CHECK-FIXES: heddle::WorkerPool pool{4, 16, [](int mask) {
// CHECK-FIXES-NEXT:                              heddle::ThreadPin pin;
// CHECK-FIXES-NEXT:                              draw(mask);

// Pinned for life at the top of a task: the end of the task undoes it.
void forLifeOk(heddle::Channel<int> &masks) {
  heddle::spawn([&masks] {
    heddle::pin_thread();
    for (int mask : masks)
      draw(mask);
  });
}

// A pair that is split over the methods of one class.
class ContextOk {
public:
  void begin() {
    heddle::pin_thread();
    glClear(1);
  }
  void end() {
    glClear(2);
    heddle::unpin_thread();
  }
};

class ScopeOk {
public:
  ScopeOk() { heddle::pin_thread(); }
  ~ScopeOk() { heddle::unpin_thread(); }
};

// Pins and unpins of the same condition.
void sameConditionOk(bool gl, int mask) {
  if (gl)
    heddle::pin_thread();
  int sum = mask * 2;
  if (gl) {
    glClear(sum);
    heddle::unpin_thread();
  }
}

// One of two conditions that exclude each other.
void eitherOk(bool fast, int mask) {
  heddle::pin_thread();
  glClear(mask);
  if (fast)
    heddle::unpin_thread();
  if (!fast) {
    glGetError();
    heddle::unpin_thread();
  }
}

void nestedOk(int mask) {
  heddle::pin_thread();
  glClear(1);
  heddle::pin_thread();
  glClear(mask);
  heddle::unpin_thread();
  heddle::unpin_thread();
}

// Of two pins only one is undone; which, only a person can tell.
void nestedBad(int mask) {
  heddle::pin_thread();
  glClear(1);
  heddle::pin_thread();
  glClear(mask);
  heddle::unpin_thread();
}
// CHECK-NOTES: :[[@LINE-6]]:3: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-2]]:1: note: the task may leave here still pinned
// CHECK-FIXES-LABEL: void nestedBad(
// CHECK-FIXES-NEXT:    heddle::pin_thread();

// Wrappers do what they wrap.
static void enterGl() { heddle::pin_thread(); }
static void leaveGl() { heddle::unpin_thread(); }

bool wrappedBad(int mask) {
  enterGl();
  if (!draw(mask))
    return false;
  leaveGl();
  return true;
}
// CHECK-NOTES: :[[@LINE-6]]:3: warning: 'enterGl' is not undone on every path
// CHECK-NOTES: :[[@LINE-5]]:5: note: the task may leave here still pinned

bool wrappedOk(int mask) {
  enterGl();
  bool drawn = draw(mask);
  leaveGl();
  return drawn;
}

// In a template, and with more work after the unpin: a guard would keep the
// pin longer.
template <class Image> int uploaded(heddle::Channel<int> &sizes, Image image) {
  heddle::pin_thread();
  if (image.empty())
    return 0;
  glClear(image.size());
  heddle::unpin_thread();
  return int(sizes.size());
}
struct Empty {
  bool empty() const { return true; }
  int size() const { return 0; }
};
int templateBad(heddle::Channel<int> &sizes) {
  return uploaded(sizes, Empty());
}
// CHECK-NOTES: :[[@LINE-14]]:3: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-13]]:5: note: the task may leave here still pinned
// CHECK-NOTES: :[[@LINE-16]]:3: note: with a guard, the pin lasts to the end of the block
// CHECK-FIXES-LABEL: int uploaded(
// CHECK-FIXES-NEXT:    heddle::pin_thread();
// CHECK-REVIEW-LABEL: int uploaded(
// CHECK-REVIEW-NEXT:    heddle::ThreadPin pin;
// CHECK-REVIEW-NEXT:    if (image.empty())
// CHECK-REVIEW-NEXT:      return 0;
// CHECK-REVIEW-NEXT:    glClear(image.size());
// CHECK-REVIEW-NEXT:    return int(sizes.size());

#define PIN() heddle::pin_thread()
bool macroBad(int mask) {
  PIN();
  if (mask == 0)
    return false;
  draw(mask);
  heddle::unpin_thread();
  return true;
}
// CHECK-NOTES: :[[@LINE-7]]:3: warning: 'pin_thread' is not undone on every path
// CHECK-NOTES: :[[@LINE-6]]:5: note: the task may leave here still pinned

// Undone by somebody else, who is in view.
void FN_undoneElsewhere(heddle::Channel<int> &masks) {
  for (int mask : masks)
    ContextOk().begin(), glClear(mask);
}
