#include "heddle/task_local.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TaskLocal<std::string> name;
constinit TaskLocal<int> count{[] { return 100; }};

TEST(TaskLocal, EachTaskHasItsOwn) {
  run(
      [] {
        *name = "main";
        WaitGroup group;
        for (int task = 0; task < 10; ++task)
          group.spawn([task] {
            EXPECT_EQ(*name, "");
            EXPECT_EQ(*count, 100);
            std::string &mine = *name;
            mine = std::to_string(task);
            for (int i = 0; i < 50; ++i) {
              *count += task;
              yield();
            }
            EXPECT_EQ(*name, std::to_string(task));
            EXPECT_EQ(&mine, &name.get());
            EXPECT_EQ(*count, 100 + 50 * task);
          });
        group.wait();
        EXPECT_EQ(*name, "main");
        EXPECT_EQ(name->size(), 4u);
      },
      {.procs = 2});
}

TEST(TaskLocal, ChildrenThatRunWithinAWaitHaveTheirOwn) {
  run(
      [] {
        *name = "parent";
        WaitGroup group;
        group.spawn([] {
          EXPECT_EQ(*name, "");
          *name = "child";
        });
        group.wait();
        EXPECT_EQ(*name, "parent");
      },
      {.procs = 1});
}

std::vector<std::string> destroyed;

struct Recorded {
  std::string what;
  ~Recorded() {
    if (!what.empty())
      destroyed.push_back(what);
  }
};
TaskLocal<Recorded> first, second;

TEST(TaskLocal, IsDestroyedWithItsTaskNewestFirst) {
  destroyed.clear();
  run(
      [] {
        async([] {
          first->what = "first";
          second->what = "second";
          yield();
          EXPECT_TRUE(destroyed.empty());
        }).get();
        settle(); // the future may be ready before the task has ended
      },
      {.procs = 1});
  EXPECT_EQ(destroyed, (std::vector<std::string>{"second", "first"}));
}

TEST(TaskLocal, IsDestroyedBeforeRunReturns) {
  destroyed.clear();
  run([] { first->what = "main's"; });
  EXPECT_EQ(destroyed, (std::vector<std::string>{"main's"}));
}

TEST(TaskLocal, ANewOneAtTheSamePlaceStartsAnew) {
  run([] {
    std::optional<TaskLocal<int>> local;
    local.emplace();
    **local = 5;
    local.emplace();
    EXPECT_EQ(**local, 0);
  });
}

TEST(TaskLocal, PlainThreadsHaveTheirOwn) {
  destroyed.clear();
  *name = "test";
  std::thread([] {
    EXPECT_EQ(*name, "");
    first->what = "thread's";
  }).join();
  EXPECT_EQ(*name, "test");
  EXPECT_EQ(destroyed, (std::vector<std::string>{"thread's"}));
  name->clear();
}

} // namespace
} // namespace heddle
