// RUN: %dump_facts --kind=captures %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
struct Object {
  int member;
  void method(int parameter) {
    int copied = 0, referred = 0;
    (void)[copied, &referred] { return copied + referred; };
    // CHECK: [[@LINE-1]]: copy copied
    // CHECK-NEXT: [[@LINE-2]]: reference referred
    (void)[&] { return member + parameter; };
    // CHECK-NEXT: [[@LINE-1]]: this implicit
    // CHECK-NEXT: [[@LINE-2]]: reference parameter implicit
    (void)[*this, made = copied + 1] { return made + member; };
    // CHECK-NEXT: [[@LINE-1]]: copy of this
    // CHECK-NEXT: [[@LINE-2]]: copy made initialised
  }
};
