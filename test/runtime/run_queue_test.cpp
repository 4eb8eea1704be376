#include "sched/run_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace heddle::detail {
namespace {

class RunQueueTest : public testing::Test {
protected:
  std::vector<Task *> stolen(std::uint32_t most) {
    std::array<Task *, RunQueue::capacity> out;
    std::uint32_t count = queue.steal(out.data(), most);
    return {out.begin(), out.begin() + count};
  }

  std::vector<Task *> taken(std::uint32_t most) {
    std::vector<Task *> out;
    TaskList list = queue.take(most);
    while (Task *task = list.pop())
      out.push_back(task);
    return out;
  }

  std::vector<Task> tasks = std::vector<Task>(2 * RunQueue::capacity);
  RunQueue queue;
};

TEST_F(RunQueueTest, GivesTheOldestFirst) {
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(queue.push(&tasks[static_cast<std::size_t>(i)]));
  EXPECT_EQ(queue.size(), 5u);
  EXPECT_EQ(taken(2), (std::vector{&tasks[0], &tasks[1]}));
  EXPECT_EQ(taken(9), (std::vector{&tasks[2], &tasks[3], &tasks[4]}));
  EXPECT_TRUE(taken(9).empty());
}

TEST_F(RunQueueTest, RefusesWhatDoesNotFit) {
  for (std::size_t i = 0; i < RunQueue::capacity; ++i)
    ASSERT_TRUE(queue.push(&tasks[i]));
  EXPECT_FALSE(queue.push(&tasks[RunQueue::capacity]));
  EXPECT_EQ(queue.size(), RunQueue::capacity);
  taken(1);
  EXPECT_TRUE(queue.push(&tasks[RunQueue::capacity]));
}

TEST_F(RunQueueTest, ThievesGetTheOlderHalf) {
  EXPECT_TRUE(stolen(8).empty());
  for (int i = 0; i < 5; ++i)
    queue.push(&tasks[static_cast<std::size_t>(i)]);
  EXPECT_EQ(stolen(8), (std::vector{&tasks[0], &tasks[1], &tasks[2]}));
  EXPECT_EQ(stolen(8), (std::vector{&tasks[3]}));
  EXPECT_EQ(stolen(8), (std::vector{&tasks[4]}));
}

TEST_F(RunQueueTest, ThievesGetNoMoreThanTheyAskFor) {
  for (int i = 0; i < 8; ++i)
    queue.push(&tasks[static_cast<std::size_t>(i)]);
  EXPECT_EQ(stolen(1), (std::vector{&tasks[0]}));
  EXPECT_EQ(queue.size(), 7u);
}

TEST_F(RunQueueTest, TheNewestIsTakenBackByItsParentOnly) {
  int mine = 0, other = 0;
  tasks[0].parent = &mine;
  tasks[1].parent = &other;
  tasks[2].parent = &mine;
  for (int i = 0; i < 3; ++i)
    queue.push(&tasks[static_cast<std::size_t>(i)]);
  EXPECT_EQ(queue.take_newest(&mine), &tasks[2]);
  EXPECT_EQ(queue.take_newest(&mine), nullptr);
  EXPECT_EQ(queue.take_newest(&other), &tasks[1]);
  EXPECT_EQ(queue.take_newest(&mine), &tasks[0]);
  EXPECT_EQ(queue.take_newest(&mine), nullptr);
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(RunQueueTest, TheHeadTellsThatSomethingWasTaken) {
  queue.push(&tasks[0]);
  std::uint64_t before = queue.head();
  queue.push(&tasks[1]);
  EXPECT_EQ(queue.head(), before);
  stolen(1);
  EXPECT_NE(queue.head(), before);
}

// An owner that pushes, takes and takes back, and thieves: each task that was
// pushed comes out once.
TEST_F(RunQueueTest, NothingIsLostOrDoubled) {
  constexpr int thieves = 3;
  constexpr int rounds = 40'000;
  int parent = 0;
  std::atomic<bool> done = false;
  // How often each came out, less how often it went in.
  std::vector<std::atomic<int>> balance(tasks.size());
  std::atomic<int> doubled = 0;
  auto came_out = [&](Task *task) {
    auto index = static_cast<std::size_t>(task - tasks.data());
    if (balance[index].fetch_add(1) != -1)
      ++doubled;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < thieves; ++t)
    threads.emplace_back([&] {
      std::array<Task *, 64> out;
      while (!done.load())
        for (std::uint32_t n = queue.steal(out.data(), 64); n > 0; --n)
          came_out(out[n - 1]);
    });
  std::minstd_rand random(3);
  std::size_t next = 0;
  for (int round = 0; round < rounds; ++round) {
    for (auto pushes = random() % 8; pushes > 0; --pushes) {
      // One that is still inside, or with a thief, is passed by.
      std::size_t index = next++ % tasks.size();
      if (balance[index].load() != 0)
        continue;
      Task &task = tasks[index];
      task.parent = random() % 4 ? &parent : nullptr;
      balance[index].store(-1);
      if (!queue.push(&task))
        balance[index].store(0);
    }
    if (random() % 4 == 0)
      for (Task *task : taken(static_cast<std::uint32_t>(random() % 8)))
        came_out(task);
    while (random() % 4)
      if (Task *task = queue.take_newest(&parent))
        came_out(task);
      else
        break;
  }
  done = true;
  for (std::thread &thread : threads)
    thread.join();
  for (Task *task : taken(RunQueue::capacity))
    came_out(task);
  EXPECT_EQ(doubled.load(), 0);
  for (auto &each : balance)
    EXPECT_EQ(each.load(), 0);
}

} // namespace
} // namespace heddle::detail
