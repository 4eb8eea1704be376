// RUN: %dump_facts --kind=channel-ends %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <memory>
#include <vector>

void work(int item);
void store(std::vector<int> items);

int added() {
  heddle::Channel<int> counts(8);
  // CHECK-DAG: [[@LINE-1]]: counts is added to total
  heddle::spawn([&] {
    for (;;)
      counts.send(1);
    // CHECK-DAG: [[@LINE-1]]: lambda goes on for ever
  });
  int total = 0;
  for (int n : counts)
    // CHECK-DAG: [[@LINE-1]]: added until it is closed is awaited
    total += n;
  return total;
}

int unreceived(bool wanted) {
  auto results = heddle::make_channel<int>();
  // CHECK-DAG: [[@LINE-1]]: results takes 2 results, received on a way out: 1
  heddle::spawn([results] { results->send(1); });
  // CHECK-DAG: [[@LINE-1]]: lambda
  heddle::spawn([results] { results->send(2); });
  // CHECK-DAG: [[@LINE-1]]: lambda
  int first = *results->receive();
  // CHECK-DAG: [[@LINE-1]]: unreceived is awaited
  if (!wanted)
    return first;
  return *results->receive();
  // CHECK-DAG: [[@LINE-1]]: unreceived is awaited
}

void cancelled(const heddle::Context &context) {
  heddle::Channel<int> items(8);
  heddle::WaitGroup worker;
  worker.spawn([&] {
    std::vector<int> batch;
    while (auto item = items.receive(context)) {
      // CHECK-DAG: [[@LINE-1]]: leaves items a batch
      // CHECK-DAG: [[@LINE-2]]: lambda is awaited
      batch.push_back(*item);
      if (batch.size() == 8)
        store(batch);
    }
  });
  items.send(1);
  // CHECK-DAG: [[@LINE-1]]: cancelled is awaited
  worker.wait();
}

void left() {
  heddle::run([] {
    heddle::spawn([] { work(1); });
    // CHECK-DAG: [[@LINE-1]]: left behind by lambda
  });
}
