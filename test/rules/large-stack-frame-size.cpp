// RUN: %check_rule %s large-stack-frame

#include "heddle/heddle.h"

void use(const char *data, std::size_t size);

int main() {
  return heddle::run(
      [] {
        char buffer[400 * 1024];
        use(buffer, sizeof buffer);
        heddle::spawn([] {
          char other[800 * 1024];
          // CHECK-MESSAGES: :[[@LINE-1]]:16: warning: with 'other', locals take 800 KiB of a task's stack of 1024 KiB
          use(other, sizeof other);
        });
        return 0;
      },
      {.stack_size = 1024 * 1024});
}
// CHECK-FIXES: heddle::with_stack(1600 * 1024, [&] {
