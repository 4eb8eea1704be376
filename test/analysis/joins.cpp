// RUN: %dump_facts --kind=joins %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/heddle.h"

int work();

void detached() {
  heddle::spawn([] { work(); });
  // CHECK: [[@LINE-1]]: spawn detached
}

int result() {
  return heddle::async([] { return work(); }).get();
  // CHECK-NEXT: [[@LINE-1]]: spawn always joined joined [[@LINE-1]] through its result
}

void early(bool stop) {
  heddle::WaitGroup group;
  group.spawn([] { work(); });
  // CHECK-NEXT: [[@LINE-1]]: spawn joined [[@LINE+3]] through group
  if (stop)
    return;
  group.wait();
}

void both(bool stop) {
  heddle::Event done;
  heddle::spawn([&] { done.set(); });
  // CHECK-NEXT: [[@LINE-1]]: spawn always joined joined [[@LINE+2]] through done joined [[@LINE+5]] through done
  if (stop) {
    done.wait();
    return;
  }
  done.wait();
}

void stopped(heddle::Channel<int> &answers) {
  heddle::spawn([&answers] { answers.send(work()); });
  // CHECK-NEXT: [[@LINE-1]]: spawn limited joined [[@LINE+1]] through answers
  heddle::select(heddle::on_receive(answers, [](int) {}),
                 heddle::on_timeout(heddle::Duration(1), [] {}));
}

void finish(heddle::WaitGroup &group) { group.wait(); }

void through_call() {
  heddle::WaitGroup group;
  group.spawn([] { work(); });
  // CHECK-NEXT: [[@LINE-1]]: spawn always joined joined [[@LINE+3]] through group
  group.spawn([] { work(); });
  // CHECK-NEXT: [[@LINE-1]]: spawn always joined joined [[@LINE+1]] through group
  finish(group);
}

// CHECK-NEXT: 12: waits for 12
// CHECK-NEXT: 51: waits for 47 49 on something shared
