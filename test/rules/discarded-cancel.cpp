// RUN: %check_rule %s discarded-cancel

#include "heddle/heddle.h"

#include <chrono>
#include <stdexcept>
#include <utility>

using namespace std::chrono_literals;
using heddle::Context;

int slowQuery(const Context &context);
void keep(heddle::CancelFunction cancel);

int droppedBad(const Context &parent) {
  Context context = heddle::with_timeout(parent, 30s).context;
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: what ends the context is dropped [heddle-discarded-cancel]
  return slowQuery(context);
}
// CHECK-FIXES-LABEL: int droppedBad(
// CHECK-FIXES-NEXT:    heddle::ScopedContext context = heddle::with_timeout(parent, 30s);
// CHECK-FIXES-NEXT:    return slowQuery(context);

int scopedOk(const Context &parent) {
  heddle::ScopedContext context = heddle::with_timeout(parent, 30s);
  return slowQuery(context);
}

int ignoredBad(const Context &parent) {
  auto [context, cancel] = heddle::with_timeout(parent, 30s);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'cancel' is never called
  // CHECK-NOTES: :[[@LINE-2]]:28: note: the context is made here
  return slowQuery(context);
}
// CHECK-FIXES-LABEL: int ignoredBad(
// CHECK-FIXES-NEXT:    auto [context, cancel] = heddle::with_timeout(parent, 30s);
// CHECK-FIXES-NEXT:    heddle::CancelOnExit cancel_on_exit(cancel);
// CHECK-FIXES-NEXT:    return slowQuery(context);

int earlyReturnBad(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'cancel' is not called on every path
  // CHECK-NOTES: :[[@LINE-2]]:28: note: the context is made here
  // CHECK-NOTES: :[[@LINE+3]]:5: note: it is not called on the way to here
  int found = slowQuery(context);
  if (found < 0)
    return found;
  cancel();
  return found;
}

int throwBad(const Context &parent) {
  auto [context, cancel] = heddle::with_deadline(parent, heddle::Clock::now());
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'cancel' is not called on every path
  // CHECK-NOTES: :[[@LINE-2]]:28: note: the context is made here
  // CHECK-NOTES: :[[@LINE+2]]:5: note: it is not called on the way to here
  if (slowQuery(context) < 0)
    throw std::runtime_error("no answer");
  cancel();
  return 0;
}

void loopBad(const Context &parent, int n) {
  for (int i = 0; i < n; ++i) {
    auto [context, cancel] = heddle::with_cancel(parent);
    // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'cancel' is not called on every path
    // CHECK-NOTES: :[[@LINE-2]]:30: note: the context is made here
    // CHECK-NOTES: :[[@LINE+5]]:1: note: it is not called on the way to here
    if (slowQuery(context) == 0)
      continue;
    cancel();
  }
}

int wholeBad(const Context &parent, bool hurry) {
  heddle::Cancellation both = heddle::with_cancel(parent);
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'both.cancel' is not called on every path
  // CHECK-NOTES: :[[@LINE-2]]:31: note: the context is made here
  // CHECK-NOTES: :[[@LINE+4]]:3: note: it is not called on the way to here
  int found = slowQuery(both.context);
  if (hurry)
    both.cancel();
  return found;
}
// CHECK-FIXES-LABEL: int wholeBad(
// CHECK-FIXES:         heddle::Cancellation both = heddle::with_cancel(parent);
// CHECK-FIXES-NEXT:    heddle::CancelOnExit cancel_on_exit(both.cancel);

class Service {
public:
  template <class T> int templateBad(T limit) {
    const auto &[context, cancel] = heddle::with_timeout(root_, limit);
    // CHECK-NOTES: :[[@LINE-1]]:27: warning: 'cancel' is never called
    // CHECK-NOTES: :[[@LINE-2]]:37: note: the context is made here
    return slowQuery(context);
  }

private:
  Context root_ = heddle::background();
};
template int Service::templateBad(std::chrono::seconds);
template int Service::templateBad(std::chrono::milliseconds);

heddle::Cancellation limited(const Context &parent) HEDDLE_MAKES_CONTEXT;
int wrapperBad(const Context &parent) {
  auto query = [&parent] {
    auto [context, cancel] = limited(parent);
    // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'cancel' is never called
    // CHECK-NOTES: :[[@LINE-2]]:30: note: the context is made here
    return slowQuery(context);
  };
  return query();
}

// Others go on with the context: for review.
void keptBad(const Context &parent) {
  auto [context, cancel] = heddle::with_timeout(parent, 1s);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'cancel' is never called
  // CHECK-NOTES: :[[@LINE-2]]:28: note: the context is made here
  heddle::spawn([context = context] { slowQuery(context); });
}
// CHECK-REVIEW-LABEL: void keptBad(
// CHECK-REVIEW:         heddle::CancelOnExit cancel_on_exit(cancel);

Context returnedBad(const Context &parent) {
  Context context = heddle::with_timeout(parent, 1s).context;
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: what ends the context is dropped
  return context;
}

int passedBad(const Context &parent) {
  return slowQuery(heddle::with_timeout(parent, 1s).context);
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: what ends the context is dropped
}

#define LIMIT(parent) auto [context, cancel] = heddle::with_timeout(parent, 1s)
int macroBad(const Context &parent) {
  LIMIT(parent);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'cancel' is never called
  // CHECK-NOTES: :[[@LINE-4]]:38: note: expanded from macro 'LIMIT'
  // CHECK-NOTES: :[[@LINE-3]]:3: note: the context is made here
  // CHECK-NOTES: :[[@LINE-6]]:48: note: expanded from macro 'LIMIT'
  return slowQuery(context);
}

// Somebody sees to it.

int calledOk(const Context &parent) {
  auto [context, cancel] = heddle::with_timeout(parent, 30s);
  int found = slowQuery(context);
  cancel();
  return found;
}
int bothBranchesOk(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  if (slowQuery(context) > 0) {
    cancel();
    return 1;
  }
  cancel();
  return 0;
}
int onExitOk(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::CancelOnExit cancel_on_exit(cancel);
  return slowQuery(context);
}
heddle::Cancellation returnedOk(const Context &parent) {
  return heddle::with_cancel(parent);
}
heddle::CancelFunction returnedPartOk(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  slowQuery(context);
  return cancel;
}
heddle::Cancellation returnedLaterOk(const Context &parent) {
  auto both = heddle::with_cancel(parent);
  slowQuery(both.context);
  return both;
}
void passedOnOk(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  keep(cancel);
  slowQuery(context);
}
void capturedOk(const Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::spawn([cancel = cancel] { cancel(); });
  slowQuery(context);
}
class Session {
public:
  explicit Session(const Context &parent) {
    auto [context, cancel] = heddle::with_cancel(parent);
    context_ = context;
    cancel_ = cancel;
  }
  void open(const Context &parent) { both_ = heddle::with_cancel(parent); }
  ~Session() { cancel_(); }

private:
  Context context_ = heddle::background();
  heddle::CancelFunction cancel_;
  heddle::Cancellation both_{heddle::background(), {}};
};
