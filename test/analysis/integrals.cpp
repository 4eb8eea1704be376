// RUN: %dump_facts --kind=integrals %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not=guards
#include "heddle/heddle.h"

#include <mutex>

// CHECK: [[@LINE+1]]: mu guards count in [[@LINE+4]] [[@LINE+8]] [[@LINE+14]]
static std::mutex mu;
static int count = 0;
void add(int n) {
  std::lock_guard lock(mu);
  count += n;
}
int exchanged() {
  std::lock_guard lock(mu);
  int old = count;
  count = 0;
  return old;
}
int read() {
  std::unique_lock lock(mu);
  return count;
}

static std::mutex two;
static int a = 0, b = 0;
void both() {
  std::lock_guard lock(two);
  ++a;
  ++b;
}

static std::mutex reading;
static int constant = 0;
int onlyRead() {
  std::lock_guard lock(reading);
  return constant;
}
