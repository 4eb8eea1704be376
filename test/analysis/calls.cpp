// RUN: %dump_facts --kind=calls %s -- %runtime_flags | FileCheck %s
#include "heddle/heddle.h"

#include <functional>
#include <thread>
#include <vector>

void target() {}

void direct() { target(); } // CHECK-DAG: [[@LINE]]: direct calls target: target:8 called

void pointer() {
  auto *f = &target;
  f(); // CHECK-DAG: [[@LINE]]: pointer calls (unknown): target:8 called
}

void erased() {
  std::function<void()> f = target;
  f(); // CHECK-DAG: [[@LINE]]: erased calls function::operator(): target:8 called
}

void bound() {
  auto f = std::bind_front(target);
  std::function<void()> g = std::move(f);
  g(); // CHECK-DAG: [[@LINE]]: bound calls function::operator(): target:8 called
}

class Member {
public:
  void run() { callback_(); } // CHECK-DAG: [[@LINE]]: Member::run calls function::operator(): target:8 called

private:
  std::function<void()> callback_ = target;
};

std::function<void()> make() { return target; }
void made() { make()(); } // CHECK-DAG: [[@LINE]]: made calls function::operator(): target:8 called

void ambiguous(bool which) {
  std::function<void()> f = target;
  if (which)
    f = direct;
  f(); // CHECK-NOT: ambiguous calls function::operator()
}

void each(const std::vector<int> &items, const std::function<void(int)> &f) {
  for (int item : items)
    f(item);
}
void fates(const std::vector<int> &items) {
  heddle::spawn([] {});           // CHECK-DAG: [[@LINE]]: fates calls spawn: lambda:[[@LINE]] spawned
  std::thread thread([] {});      // CHECK-DAG: [[@LINE]]: fates calls thread::thread: lambda:[[@LINE]] thread
  heddle::foreign([] {});         // CHECK-DAG: [[@LINE]]: fates calls foreign: lambda:[[@LINE]] called
  heddle::run([] {});             // CHECK-DAG: [[@LINE]]: fates calls run: lambda:[[@LINE]] main
  each(items, [](int) {});        // CHECK-DAG: [[@LINE]]: fates calls each: lambda:[[@LINE]] called in loop
  std::vector<std::thread> many;
  many.emplace_back([] {});       // CHECK-DAG: [[@LINE]]: fates calls vector::emplace_back: lambda:[[@LINE]] thread
  heddle::WorkerPool<int> pool(1, 1, [](int) {}); // CHECK-DAG: [[@LINE]]: fates calls WorkerPool::WorkerPool: lambda:[[@LINE]] handler
}

void later(std::function<void()> f) {
  heddle::spawn([f = std::move(f)] { f(); });
}
void spawnedByWrapper() {
  later([] {}); // CHECK-DAG: [[@LINE]]: spawnedByWrapper calls later: lambda:[[@LINE]] spawned
}

int firstMade() { return 1; }
void onceOnly() {
  static heddle::Once once;
  once.call([] {});          // CHECK-DAG: [[@LINE]]: onceOnly calls Once::call: lambda:[[@LINE]] called once
  static int made = firstMade(); // CHECK-DAG: [[@LINE]]: onceOnly calls firstMade: firstMade:[[@LINE-4]] called once
}
