// RUN: %dump_facts --kind=tasks %s -- %runtime_flags | FileCheck %s --implicit-check-not=notTask
#include "heddle/heddle.h"

#include <functional>
#include <thread>
#include <vector>

// Nobody in view calls it.
void notTask() { heddle::yield(); }

void leaf() {}            // CHECK-DAG: [[@LINE]]: leaf in a task that is started here spawn:[[@LINE+4]] by middle:[[@LINE+5]] -> leaf:[[@LINE+1]]{{$}}
void middle() { leaf(); } // CHECK-DAG: [[@LINE]]: middle in a task that is started here spawn:[[@LINE+3]] by middle:[[@LINE+4]]{{$}}

void notTaskItself() {
  heddle::spawn([] { // CHECK-DAG: [[@LINE]]: lambda in a task that is started here spawn:[[@LINE]]{{$}}
    middle();
  });
  heddle::run([] {}); // CHECK-DAG: [[@LINE]]: lambda in the runtime's first task, which starts here run:[[@LINE]]{{$}}
}

void pooled(int) {} // CHECK-DAG: [[@LINE]]: pooled in a handler that is registered here WorkerPool::WorkerPool:[[@LINE+2]]{{$}}
void notTaskPool() {
  heddle::WorkerPool<int> pool(1, 1, pooled);
}

void item(int) {} // CHECK-DAG: [[@LINE]]: item in a task that is started here parallel_for:[[@LINE+2]]{{$}}
void notTaskParallel(std::vector<int> &items) {
  heddle::parallel_for(items, item);
}

// Only in a section of its own, and then elsewhere too.
void waits() {}  // CHECK-DAG: [[@LINE]]: waits in a task that is started here spawn:[[@LINE+3]] by foreign:[[@LINE+7]] -> waits:[[@LINE+5]], its processor handed on
void either() {} // CHECK-DAG: [[@LINE]]: either in a task that is started here spawn:[[@LINE+2]] by either:[[@LINE+7]]{{$}}
void notTaskSections() {
  heddle::spawn([] {
    heddle::blocking([] { either(); });
    auto section = [] { waits(); };

    heddle::foreign(section);
    either();
  });
}

void onThread() {} // CHECK-DAG: [[@LINE]]: onThread on a plain thread
void notTaskThread() {
  std::thread thread([] { onThread(); });
  heddle::spawn([] {
    std::thread inner([] { onThread(); });
  });
}

class Service {
public:
  void start() {
    heddle::spawn([this] { loop(); });
  }

private:
  void loop() { step_(); } // CHECK-DAG: [[@LINE]]: Service::loop in a task that is started here spawn:[[@LINE-4]] by Service::loop:[[@LINE-4]]{{$}}
  std::function<void()> step_ = [] {}; // CHECK-DAG: [[@LINE]]: lambda in a task that is started here spawn:[[@LINE-5]] by Service::loop:[[@LINE-5]] -> function::operator():[[@LINE-1]]{{$}}
};

// What it does is declared: its body is its own matter.
void notTaskDeclared() HEDDLE_SUSPENDS {}
void notTaskDeclares() {
  heddle::spawn([] { notTaskDeclared(); });
}
