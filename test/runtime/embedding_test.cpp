#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/future.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace heddle {
namespace {

TEST(Embedding, Example) {
  Runtime runtime;
  runtime.start();
  // The program's own thread goes on meanwhile, and may take part.
  Channel<int> results(1);
  spawn([&] { EXPECT_TRUE(results.send(6 * 7)); });
  EXPECT_EQ(results.receive(), 42);
  EXPECT_EQ(runtime.block_on([] { return async([] { return 1; }).get(); }), 1);
  runtime.stop();
}

TEST(Embedding, GivesResultsAndExceptions) {
  Runtime runtime;
  runtime.start();
  EXPECT_EQ(runtime.block_on([] { return 42; }), 42);
  EXPECT_EQ(*runtime.block_on([] { return std::make_unique<int>(7); }), 7);
  int x = 0;
  EXPECT_EQ(&runtime.block_on([&]() -> int & { return x; }), &x);
  runtime.block_on([&] { x = 1; });
  EXPECT_EQ(x, 1);
  EXPECT_THROW(runtime.block_on([] { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(runtime.block_on([] { return 2; }), 2);
}

TEST(Embedding, SeveralInSequence) {
  for (int i = 0; i < 50; ++i) {
    Runtime runtime({.procs = 2});
    runtime.start();
    EXPECT_EQ(runtime.block_on([&] { return i; }), i);
  }
  Runtime again;
  for (int i = 0; i < 50; ++i) {
    again.start();
    EXPECT_EQ(again.block_on([&] { return i; }), i);
    again.stop();
    again.stop();
  }
  EXPECT_EQ(run([] { return 3; }), 3);
}

TEST(Embedding, ManyThreadsMayBlockOnIt) {
  Runtime runtime;
  runtime.start();
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k)
        sum += runtime.block_on([] {
          yield();
          return 1;
        });
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(sum, 400);
}

TEST(Embedding, RefusesWhatCannotBe) {
  Runtime runtime;
  EXPECT_THROW(runtime.block_on([] {}), std::logic_error);
  runtime.start();
  EXPECT_THROW(runtime.start(), std::logic_error);
  EXPECT_THROW(Runtime().start(), std::logic_error);
  EXPECT_THROW(run([] {}), std::logic_error);
  runtime.block_on([&] {
    EXPECT_THROW(runtime.block_on([] {}), std::logic_error);
    EXPECT_THROW(runtime.stop(), std::logic_error);
    EXPECT_THROW(Runtime().start(), std::logic_error);
  });
  std::atomic<bool> inside{false}, over{false};
  std::thread other([&] {
    runtime.block_on([&] {
      inside = true;
      while (!over)
        yield();
    });
  });
  while (!inside)
    std::this_thread::yield();
  EXPECT_THROW(runtime.stop(), std::logic_error);
  over = true;
  other.join();
  runtime.stop();
  EXPECT_THROW(runtime.block_on([] {}), std::logic_error);
}

TEST(Embedding, TasksThatAreLeftGoNoFurther) {
  static std::atomic<int> destroyed;
  struct Witness {
    ~Witness() { ++destroyed; }
  };
  destroyed = 0;
  Channel<int> channel;
  Runtime runtime;
  runtime.start();
  WaitGroup parked;
  parked.add(10);
  for (int i = 0; i < 10; ++i)
    spawn([&] {
      Witness witness;
      parked.done();
      channel.receive();
    });
  parked.wait();
  settle();
  runtime.stop();
  EXPECT_EQ(destroyed, 0);
  runtime.start();
  EXPECT_EQ(runtime.block_on([] { return num_tasks(); }), 1u);
  channel.close();
  runtime.stop();
  EXPECT_EQ(destroyed, 0);
}

TEST(Embedding, IsNoDeadlockWhileAThreadMayWakeTasks) {
  Runtime runtime;
  runtime.start();
  Channel<int> channel;
  Future<int> result = async([&] { return channel.receive().value_or(0); });
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  EXPECT_TRUE(channel.send(5));
  EXPECT_EQ(result.get(), 5);
}

TEST(Embedding, ACallerThatIsSlowToWakeIsNoDeadlock) {
  const auto former = std::signal(SIGUSR1, [](int) { usleep(150'000); });
  Runtime runtime;
  runtime.start();
  runtime.block_on(
      [caller = pthread_self()] { pthread_kill(caller, SIGUSR1); });
  EXPECT_EQ(runtime.block_on([] { return num_tasks(); }), 1u);
  std::signal(SIGUSR1, former);
}

TEST(EmbeddingDeathTest, DeadlockOfAllCallersIsReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Runtime runtime;
        runtime.start();
        runtime.block_on([] { Channel<int>().receive(); });
      },
      testing::ExitedWithCode(2), "waits for a channel, to receive");
}

} // namespace
} // namespace heddle
