// RUN: %dump_facts --kind=several %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not=several
#include "heddle/heddle.h"

#include <vector>

static void once() {}
static void twice() {}     // CHECK-DAG: [[@LINE]]: twice in several tasks
static void looped() {}    // CHECK-DAG: [[@LINE]]: looped in several tasks
static void item(int) {}   // CHECK-DAG: [[@LINE]]: item in several tasks
static void nested() {}    // CHECK-DAG: [[@LINE]]: nested in several tasks
static void handled(int) { // CHECK-DAG: [[@LINE]]: handled in several tasks
  heddle::spawn(nested);
}
static void alone(int) {}
static void first() {}

struct Service {
  void answer() {} // CHECK-DAG: [[@LINE]]: Service::answer in several tasks, of one object
  void prepare() {} // CHECK-DAG: [[@LINE]]: Service::prepare in several tasks
};

void start(std::vector<int> items) {
  heddle::spawn([] { // a task, once
    once();
    twice();
  });
  heddle::spawn([] { twice(); });
  for (int i = 0; i < 2; ++i)
    heddle::spawn(looped);
  heddle::parallel_for(items, item);
  heddle::WorkerPool<int> pool(4, 4, handled);
  heddle::WorkerPool<int> single(1, 4, alone);
  heddle::run([] { first(); });
  Service service;
  heddle::parallel_for(
      items, [&](int) { // CHECK-DAG: [[@LINE]]: lambda in several tasks
        service.answer();
        Service own;
        own.prepare();
      });
}
