// RUN: %dump_facts --kind=pins %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not=unpaired
#include "heddle/heddle.h"

using namespace std::chrono_literals;

extern "C" void glClear(unsigned mask);
void unseen();

void statements(heddle::Channel<unsigned> &masks) {
  heddle::ThreadPin pin; // CHECK: [[@LINE]]: pinned over [{{.*}}] w-nbn
  heddle::sleep_for(1ms);
  unsigned mask = 1;
  glClear(mask);
  glClear(*masks.receive());
  unseen();
}

void pair() {
  heddle::pin_thread(); // CHECK-NEXT: [[@LINE]]: pinned over [glClear:[[@LINE+1]]] n
  glClear(1);
  heddle::unpin_thread();
  heddle::sleep_for(1ms);
}

void early(bool done) {
  heddle::pin_thread(); // CHECK-NEXT: [[@LINE]]: pinned over [glClear:[[@LINE+3]]] -n
  if (done)
    return;
  glClear(1); // CHECK-NEXT: [[@LINE-3]]: unpaired at [[@LINE-1]]
  heddle::unpin_thread();
}
