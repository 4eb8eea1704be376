// RUN: %dump_facts --kind=effects %s -- %runtime_flags | FileCheck %s --match-full-lines
// RUN: %dump_facts --kind=summaries %s -- %runtime_flags | FileCheck %s --check-prefix=SUMMARY
// RUN: %dump_facts --kind=contracts %s -- %runtime_flags | FileCheck %s --check-prefix=CONTRACT
#include "heddle/heddle.h"

#include <fcntl.h>
#include <functional>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

heddle::Channel<int> channel;
heddle::Mutex mutex;

void direct() {
  heddle::sleep_for(1ms); // CHECK: [[@LINE]]: suspends: sleep_for:[[@LINE]]
  heddle::yield();        // CHECK-NEXT: [[@LINE]]: yields: yield:[[@LINE]]
  mutex.lock();           // CHECK-NEXT: [[@LINE]]: suspends for lock: Mutex::lock:[[@LINE]]
  usleep(1);              // CHECK-NEXT: [[@LINE]]: blocks: usleep:[[@LINE]]
}

void inner() { channel.send(1); } // CHECK-NEXT: [[@LINE]]: suspends: Channel::send:[[@LINE]]
void middle() { inner(); }        // CHECK-NEXT: [[@LINE]]: suspends: inner:[[@LINE]] -> Channel::send:[[@LINE-1]]
void outer() { middle(); }        // CHECK-NEXT: [[@LINE]]: suspends: middle:[[@LINE]] -> inner:[[@LINE-1]] -> Channel::send:[[@LINE-2]]
// SUMMARY-DAG: inner: suspends({{.*}}send{{.*}})
// SUMMARY-DAG: outer: suspends({{.*}}middle{{.*}})
// CONTRACT-DAG: effects.cpp:[[@LINE-5]]: inner declares; does suspends{{$}}

// Recursion ends.
void odd(int n);
void even(int n) {
  if (n)
    odd(n - 1); // CHECK-NEXT: [[@LINE]]: blocks: odd:[[@LINE]] -> usleep:[[@LINE+4]]
}
void odd(int n) {
  even(n - 1); // CHECK-NEXT: [[@LINE]]: blocks: even:[[@LINE]] -> odd:[[@LINE-3]] -> usleep:[[@LINE+1]]
  usleep(n);   // CHECK-NEXT: [[@LINE]]: blocks: usleep:[[@LINE]]
}

// What is spawned does not run during the call.
void spawned() {
  heddle::spawn([] { channel.send(1); }); // CHECK-NEXT: [[@LINE]]: suspends: Channel::send:[[@LINE]]
}

// A parameter that is called does.
template <class F> void apply(F f) {
  f(); // CHECK-NEXT: [[@LINE]]: suspends: {{.*}}operator():[[@LINE]] -> Channel::send:[[@LINE+4]]
}
void applied() {
  // CHECK-NEXT: [[@LINE+1]]: suspends: apply:[[@LINE+1]] -> {{.*}}operator():[[@LINE-3]] -> Channel::send:[[@LINE+1]]
  apply([] { channel.send(1); }); // CHECK-NEXT: [[@LINE]]: suspends: Channel::send:[[@LINE]]
}

// Descriptors that are visibly non-blocking.
void nonBlocking(int unknown, char *data) {
  int fd = open("x", O_RDONLY | O_NONBLOCK); // CHECK-NEXT: [[@LINE]]: blocks: open:[[@LINE]]
  read(fd, data, 1);
  int late = socket(AF_INET, SOCK_STREAM, 0);
  fcntl(late, F_SETFL, O_NONBLOCK);
  write(late, data, 1);
  recv(unknown, data, 1, MSG_DONTWAIT);
  recv(unknown, data, 1, 0); // CHECK-NEXT: [[@LINE]]: blocks: recv:[[@LINE]]
  pollfd one;
  poll(&one, 1, 0);
  poll(&one, 1, -1); // CHECK-NEXT: [[@LINE]]: blocks: poll:[[@LINE]]
}

// GL keeps its state in the thread.
extern "C" void glClear(unsigned);
thread_local int counter;
void count() { ++counter; }
void needsThread() {
  glClear(1); // CHECK-NEXT: [[@LINE]]: needs thread: glClear:[[@LINE]]
  count();    // CHECK-NEXT: [[@LINE]]: needs thread: count:[[@LINE]]
}

// Whatever the section runs, the processor goes on without it.
int unseen(int n);
int section(int n) {
  return heddle::foreign([n] { return unseen(n); }); // CHECK-NEXT: [[@LINE]]: hands off: foreign:[[@LINE]]
}
void handsOff() {
  section(1); // CHECK-NEXT: [[@LINE]]: hands off: section:[[@LINE]] -> foreign:[[@LINE-3]]
}

// What is declared beside what is found.
void idle() HEDDLE_SUSPENDS {} // CONTRACT-DAG: effects.cpp:[[@LINE]]: idle declares suspends; does{{$}}
