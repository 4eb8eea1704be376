// RUN: %check_rule %s large-stack-frame --option StackBytes=65536

#include "heddle/heddle.h"

void use(const char *data, std::size_t size);

// The option stands for what no code in view says.
int startBad() {
  return heddle::run([] {
    char buffer[40'000];
    // CHECK-MESSAGES: :[[@LINE-1]]:10: warning: with 'buffer', locals take 39 KiB of a task's stack of 64 KiB
    use(buffer, sizeof buffer);
    return 0;
  });
}
// CHECK-FIXES: return heddle::run([] {
// CHECK-FIXES-NEXT: return heddle::with_stack(128 * 1024, [&] {
