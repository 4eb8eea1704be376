// RUN: %dump_facts --kind=thread-locals %s -- %runtime_flags | FileCheck %s --match-full-lines
#include "heddle/heddle.h"

#include <cerrno>

#include <unistd.h>

thread_local int number;
thread_local int others[4];
void use(int);

void sets(heddle::Event &turn) {
  number = 1;
  turn.wait();
  use(number); // CHECK: [[@LINE]]: number, set in line [[@LINE-2]], after the wait in line [[@LINE-1]]
}
void takes(heddle::Event &turn) {
  int *first = others;
  turn.wait();
  use(*first); // CHECK-NEXT: [[@LINE]]: others by first, set in line [[@LINE-2]], after the wait in line [[@LINE-1]]
}
void fails(heddle::Event &turn, int file) {
  ::close(file);
  turn.wait();
  use(errno); // CHECK-NEXT: [[@LINE]]: errno, set in line [[@LINE-2]], after the wait in line [[@LINE-1]]
}
// CHECK-NOT: {{.}}
void setsAgain(heddle::Event &turn) {
  number = 1;
  turn.wait();
  number = 2;
  use(number);
}
