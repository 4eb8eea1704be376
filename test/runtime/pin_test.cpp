#include "heddle/pin.h"

#include "heddle/foreign.h"
#include "heddle/mutex.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Pin, StaysOnItsThread) {
  for (unsigned procs : {1u, 2u})
    run(
        [] {
          WaitGroup group;
          Mutex mutex;
          for (int i = 0; i < 10; ++i)
            group.spawn([&, i] {
              if (i % 2)
                return [&] {
                  for (int k = 0; k < 50; ++k)
                    yield();
                }();
              ThreadPin pin;
              pthread_t thread = pthread_self();
              for (int k = 0; k < 10; ++k) {
                yield();
                EXPECT_EQ(pthread_self(), thread);
                sleep_for(50us);
                EXPECT_EQ(pthread_self(), thread);
                std::lock_guard lock(mutex);
                yield();
                EXPECT_EQ(pthread_self(), thread);
                blocking([] { std::this_thread::sleep_for(50us); });
                EXPECT_EQ(pthread_self(), thread);
                WaitGroup inner;
                inner.spawn([] { yield(); });
                inner.wait();
                EXPECT_EQ(pthread_self(), thread);
                with_stack(1 << 16, [&] {
                  yield();
                  EXPECT_EQ(pthread_self(), thread);
                });
              }
            });
          group.wait();
        },
        {.procs = procs});
}

TEST(Pin, Nests) {
  run([] {
    pin_thread();
    {
      ThreadPin pin;
      yield();
    }
    pthread_t thread = pthread_self();
    for (int i = 0; i < 10; ++i) {
      yield();
      EXPECT_EQ(pthread_self(), thread);
    }
    unpin_thread();
    yield();
  });
}

TEST(Pin, EndsWithTheTask) {
  run([] {
    WaitGroup group;
    for (int i = 0; i < 100; ++i)
      group.spawn([] { pin_thread(); });
    group.wait();
    for (int i = 0; i < 100; ++i)
      group.spawn([] { yield(); });
    group.wait();
  });
}

TEST(Pin, WaitingPinnedTasksDoNotKeepTheRuntime) {
  run([] {
    for (int i = 0; i < 5; ++i)
      spawn([] {
        ThreadPin pin;
        sleep_for(1h);
      });
    settle();
  });
}

TEST(PinDeathTest, UnpinOfNoPinEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([] { unpin_thread(); }), "not pinned");
}

TEST(Pin, HasNoEffectOutside) { ThreadPin pin; }

} // namespace
} // namespace heddle
