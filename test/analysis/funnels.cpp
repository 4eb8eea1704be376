// RUN: %dump_facts --kind=funnels %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <vector>

void work(int job);

void direct(const std::vector<int> &items) {
  heddle::Channel<int> jobs(64); // CHECK: [[@LINE]]: jobs feeds workers of [[@LINE+3]] that receive at [[@LINE+4]]
  heddle::WaitGroup group;
  for (unsigned i = 0; i < heddle::available_procs(); ++i)
    group.spawn([&] {
      for (int job : jobs)
        work(job);
    });
  for (int item : items)
    jobs.send(item);
  jobs.close();
  group.wait();
}

void serve(heddle::Channel<int> &queue) {
  while (auto job = queue.receive())
    work(*job);
}

void throughFunction(const std::vector<int> &items) {
  heddle::Channel<int> queue(64); // CHECK-NEXT: [[@LINE]]: queue feeds workers of [[@LINE+3]] that receive at [[@LINE-5]]
  heddle::WaitGroup group;
  for (int i = 0; i <= 8; i++)
    group.spawn([&] { serve(queue); });
  for (int item : items)
    queue.send(item);
  queue.close();
  group.wait();
}

// Few workers.
void few(const std::vector<int> &items) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  for (int i = 0; i < 3; ++i)
    group.spawn([&] {
      for (int job : jobs)
        work(job);
    });
  for (int item : items)
    jobs.send(item);
  jobs.close();
  group.wait();
}

// They wait for more than their jobs.
void waits(const std::vector<int> &items, heddle::Channel<int> &results) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  for (int i = 0; i < 16; ++i)
    group.spawn([&] {
      for (int job : jobs) {
        heddle::sleep_for(std::chrono::seconds(1));
        results.send(job);
      }
    });
  for (int item : items)
    jobs.send(item);
  jobs.close();
  group.wait();
}
