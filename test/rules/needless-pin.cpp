// RUN: %check_rule %s needless-pin

#include "heddle/heddle.h"

#include <functional>
#include <sched.h>
#include <string>
#include <unistd.h>

static int checksum(const std::string &text) {
  int sum = 0;
  for (char c : text)
    sum += c;
  return sum;
}

int scopeBad(const std::string &text) {
  heddle::ThreadPin pin;
  return checksum(text);
}
// CHECK-NOTES: :[[@LINE-3]]:21: warning: 'pin' pins a thread that nothing here needs [heddle-needless-pin]
// CHECK-FIXES-LABEL: int scopeBad(
// CHECK-FIXES-NEXT:    return checksum(text);

int pairBad(const std::string &text) {
  heddle::pin_thread();
  int sum = checksum(text);
  heddle::unpin_thread();
  return sum;
}
// CHECK-NOTES: :[[@LINE-5]]:3: warning: 'pin_thread' pins a thread that nothing here needs
// CHECK-FIXES-LABEL: int pairBad(
// CHECK-FIXES-NEXT:    int sum = checksum(text);
// CHECK-FIXES-NEXT:    return sum;

int earlyExitBad(const std::string &text) {
  heddle::pin_thread();
  if (text.empty()) {
    heddle::unpin_thread();
    return 0;
  }
  int sum = checksum(text);
  heddle::unpin_thread();
  return sum;
}
// CHECK-NOTES: :[[@LINE-9]]:3: warning: 'pin_thread' pins a thread that nothing here needs
// CHECK-FIXES-LABEL: int earlyExitBad(
// CHECK-FIXES-NEXT:    if (text.empty()) {
// CHECK-FIXES-NEXT:      return 0;
// CHECK-FIXES-NEXT:    }
// CHECK-FIXES-NEXT:    int sum = checksum(text);
// CHECK-FIXES-NEXT:    return sum;

// Pinned for life: the task's body ends the region.
void workerBad(heddle::Channel<std::string> &jobs) {
  heddle::spawn([&jobs] {
    heddle::pin_thread();
    for (std::string job : jobs)
      checksum(job);
  });
}
// CHECK-NOTES: :[[@LINE-5]]:5: warning: 'pin_thread' pins a thread that nothing here needs
// CHECK-FIXES-LABEL: void workerBad(
// CHECK-FIXES-NEXT:    heddle::spawn([&jobs] {
// CHECK-FIXES-NEXT:      for (std::string job : jobs)

// The library's code is not in view: for a person to decide.
extern "C" int aes_encrypt(char *data, int size);
int foreignBad(char *data) {
  heddle::ThreadPin pin;
  return aes_encrypt(data, 16);
}
// CHECK-NOTES: :[[@LINE-3]]:21: warning: 'pin' pins a thread that nothing here needs
// CHECK-NOTES: :[[@LINE-3]]:10: note: the code of 'aes_encrypt' is not in view; without the pin it may run on any thread
// CHECK-FIXES-LABEL: int foreignBad(
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
// CHECK-REVIEW-LABEL: int foreignBad(
// CHECK-REVIEW-NEXT:    return aes_encrypt(data, 16);

static int wrapped(char *data) { return aes_encrypt(data, 16); }
int deepForeignBad(char *data) {
  heddle::ThreadPin pin;
  return wrapped(data);
}
// CHECK-NOTES: :[[@LINE-3]]:21: warning: 'pin' pins a thread that nothing here needs
// CHECK-NOTES: :[[@LINE-3]]:10: note: reached through this call
// CHECK-NOTES: :[[@LINE-7]]:41: note: the code of 'aes_encrypt' is not in view

// A guard of one's own, told by its body.
class PinScope {
public:
  PinScope() { heddle::pin_thread(); }
  ~PinScope() { heddle::unpin_thread(); }
};
int ownGuardBad(const std::string &text) {
  PinScope pinned;
  return checksum(text);
}
// CHECK-NOTES: :[[@LINE-3]]:12: warning: 'pinned' pins a thread that nothing here needs
// CHECK-FIXES-LABEL: int ownGuardBad(
// CHECK-FIXES-NEXT:    return checksum(text);

template <class F> auto pinnedTemplateBad(F f) {
  heddle::ThreadPin pin;
  return f();
}
// CHECK-NOTES: :[[@LINE-3]]:21: warning: 'pin' pins a thread that nothing here needs
int useTemplate() {
  return pinnedTemplateBad([] { return checksum("a"); });
}

#define PIN_HERE() heddle::ThreadPin pin
int macroBad(const std::string &text) {
  PIN_HERE();
  return checksum(text);
}
// CHECK-NOTES: :[[@LINE-3]]:3: warning: 'pin' pins a thread that nothing here needs
// CHECK-NOTES: note: expanded from macro 'PIN_HERE'
// CHECK-FIXES-LABEL: int macroBad(
// CHECK-FIXES-NEXT:    PIN_HERE();

struct Server {
  void handle(std::function<void(int)> handler) HEDDLE_REGISTERS_HANDLER;
};
void handlerBad(Server &server) {
  server.handle([](int request) {
    heddle::ThreadPin pin;
    checksum(std::to_string(request));
  });
}
// CHECK-NOTES: :[[@LINE-4]]:23: warning: 'pin' pins a thread that nothing here needs

extern "C" void glClear(unsigned mask);
void drawOk() {
  heddle::ThreadPin pin;
  glClear(1);
}

static void clear() { glClear(1); }
void deepDrawOk() {
  heddle::pin_thread();
  clear();
  heddle::unpin_thread();
}

HEDDLE_NEEDS_THREAD void ownContext();
void annotatedOk() {
  heddle::ThreadPin pin;
  ownContext();
}

thread_local int scratch;
void threadLocalOk() {
  heddle::ThreadPin pin;
  ++scratch;
}

static void useScratch() { ++scratch; }
void deepThreadLocalOk() {
  heddle::ThreadPin pin;
  useScratch();
}

void identityOk() {
  heddle::ThreadPin pin;
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_setaffinity(gettid(), sizeof(set), &set);
}

// The lock belongs to the thread and is held where the task could move.
#include <mutex>
std::mutex mu;
void lockedOk(heddle::Channel<int> &channel) {
  heddle::ThreadPin pin;
  std::lock_guard lock(mu); // NOLINT(heddle-lock-across-blocking-call)
  channel.send(1);          // NOLINT(heddle-lock-across-blocking-call)
}

// A pin that the caller is to undo.
void pinCallerOk() {
  checksum("a");
  heddle::pin_thread();
}

void mentionedBad(const std::string &text) {
  heddle::ThreadPin pin;
  checksum(text);
  (void)pin;
}
// CHECK-NOTES: :[[@LINE-4]]:21: warning: 'pin' pins a thread that nothing here needs
// CHECK-FIXES-LABEL: void mentionedBad(
// CHECK-FIXES-NEXT:    heddle::ThreadPin pin;
