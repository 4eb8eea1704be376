// RUN: %dump_facts --kind=ways %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <stdexcept>

void start();
void place();
bool asks();

void straight() { // CHECK: [[@LINE]]: straight passes 2 of 2
  start();
  place();
  place();
}

void branches() { // CHECK-NEXT: [[@LINE]]: branches passes 1 of 3
  start();
  if (asks())
    place();
  else
    place();
  if (asks())
    place();
}

void returns() { // CHECK-NEXT: [[@LINE]]: returns passes 0 of 1, leaving at [[@LINE+3]]
  start();
  if (asks())
    return;
  place();
}

[[noreturn]] void fails() { throw std::runtime_error("no"); }

void throws() { // CHECK-NEXT: [[@LINE]]: throws passes 0 of 1, leaving at [[@LINE+3]]
  start();
  if (asks())
    fails();
  place();
}

// A loop may do no round.
void rounds(int n) { // CHECK-NEXT: [[@LINE]]: rounds passes 0 of 1
  start();
  for (int i = 0; i < n; ++i)
    place();
}

void first() { // CHECK-NEXT: [[@LINE]]: first passes 1 of 1
  start();
  do
    place();
  while (asks());
}

void forEver() { // CHECK-NEXT: [[@LINE]]: forEver passes no end of 1
  start();
  for (;;)
    place();
}
