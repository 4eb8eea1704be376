// RUN: %dump_facts --kind=hot %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/heddle.h"

void work() {}

void cold() {
  work();
  for (int i = 0; i < 3; ++i)
    work();
}

void leaf() {
  work(); // CHECK: [[@LINE]]: work: repeated here:[[@LINE+7]] by middle:[[@LINE+8]] -> leaf:[[@LINE+3]]
}
void middle() {
  leaf(); // CHECK-NEXT: [[@LINE]]: leaf: repeated here:[[@LINE+4]] by middle:[[@LINE+5]]
}

void loop(int n) {
  for (int i = 0; i < n; ++i)
    middle(); // CHECK-NEXT: [[@LINE]]: middle: repeated here:[[@LINE-1]]
}

HEDDLE_HOT void marked() {
  work(); // CHECK-NEXT: [[@LINE]]: work: marked as running often here:[[@LINE-1]]
}

void recurse(int n) {
  if (n)
    recurse(n - 1);
}

void first() { work(); }
void onceOnly() {
  for (;;) {
    static heddle::Once once;
    once.call([] { work(); }); // CHECK-NEXT: [[@LINE]]: Once::call: repeated here:[[@LINE-2]]
    static int set = (first(), 1);
    work(); // CHECK-NEXT: [[@LINE]]: work: repeated here:[[@LINE-4]]
  }
}
