// A little of everything, for tools that watch memory.

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/future.h"
#include "heddle/memory.h"
#include "heddle/parallel.h"
#include "heddle/pin.h"
#include "heddle/runtime.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>

using namespace heddle;

namespace {

int recurse(int depth) {
  volatile char frame[512];
  frame[0] = 1;
  return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

int mixture() {
  std::atomic<int> sum{0};
  Channel<std::string> words(4);
  WaitGroup group;
  for (int i = 0; i < 20; ++i)
    group.spawn([&, i] { words.send("word " + std::to_string(i)); });
  for (int i = 0; i < 20; ++i)
    select(on_receive(words, [&](std::string) { ++sum; }),
           on_timeout(std::chrono::hours(1), [] {}));
  group.wait();
  parallel_for(0, 100, [&](int) { ++sum; });
  sum += foreign([] { return recurse(100); });
  sum += with_stack(1 << 20, [] { return recurse(1000); });
  sum += PinnedPool(1).run([] { return 1; });
  try {
    async([]() -> int { throw std::runtime_error("carried"); }).get();
  } catch (const std::runtime_error &) {
    ++sum;
  }
  retire(new int(1));
  release_memory();
  sleep_for(std::chrono::milliseconds(1));
  return sum;
}

} // namespace

int main() {
  int first = run(mixture);
  int second = run(mixture);
  std::printf("%d %d\n", first, second);
  return first == 1222 && second == 1222 ? 0 : 1;
}
