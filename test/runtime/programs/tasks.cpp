// Tasks that wait in different ways, for those who look at them from outside:
// SIGQUIT, and a debugger that stops at all_wait().

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/mutex.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <unistd.h>

using namespace heddle;

extern "C" [[gnu::noinline]] void all_wait() { asm volatile(""); }

[[gnu::noinline]] void await_order(Channel<int> &orders) {
  orders.receive();
  asm volatile("");
}

[[gnu::noinline]] void await_turn(Mutex &mutex) {
  std::lock_guard guard(mutex);
  asm volatile("");
}

int main(int argc, char **argv) {
  bool quits = argc > 1 && std::strcmp(argv[1], "quit") == 0;
  run([&] {
    Channel<int> orders;
    Mutex mutex;
    WaitGroup group;
    mutex.lock();
    for (int i = 0; i < 3; ++i)
      group.spawn([&] { await_order(orders); });
    group.spawn([&] { await_turn(mutex); });
    group.spawn([&] { with_stack(1 << 20, [&] { await_order(orders); }); });
    sleep_for(std::chrono::milliseconds(50));
    all_wait();
    if (quits) {
      raise(SIGQUIT);
      sleep_for(std::chrono::milliseconds(200));
    }
    orders.close();
    mutex.unlock();
    group.wait();
    std::puts("went on to the end");
  });
}
