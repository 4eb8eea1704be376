#include "heddle/foreign.h"

#include "heddle/channel.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Blocking, GivesTheResult) {
  run([] {
    EXPECT_EQ(blocking([] { return 1; }), 1);
    EXPECT_EQ(foreign([] { return 2; }), 2);
    EXPECT_EQ(with_stack(1 << 20, [] { return 3; }), 3);
    int x = 0;
    EXPECT_EQ(&blocking([&]() -> int & { return x; }), &x);
    EXPECT_EQ(&foreign([&]() -> int & { return x; }), &x);
    EXPECT_EQ(&with_stack(1 << 20, [&]() -> int & { return x; }), &x);
    EXPECT_THROW(blocking([] { throw std::runtime_error("b"); }),
                 std::runtime_error);
    EXPECT_THROW(foreign([] { throw std::runtime_error("f"); }),
                 std::runtime_error);
    EXPECT_THROW(with_stack(1 << 20, [] { throw std::runtime_error("s"); }),
                 std::runtime_error);
  });
  EXPECT_EQ(blocking([] { return 1; }), 1);
  EXPECT_EQ(foreign([] { return 2; }), 2);
  EXPECT_EQ(with_stack(1 << 20, [] { return 3; }), 3);
}

TEST(Blocking, OtherTasksGoOn) {
  run(
      [] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        WaitGroup group;
        char received = 0;
        group.spawn(
            [&] { blocking([&] { return read(ends[0], &received, 1); }); });
        // Only a task that runs while the reader blocks can end that.
        group.spawn([&] {
          char sent = 'x';
          EXPECT_EQ(write(ends[1], &sent, 1), 1);
        });
        group.wait();
        EXPECT_EQ(received, 'x');
        close(ends[0]);
        close(ends[1]);
      },
      {.procs = 1});
}

TEST(Blocking, EvenWithoutASectionOthersGoOn) {
  run(
      [] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        WaitGroup group;
        char received = 0;
        group.spawn([&] { EXPECT_EQ(read(ends[0], &received, 1), 1); });
        group.spawn([&] {
          sleep_for(1ms);
          char sent = 'x';
          EXPECT_EQ(write(ends[1], &sent, 1), 1);
        });
        group.wait();
        EXPECT_EQ(received, 'x');
        close(ends[0]);
        close(ends[1]);
      },
      {.procs = 1});
}

TEST(Blocking, TasksMayWaitWithin) {
  run([] {
    for (int i = 0; i < 50; ++i) {
      Channel<int> channel;
      WaitGroup group;
      group.spawn([&] { blocking([&] { EXPECT_TRUE(channel.send(1)); }); });
      group.spawn([&] { foreign([&] { EXPECT_EQ(channel.receive(), 1); }); });
      group.wait();
    }
  });
}

TEST(Blocking, ManyAtOnce) {
  run(
      [] {
        WaitGroup group;
        std::atomic<int> done{0};
        for (int i = 0; i < 40; ++i)
          group.spawn([&, i] {
            for (int k = 0; k < 5; ++k) {
              auto nap = [] { std::this_thread::sleep_for(100us); };
              if (i % 2)
                blocking(nap);
              else
                foreign(nap);
              yield();
            }
            ++done;
          });
        group.wait();
        EXPECT_EQ(done, 40);
      },
      {.procs = 2});
}

TEST(Foreign, RunsOnTheThreadsStack) {
  run([] {
    foreign([] {
      pthread_attr_t attributes;
      ASSERT_EQ(pthread_getattr_np(pthread_self(), &attributes), 0);
      void *low;
      std::size_t size;
      pthread_attr_getstack(&attributes, &low, &size);
      pthread_attr_destroy(&attributes);
      // Not the address of a local: AddressSanitizer may keep those elsewhere.
      auto *here = static_cast<char *>(__builtin_frame_address(0));
      EXPECT_GE(here, low);
      EXPECT_LT(here, static_cast<char *>(low) + size);
    });
  });
}

int descend(int depth) {
  char frame[1024];
  const_cast<volatile char &>(frame[0]) = static_cast<char>(depth);
  if (depth == 0)
    return frame[0];
  return descend(depth - 1) + const_cast<volatile char &>(frame[0]) * 0 + 1;
}

TEST(WithStack, HoldsDeepRecursion) {
  run([] {
    WaitGroup group;
    for (int i = 0; i < 4; ++i)
      group.spawn([] {
        int depth = with_stack(64 << 20, [] {
          int depth = descend(8000);
          yield();
          return depth + descend(100);
        });
        EXPECT_EQ(depth, 8100);
      });
    group.wait();
  });
}

// More loops than processors: the monitor takes each processor in turn.
TEST(Monitor, TightLoopsStarveNobody) {
  run(
      [] {
        std::atomic<bool> stop{false};
        WaitGroup group;
        for (int i = 0; i < 4; ++i)
          group.spawn([&] {
            while (!stop)
              ;
          });
        group.spawn([&] {
          sleep_for(5ms);
          spawn([&] { stop = true; });
        });
        group.wait();
      },
      {.procs = 2});
}

TEST(Monitor, CountsWhatItTook) {
  run(
      [] {
        std::uint64_t before = stats().hand_offs;
        std::atomic<bool> ran{false};
        spawn([&] { ran = true; });
        // Never waits: only the processor taken from here can run the other.
        while (!ran)
          ;
        EXPECT_GT(stats().hand_offs, before);
      },
      {.procs = 1});
}

TEST(Checkpoint, LetsOthersRun) {
  run(
      [] {
        std::atomic<bool> stop{false};
        WaitGroup group;
        group.spawn([&] {
          while (!stop)
            checkpoint();
        });
        group.spawn([&] { stop = true; });
        group.wait();
      },
      {.procs = 1});
}

} // namespace
} // namespace heddle
