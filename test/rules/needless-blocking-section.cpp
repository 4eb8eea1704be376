// RUN: %check_rule %s needless-blocking-section

#include "heddle/heddle.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include <unistd.h>

using namespace std::chrono_literals;
using Replies = heddle::Channel<int>;

struct Connection {
  std::string read() HEDDLE_SUSPENDS HEDDLE_RECEIVES;
  void write(const std::string &text) HEDDLE_SUSPENDS;
};
void use(int);
void unseen();

std::string returnBad(Connection &peer) {
  std::string text = heddle::blocking([&] { return peer.read(); });
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'blocking' holds a thread while 'read' needs none to wait [heddle-needless-blocking-section]
  // CHECK-NOTES: :[[@LINE-2]]:57: note: it suspends the task here
  return text;
}
// CHECK-FIXES-LABEL: std::string returnBad(
// CHECK-FIXES-NEXT:    std::string text = peer.read();

std::string returnOk(Connection &peer) {
  std::string text = peer.read();
  return text;
}

void statementBad(Replies &replies) {
  heddle::foreign([&] { replies.send(1); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'foreign' holds a thread while 'send' needs none to wait
  // CHECK-NOTES: :[[@LINE-2]]:33: note: it suspends the task here
}
// CHECK-FIXES-LABEL: void statementBad(
// CHECK-FIXES-NEXT:    replies.send(1);
// CHECK-FIXES-NEXT:  }

void severalBad(Connection &peer) {
  heddle::blocking([&] {
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'blocking' holds a thread while 'read' needs none to wait
  // CHECK-NOTES: :[[@LINE+1]]:29: note: it suspends the task here
    std::string text = peer.read();
    peer.write(text);
  });
}
// CHECK-FIXES-LABEL: void severalBad(Connection &peer) {
// CHECK-FIXES-NEXT:    {
// CHECK-FIXES-NEXT:      std::string text = peer.read();
// CHECK-FIXES-NEXT:      peer.write(text);
// CHECK-FIXES-NEXT:    }
// CHECK-FIXES-NEXT:  }

class Client {
public:
  int askBad() {
    auto ask = [this] { return replies_.receive().value_or(0); };
    return heddle::blocking(ask);
    // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'blocking' holds a thread while 'receive' needs none to wait
    // CHECK-NOTES: :[[@LINE-3]]:41: note: it suspends the task here
  }

private:
  Replies replies_;
};
// CHECK-FIXES-LABEL: int askBad() {
// CHECK-FIXES:           return ask();

template <class T> T takeBad(heddle::Channel<T> &queue) {
  namespace h = heddle;
  return *h::blocking([&queue] { return queue.receive(); });
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'blocking' holds a thread while 'receive' needs none to wait
  // CHECK-NOTES: :[[@LINE-2]]:47: note: it suspends the task here
}
template int takeBad(heddle::Channel<int> &);
template long takeBad(heddle::Channel<long> &);

static void rest() { heddle::sleep_for(1ms); }
void functionBad() { heddle::blocking(rest); }
// CHECK-NOTES: :[[@LINE-1]]:22: warning: 'blocking' holds a thread while 'sleep_for' needs none to wait
// CHECK-NOTES: :[[@LINE-3]]:22: note: it suspends the task here
// CHECK-FIXES-LABEL: void functionBad() { rest(); }

// A copy may be the point of it, and so may the type: no fix.
void copyBad(Replies &replies, int value) {
  heddle::blocking([&replies, value]() mutable { replies.send(value++); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'blocking' holds a thread while 'send' needs none to wait
  // CHECK-NOTES: :[[@LINE-2]]:58: note: it suspends the task here
}
double typeBad(Replies &replies) {
  return heddle::blocking([&]() -> double { return *replies.receive(); });
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'blocking' holds a thread while 'receive' needs none to wait
  // CHECK-NOTES: :[[@LINE-2]]:61: note: it suspends the task here
}
#define SECTION(code) heddle::blocking([&] { code; })
void macroBad(Replies &replies) { SECTION(replies.send(1)); }
// CHECK-NOTES: :[[@LINE-1]]:35: warning: 'blocking' holds a thread while 'send' needs none to wait
// CHECK-NOTES: :[[@LINE-3]]:23: note: expanded from macro 'SECTION'
// CHECK-NOTES: :[[@LINE-3]]:51: note: it suspends the task here

// It blocks, or may.

long fileOk(int file) {
  char text[64];
  return heddle::blocking([&] { return ::read(file, text, sizeof text); });
}
void bothOk(int file, Replies &replies) {
  heddle::blocking([&] {
    replies.send(1);
    ::fsync(file);
  });
}
void unseenOk(Replies &replies) {
  heddle::blocking([&] {
    replies.send(1);
    unseen();
  });
}
static int crunch(int depth) { return depth > 0 ? crunch(depth - 1) : 0; }
void ownStackOk(Replies &replies) {
  heddle::foreign([&] { use(crunch(replies.receive().value_or(1))); });
}
std::mutex mutex;
void threadLockOk(Replies &replies) {
  heddle::blocking([&] {
    std::lock_guard lock(mutex);
    replies.send(1);
  });
}
void computeOk() {
  heddle::blocking([] {
    for (volatile int i = 0; i < 1000; i = i + 1) {
    }
  });
}
void pointerOk(int (*call)()) { heddle::blocking(call); }
