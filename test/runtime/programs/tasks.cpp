// Tasks that wait in different ways, for those who look at them from outside:
// SIGQUIT, and a debugger that stops at all_wait().

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/mutex.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/testing.h"
#include "heddle/wait_group.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
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

void read_until(std::string &text, int file, std::string_view end) {
  char byte;
  do {
    if (read(file, &byte, 1) != 1)
      std::abort();
    text += byte;
  } while (!text.ends_with(end));
}

// What the runtime says. It has said all of it when it begins again.
std::string answer_to_quit() {
  int ends[2];
  if (pipe(ends) != 0)
    std::abort();
  const int former = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  std::string answer;
  for (int question = 0; question < 2; ++question) {
    raise(SIGQUIT);
    read_until(answer, ends[0], "heddle: ");
  }
  dup2(former, STDERR_FILENO);
  return answer;
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
    testing::settle();
    all_wait();
    if (quits)
      std::puts(blocking(answer_to_quit).c_str());
    orders.close();
    mutex.unlock();
    group.wait();
    std::puts("went on to the end");
  });
}
