// RUN: %check_rule %s thread-local-across-suspend

#include "heddle/heddle.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;

struct Request {
  int id;
  std::string name;
};

void log(int value);
void use(std::string_view text);

thread_local Request *current = nullptr;

void directBad(Request &request, heddle::Channel<int> &queue) {
  current = &request;
  queue.send(1);
  log(current->id);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'current' may be another thread's after the wait [heddle-thread-local-across-suspend]
  // CHECK-NOTES: :[[@LINE-4]]:3: note: it was set here
  // CHECK-NOTES: :[[@LINE-4]]:9: note: the task may go on on another thread from here
  // CHECK-NOTES: :[[@LINE-9]]:23: note: as a TaskLocal, it stays with the task; each task has its own
}
// CHECK-REVIEW: heddle::TaskLocal<Request *> current;
// CHECK-REVIEW-LABEL: void directBad(
// CHECK-REVIEW-NEXT:    *current = &request;
// CHECK-REVIEW-NEXT:    queue.send(1);
// CHECK-REVIEW-NEXT:    log((*current)->id);

void directOk(Request &request, heddle::Channel<int> &queue) {
  queue.send(1);
  current = &request;
  log(current->id);
}

static thread_local std::string scratch;

void referenceBad(heddle::Channel<int> &queue) {
  std::string &text = scratch;
  text = "a";
  queue.receive();
  use(text);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'text' leads to 'scratch' of the thread before the wait
  // CHECK-NOTES: :[[@LINE-5]]:23: note: it was taken here
}
void viewBad() {
  scratch.append("a");
  std::string_view text = scratch;
  heddle::yield();
  use(text);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'text' leads to 'scratch' of the thread before the wait
}
void pointerBad() {
  auto *text = &scratch;
  heddle::sleep_for(1ms);
  log(int(text->size()));
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'text' leads to 'scratch' of the thread before the wait
}
// CHECK-REVIEW: static heddle::TaskLocal<std::string> scratch;
// CHECK-REVIEW-LABEL: void referenceBad(
// CHECK-REVIEW-NEXT:    std::string &text = *scratch;
// CHECK-REVIEW-LABEL: void viewBad(
// CHECK-REVIEW-NEXT:    scratch->append("a");
// CHECK-REVIEW-NEXT:    std::string_view text = *scratch;

std::string &buffer() {
  static thread_local std::string text = "none";
  return text;
}
void accessorBad() {
  auto &text = buffer();
  text = "b";
  heddle::sleep_for(1ms);
  use(text);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'text' leads to 'text' of the thread before the wait
}

thread_local int depth = 1;
void countBad(heddle::Mutex &turn) {
  ++depth;
  turn.lock();
  --depth;
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'depth' may be another thread's after the wait
  turn.unlock();
}
// CHECK-REVIEW: heddle::TaskLocal<int> depth{[] { return int(1); }};
// CHECK-REVIEW-LABEL: void countBad(
// CHECK-REVIEW-NEXT:    ++*depth;

class Session {
public:
  void enter(Request &request) { active_ = &request; }
  int id() const { return active_->id; }
  void pause() { done_.wait(); }
  void memberBad(Request &request) {
    enter(request);
    pause();
    log(id());
    // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'active_' may be another thread's after the wait
    // CHECK-NOTES: :[[@LINE-4]]:5: note: it was set here
    // CHECK-NOTES: :[[@LINE-4]]:5: note: the task may go on on another thread from here
    // CHECK-NOTES: :[[@LINE-8]]:24: note: by way of this call
  }

private:
  static thread_local Request *active_;
  heddle::Event done_;
};
thread_local Request *Session::active_;

void loopBad(std::vector<Request> &requests, heddle::Event &turn) {
  auto each = [&](Request &request) {
    current = &request;
    turn.wait();
    log(current->id);
    // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'current' may be another thread's after the wait
  };
  for (Request &request : requests)
    each(request);
}
void someBad(Request &request, heddle::Event &turn, bool waits) {
  current = &request;
  if (waits)
    turn.wait();
  log(current->id);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'current' may be another thread's after the wait
}
void restoredBad(Request &request, heddle::Event &turn) {
  Request *before = current;
  current = &request;
  turn.wait();
  log(current->id);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'current' may be another thread's after the wait
  current = before;
}
void caughtBad(Request &request, heddle::Event &turn) {
  current = &request;
  try {
    turn.wait();
    throw 1;
  } catch (int) {
    log(current->id);
    // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'current' may be another thread's after the wait
  }
}
template <class T> void templateBad(T &request, heddle::Event &turn) {
  current = &request;
  switch (request.id) {
  case 1:
    turn.wait();
    break;
  default:
    break;
  }
  log(current->id);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'current' may be another thread's after the wait
}
void instance(Request &request, heddle::Event &turn) {
  templateBad(request, turn);
}

void errnoBad(int socket, char *byte) {
  long read = ::recv(socket, byte, 1, MSG_DONTWAIT);
  heddle::yield();
  if (read < 0 && errno == EAGAIN)
    // CHECK-NOTES: :[[@LINE-1]]:19: warning: 'errno' may be another thread's after the wait
    log(1);
}
void sectionBad(int file, char *byte) {
  auto read = heddle::blocking([&] { return ::read(file, byte, 1); });
  if (read < 0 && errno == EINTR)
    // CHECK-NOTES: :[[@LINE-1]]:19: warning: 'errno' may be another thread's after the wait
    log(1);
}

// Other tasks' threads may use it: it stays as it is.
thread_local int shared_with_threads = 0;
void alsoOnThreads() {
  std::thread([] { log(shared_with_threads); }).join();
}
void sharedBad(heddle::Event &turn) {
  shared_with_threads = 1;
  turn.wait();
  log(shared_with_threads);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'shared_with_threads' may be another thread's after the wait
}
// CHECK-REVIEW: thread_local int shared_with_threads = 0;

#define CURRENT current
void macroBad(Request &request, heddle::Event &turn) {
  CURRENT = &request;
  turn.wait();
  log(CURRENT->id);
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'current' may be another thread's after the wait
}

// What a thread keeps for itself, and what does not leave it.

void countOk(heddle::Event &turn) {
  static thread_local long waits = 0;
  ++waits;
  turn.wait();
  ++waits;
  if (waits % 100 == 0)
    heddle::yield();
}
Request *look_up();
thread_local Request *cached;
void cacheOk(heddle::Event &turn) {
  for (;;) {
    if (!cached)
      cached = look_up();
    log(cached->id);
    turn.wait();
  }
}
void againOk(Request &request, heddle::Event &turn) {
  cached = &request;
  turn.wait();
  cached = &request;
  log(cached->id);
}
void askedAgainOk(heddle::Event &turn) {
  if (!cached)
    cached = look_up();
  turn.wait();
  if (!cached)
    cached = look_up();
  log(cached->id);
}
void copyOk(heddle::Event &turn) {
  int id = cached->id;
  turn.wait();
  log(id);
}
void objectOk(heddle::Event &turn) {
  Request *request = cached;
  turn.wait();
  log(request->id);
}
void pinnedOk(Request &request, heddle::Event &turn) {
  heddle::ThreadPin pin;
  cached = &request;
  turn.wait();
  log(cached->id);
}
void beforeOk(Request &request, heddle::Event &turn) {
  cached = &request;
  log(cached->id);
  turn.wait();
}
void earlyOk(Request &request, heddle::Event &turn, bool waits) {
  cached = &request;
  if (waits) {
    turn.wait();
    return;
  }
  log(cached->id);
}
void eitherOk(Request &request, heddle::Event &turn, bool waits) {
  cached = &request;
  if (waits)
    turn.wait();
  else
    log(cached->id);
}
struct Node {
  Node *next;
};
thread_local Node *free_nodes;
void freeListOk(heddle::Event &turn) {
  Node *node = free_nodes;
  free_nodes = node->next;
  turn.wait();
  node->next = free_nodes;
  free_nodes = node;
}
thread_local std::vector<Node *> spare;
void keep(Node *node) { spare.push_back(node); }
void boundedListOk(heddle::Event &turn) {
  Node *node = spare.back();
  spare.pop_back();
  turn.wait();
  if (spare.size() < 10)
    keep(node);
}
void retryOk(int socket, char *byte, heddle::Event &ready) {
  for (;;) {
    long read = ::recv(socket, byte, 1, MSG_DONTWAIT);
    if (read >= 0)
      return;
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN)
      return;
    ready.wait();
  }
}
void savedErrnoOk(int socket, char *byte) {
  long read = ::recv(socket, byte, 1, MSG_DONTWAIT);
  int error = errno;
  heddle::yield();
  if (read < 0 && error == EAGAIN)
    log(1);
}
void inSectionOk(int file, char *byte) {
  long result = heddle::blocking([&] {
    long read = ::read(file, byte, 1);
    return read < 0 ? -long(errno) : read;
  });
  if (result == -EINTR)
    log(1);
}
const thread_local int home = 7;
void constantOk(heddle::Event &turn) {
  const int *at = &home;
  turn.wait();
  log(*at);
}
void threadOk(heddle::Channel<int> &queue) {
  std::thread([&] {
    Request request{1, ""};
    cached = &request;
    queue.send(1);
    log(cached->id);
  }).join();
}
void restoredInListOk(heddle::Event &turn, Node *node) {
  free_nodes = nullptr;
  turn.wait();
  free_nodes = node;
}

// What one round leaves for the next is taken for a cache.
void FN_nextRound(std::vector<Request> &requests, heddle::Event &turn) {
  for (Request &request : requests) {
    if (cached)
      log(cached->id);
    cached = &request;
    turn.wait();
  }
}
// A guard's destructor is not looked into.
struct Deeper {
  Deeper() { ++level; }
  ~Deeper() { --level; }
  static thread_local int level;
};
void FN_guard(heddle::Event &turn) {
  Deeper deeper;
  turn.wait();
}
