// RUN: %check_rule %s recursive-spawn

#include "heddle/heddle.h"

#include <chrono>
#include <functional>
#include <span>

using namespace std::chrono_literals;

bool attempt();
bool connect(int peer);
void sort_here(std::span<int> items);

bool retryBad(std::function<bool()> work) {
  for (int i = 0; i < 5; ++i) {
    if (work())
      return true;
    heddle::sleep_for(10ms);
    heddle::spawn([work] { retryBad(work); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'retryBad' can spawn itself again without a bound
  }
  return false;
}
// CHECK-REVIEW-LABEL: bool retryBad(std::function<bool()> work) {
// CHECK-REVIEW-NEXT: {{^}}  for (int i = 0; i < 5; ++i) {
// CHECK-REVIEW-NEXT: {{^}}    if (work())
// CHECK-REVIEW-NEXT: {{^}}      return true;
// CHECK-REVIEW-NEXT: {{^}}    heddle::sleep_for(10ms);
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}  return false;
// CHECK-REVIEW-NEXT: {{^}}}

bool retryOk(std::function<bool()> work) {
  for (int i = 0; i < 5; ++i) {
    if (work())
      return true;
    heddle::sleep_for(10ms);
  }
  return false;
}

void onFailureBad(int peer) {
  if (connect(peer))
    return;
  heddle::spawn([peer] { onFailureBad(peer); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'onFailureBad' can spawn itself again without a bound
}
// CHECK-REVIEW-LABEL: void onFailureBad(int peer) {
// CHECK-REVIEW-NEXT: {{^}}  if (connect(peer))
// CHECK-REVIEW-NEXT: {{^}}    return;
// CHECK-REVIEW-NEXT: {{^}}  onFailureBad(peer);
// CHECK-REVIEW-NEXT: {{^}}}

class Link {
public:
  void reconnectBad() {
    if (!attempt())
      heddle::spawn([this] { again(); });
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'Link::reconnectBad' can spawn itself again without a bound
  }

private:
  void again() {
    heddle::sleep_for(1s);
    reconnectBad();
  }
};

void catchBad(int peer) {
  try {
    connect(peer);
  } catch (...) {
    heddle::spawn([peer] { catchBad(peer); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'catchBad' can spawn itself again without a bound
  }
}
// CHECK-REVIEW-LABEL: void catchBad(int peer) {
// CHECK-REVIEW-NEXT: {{^}}  try {
// CHECK-REVIEW-NEXT: {{^}}    connect(peer);
// CHECK-REVIEW-NEXT: {{^}}  } catch (...) {
// CHECK-REVIEW-NEXT: {{^}}    catchBad(peer);
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

void countedButNotCheckedBad(int peer, int tries) {
  if (!connect(peer))
    heddle::spawn([=] { countedButNotCheckedBad(peer, tries + 1); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'countedButNotCheckedBad' can spawn itself again without a bound
}

// A counter is passed on and checked.
void countedOk(int peer, int tries) {
  if (!connect(peer) && tries < 5)
    heddle::spawn([=] { countedOk(peer, tries + 1); });
}

// A flag that allows for one more.
void onceMoreOk(int peer, bool again) {
  if (!connect(peer) && again)
    heddle::spawn([peer] { onceMoreOk(peer, false); });
}

// A range that shrinks.
void divideOk(std::span<int> items) {
  if (items.size() < 1000)
    return sort_here(items);
  heddle::WaitGroup half;
  half.spawn([=] { divideOk(items.first(items.size() / 2)); });
  divideOk(items.subspan(items.size() / 2));
  half.wait();
}

struct Node {
  Node *left, *right;
};

void walkOk(Node *node) {
  if (!node)
    return;
  heddle::spawn([node] { walkOk(node->left); });
  walkOk(node->right);
}

// Another peer each time.
void nextOk(int peer) {
  if (!connect(peer))
    heddle::spawn([peer] { nextOk(peer * 2 + 1); });
}

// Plain recursion is no spawn.
bool sequenceOk(int peer) { return connect(peer) || sequenceOk(peer); }

// A chain, one at a time and always: it is a loop.
void chainOk() {
  attempt();
  heddle::sleep_for(1s);
  heddle::spawn([] { chainOk(); });
}

// A member or a static counts the rounds.
class Retry {
public:
  void runOk() {
    if (attempt() || ++attempts_ == 5)
      return;
    heddle::spawn([this] { runOk(); });
  }

  void onceOk() {
    if (tried_)
      return;
    tried_ = true;
    heddle::spawn([this] { onceOk(); });
  }

  void countsBad() {
    ++failures_;
    if (!attempt())
      heddle::spawn([this] { countsBad(); });
    // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'Retry::countsBad' can spawn itself again without a bound
  }

private:
  int attempts_ = 0, failures_ = 0;
  bool tried_ = false;
};

// Until a deadline.
void untilOk(int peer, heddle::TimePoint deadline) {
  if (connect(peer) || heddle::Clock::now() > deadline)
    return;
  heddle::spawn([=] { untilOk(peer, deadline); });
}
