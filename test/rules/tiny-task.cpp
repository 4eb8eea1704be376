// RUN: %check_rule %s tiny-task

#include "heddle/heddle.h"

#include <atomic>
#include <chrono>
#include <vector>

void process(int value);

std::atomic<long> total;

HEDDLE_HOT void addBad(int value) {
  heddle::spawn([value] { total += value; });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: the task does less than its spawn costs
}
// CHECK-REVIEW-LABEL: HEDDLE_HOT void addBad(int value) {
// CHECK-REVIEW-NEXT: {{^}}  total += value;
// CHECK-REVIEW-NEXT: {{^}}}

HEDDLE_HOT void addOk(int value) { total += value; }

struct Cell {
  int value() const { return value_; }
  int value_ = 0;
};

void limitedBad(std::vector<int> &out, const std::vector<Cell> &cells) {
  static heddle::Semaphore slots(4);
  for (std::size_t i = 0; i < cells.size(); ++i)
    heddle::spawn_limited(slots,
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: the task does less than its spawn costs
                          [&, i] { out[i] = cells[i].value() * 2; });
}

void groupOfFewBad(std::vector<std::vector<int>> &rows) {
  heddle::WaitGroup group;
  for (std::vector<int> &row : rows)
    for (int i = 0; i < 4; ++i)
      group.spawn([&row, i] { row[i] = row[i] / 2 + i; });
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: the task does less than its spawn costs
  group.wait();
}

void groupPerRoundBad(std::vector<std::vector<int>> &rows) {
  for (std::vector<int> &row : rows) {
    heddle::WaitGroup halves;
    for (int i = 0; i < 2; ++i) {
      halves.spawn([&row, i] { row[i] += row[i + 2]; });
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: the task does less than its spawn costs
    }
    halves.wait();
  }
}
// CHECK-REVIEW-LABEL: void groupPerRoundBad(std::vector<std::vector<int>> &rows) {
// CHECK-REVIEW-NEXT: {{^}}  for (std::vector<int> &row : rows) {
// CHECK-REVIEW-NEXT: {{^}}    for (int i = 0; i < 2; ++i) {
// CHECK-REVIEW-NEXT: {{^}}      row[i] += row[i + 2];
// CHECK-REVIEW-NEXT: {{^}}    }
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

HEDDLE_HOT int futureBad(int x) {
  auto square = heddle::async([x] { return x * x; });
  // CHECK-MESSAGES: :[[@LINE-1]]:17: warning: the task does less than its spawn costs
  process(x);
  return square.get();
}

void mark() { total.fetch_add(1); }

HEDDLE_HOT void namedBad() { heddle::spawn(mark); }
// CHECK-MESSAGES: :[[@LINE-1]]:30: warning: the task does less than its spawn costs

// A loop, a call, a wait: no small thing.
HEDDLE_HOT void loopOk(int n) {
  heddle::spawn([n] {
    for (int i = 0; i < n; ++i)
      total += i;
  });
}

HEDDLE_HOT void callOk(int value) {
  heddle::spawn([value] { process(value); });
}

HEDDLE_HOT void waitOk(heddle::Channel<int> &values) {
  heddle::spawn([&values] { total += values.receive().value_or(0); });
}

// Once costs nothing.
void coldOk(int value) {
  heddle::spawn([value] { total += value; });
}

// The latency of the start is what is measured.
HEDDLE_HOT void latencyOk() {
  auto start = std::chrono::steady_clock::now();
  heddle::spawn([start] {
    total += (std::chrono::steady_clock::now() - start).count();
  });
}

// To free something large elsewhere is work.
HEDDLE_HOT void releaseOk(std::vector<int> *gone) {
  heddle::spawn([gone] { delete gone; });
}
