// RUN: %dump_facts --kind=loops %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/heddle.h"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

bool more();
void work(int);

void trips(int n, const std::vector<int> &items, const std::array<int, 4> &four) {
  for (int i = 0; i < n; ++i) // CHECK: [[@LINE]]: many
    work(i);
  for (int i = 0; i < 8; ++i) // CHECK-NEXT: [[@LINE]]: few
    work(i);
  for (int i = 0; i < 9; ++i) // CHECK-NEXT: [[@LINE]]: many
    work(i);
  for (int i = 3; i > 0; --i) // CHECK-NEXT: [[@LINE]]: few
    work(i);
  for (int i : items) // CHECK-NEXT: [[@LINE]]: many
    work(i);
  for (int i : four) // CHECK-NEXT: [[@LINE]]: few
    work(i);
  for (int i : {1, 2, 3}) // CHECK-NEXT: [[@LINE]]: few
    work(i);
  for (unsigned i = 0; i < 2 * heddle::available_procs(); ++i) // CHECK-NEXT: [[@LINE]]: processors
    work(i);
  const unsigned workers = std::thread::hardware_concurrency();
  for (unsigned i = 0; i < workers; ++i) // CHECK-NEXT: [[@LINE]]: processors
    work(i);
  while (more()) // CHECK-NEXT: [[@LINE]]: many
    work(1);
  do // CHECK-NEXT: [[@LINE]]: few
    work(1);
  while (false);
  while (true) { // CHECK-NEXT: [[@LINE]]: endless
    work(1);
    if (more())
      break;
  }
}

void receiving(heddle::Channel<int> &channel) {
  while (auto item = channel.receive()) // CHECK-NEXT: [[@LINE]]: many receiving
    work(*item);
  for (int item : channel) // CHECK-NEXT: [[@LINE]]: many receiving
    work(item);
  for (;;) { // CHECK-NEXT: [[@LINE]]: endless receiving
    auto item = channel.receive();
    if (!item)
      return;
    work(*item);
  }
}

std::optional<int> next(heddle::Channel<int> &channel) { return channel.receive(); }
void receivingByWrapper(heddle::Channel<int> &channel) {
  while (auto item = next(channel)) // CHECK-NEXT: [[@LINE]]: many receiving
    work(*item);
}

void paced() {
  for (;;) { // CHECK-NEXT: [[@LINE]]: endless paced
    work(1);
    heddle::sleep_for(1s);
  }
}

void quick() {
  for (;;) { // CHECK-NEXT: [[@LINE]]: endless
    work(1);
    heddle::sleep_for(1ms);
  }
}

// The callable is the body.
void perItem(const std::vector<int> &items, const std::array<int, 4> &four) {
  std::for_each(items.begin(), items.end(), [](int item) {
    work(item); // CHECK-NEXT: [[@LINE]]: work per item of [[@LINE-1]] many
  });
  heddle::parallel_for(four, [](int item) {
    work(item); // CHECK-NEXT: [[@LINE]]: work per item of [[@LINE-1]] few
  });
}
