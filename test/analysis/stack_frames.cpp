// RUN: %dump_facts --kind=stack %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/foreign.h"

void use(char *);

void leaf() { // CHECK: [[@LINE]]: leaf: 100
  char bytes[100];
  use(bytes);
}
void branches(bool one) { // CHECK-NEXT: [[@LINE]]: branches: 300
  if (one) {
    char bytes[300];
    use(bytes);
  } else {
    char bytes[50];
    leaf();
    use(bytes);
  }
}
void sum() { // CHECK-NEXT: [[@LINE]]: sum: 350, by line [[@LINE+3]]
  char bytes[50];
  leaf();
  branches(true);
  char more[40];
  use(bytes + sizeof more);
}
void other() { // CHECK-NEXT: [[@LINE]]: other: 0
  heddle::foreign([] { leaf(); });
}
