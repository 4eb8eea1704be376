// RUN: %dump_facts --kind=waits %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/heddle.h"

#include <atomic>
#include <vector>

bool deviceReady();
void work(int);
std::atomic<bool> flag;
std::atomic<int> count;

void polls(heddle::Channel<int> &queue, int n) {
  while (!flag) // CHECK: [[@LINE]]: polls yielding, asks memory
    heddle::yield();
  while (!deviceReady()) // CHECK-NEXT: [[@LINE]]: polls sleeping
    heddle::sleep_for(heddle::Duration(1));
  for (int i = 0; i < 10; ++i) { // CHECK-NEXT: [[@LINE]]: polls yielding, asks memory for 10 rounds
    if (count > 3)
      break;
    heddle::yield();
  }
  for (int i = 0; i < n; ++i) // CHECK-NEXT: [[@LINE]]: progresses
    work(i);
  while (auto item = queue.receive()) // CHECK-NEXT: [[@LINE]]: progresses
    work(*item);
  std::vector<int> left(n);
  while (!left.empty()) { // CHECK-NEXT: [[@LINE]]: progresses
    work(left.back());
    left.pop_back();
  }
  for (int i = 0; i < n; ++i) // CHECK-NEXT: [[@LINE]]: waits
    heddle::yield();
  while (!flag) // CHECK-NEXT: [[@LINE]]: waits
    work(1);
  for (;;) { // CHECK-NEXT: [[@LINE]]: waits, fails idly, never ends
    if (auto item = queue.try_receive())
      work(*item);
  }
}

void endless() {
  for (;;) { // CHECK-NEXT: [[@LINE]]: waits, never ends
    work(1);
  }
}
void straightOn() {
  for (;;) // CHECK-NEXT: [[@LINE]]: waits, never ends, never pauses
    ++count;
}
void endlessStream() {
  for (auto now : heddle::tick(heddle::Duration(1))) // CHECK-NEXT: [[@LINE]]: progresses, never ends
    (void)now;
}
