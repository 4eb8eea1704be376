// RUN: %dump_facts --kind=uses %s -- %runtime_flags | FileCheck %s --match-full-lines
#include <string>

void unseen(int *);
int state;

void touch() { ++state; } // CHECK: [[@LINE]]: touches state!

void uses(const std::string &text, int *pointer) {
  int value = 0;                   // CHECK-NEXT: [[@LINE]]: touches
                                   // CHECK-NEXT: [[@LINE+7]]: value write
                                   // CHECK-NEXT: [[@LINE+8]]: value read
                                   // CHECK-NEXT: [[@LINE+9]]: value escape
                                   // CHECK-NEXT: [[@LINE+9]]: value captured
                                   // CHECK-NEXT: [[@LINE+9]]: value read
  touch();                         // CHECK-NEXT: [[@LINE]]: touches state!
  text.size();                     // CHECK-NEXT: [[@LINE]]: touches text
  value = 1;                       // CHECK-NEXT: [[@LINE]]: touches value!
  // A read and a write through a pointer.
  *pointer = value;                // CHECK-NEXT: [[@LINE]]: touches pointer! value indirectly
  // Its address leaves.
  unseen(&value);                  // CHECK-NEXT: [[@LINE]]: touches value! and unseen
  (void)[&value] {                 // CHECK-NEXT: [[@LINE]]: touches value!
    return value;
  };
}
