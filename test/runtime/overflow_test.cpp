#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

[[gnu::noinline]] int overflow(int depth) {
  char frame[256];
  const_cast<volatile char &>(frame[0]) = 1;
  if (depth < 0)
    return 0;
  return overflow(depth + 1) + const_cast<volatile char &>(frame[depth % 256]);
}

class OverflowDeathTest : public testing::Test {
protected:
  OverflowDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(OverflowDeathTest, NamesTheTask) {
  EXPECT_DEATH(run([] {
                 spawn([] { overflow(0); });
                 sleep_for(std::chrono::hours(1));
               }),
               "stack overflow: the task spawned at .*overflow_test.cpp:[0-9]+ "
               "used up its stack of 2[0-9][0-9] KiB");
}

TEST_F(OverflowDeathTest, OfAStackOfItsOwn) {
  EXPECT_DEATH(run([] { with_stack(64 * 1024, [] { overflow(0); }); }),
               "used up its stack of (6|7)[0-9] KiB");
}

TEST_F(OverflowDeathTest, OfASmallStack) {
  EXPECT_DEATH(run(
                   [] {
                     spawn([] {
                       yield();
                       overflow(0);
                     });
                     sleep_for(std::chrono::hours(1));
                   },
                   {.stack_size = 32 * 1024}),
               "used up its stack of 3[0-9] KiB");
}

} // namespace
} // namespace heddle
