// RUN: %check_rewrite %s own-stack

//--- before.cpp
int deep(int);
void deep();

void statement() {
  deep();
}

int result(int n) {
  int before = deep(n);
  return before + deep(n + 1);
}
//--- after.cpp
#include "heddle/foreign.h"

int deep(int);
void deep();

void statement() {
  heddle::with_stack(64 * 1024, [&] { deep(); });
}

int result(int n) {
  int before = heddle::with_stack(64 * 1024, [&] { return deep(n); });
  return before + heddle::with_stack(64 * 1024, [&] { return deep(n + 1); });
}
