// What the scheduler promises of tasks that do not play along, and of very
// many.

#include "heddle/foreign.h"
#include "heddle/memory.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/timer.h"
#include "heddle/wait_group.h"
#include "programs/run_program.h"
#include "sched/cpus.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

// As many tasks as there are processors do `hold(stop)`, unmarked, until others
// have run and timers have fired.
template <class F> void starve(F hold) {
  run(
      [&] {
        std::atomic<bool> stop{false};
        std::atomic<unsigned> holding{0};
        WaitGroup holders, others;
        for (unsigned i = 0; i < procs(); ++i)
          holders.spawn([&] {
            ++holding;
            hold(stop);
          });
        others.spawn([&] {
          while (holding < procs())
            sleep_for(1ms);
          std::atomic<int> ran{0};
          WaitGroup more;
          for (int i = 0; i < 20; ++i)
            more.spawn([&] {
              sleep_for(1ms);
              ++ran;
            });
          more.wait();
          EXPECT_EQ(ran, 20);
        });
        others.wait();
        stop = true;
        holders.wait();
      },
      {.procs = 2});
}

TEST(Unmarked, ComputationStarvesNobody) {
  starve([](std::atomic<bool> &stop) {
    while (!stop)
      ;
  });
}

TEST(Unmarked, SleepsOfTheThreadStarveNobody) {
  starve([](std::atomic<bool> &stop) {
    while (!stop)
      usleep(100'000);
  });
}

TEST(Unmarked, ReadsStarveNobody) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::thread writer;
  starve([&](std::atomic<bool> &stop) {
    static std::atomic_flag started;
    if (!started.test_and_set())
      writer = std::thread([&] {
        while (!stop)
          std::this_thread::yield();
        EXPECT_EQ(write(ends[1], "xx", 2), 2);
      });
    char byte;
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
  });
  writer.join();
  close(ends[0]);
  close(ends[1]);
}

// Touches all of it, as a C function with a large array would.
[[gnu::noinline]] int use_stack(std::size_t bytes) {
  auto *frame = static_cast<volatile char *>(__builtin_alloca(bytes));
  for (std::size_t i = 0; i < bytes; i += 512)
    frame[i] = 1;
  return frame[bytes / 2 / 512 * 512];
}

TEST(Stacks, ForeignHasRoomForAMegabyte) {
  run([] {
    WaitGroup group;
    for (int i = 0; i < 4; ++i)
      group.spawn(
          [] { EXPECT_EQ(foreign([] { return use_stack(1 << 20); }), 1); });
    group.wait();
  });
}

TEST(Stacks, WithStackHasRoomForEight) {
  run([] {
    WaitGroup group;
    for (int i = 0; i < 4; ++i)
      group.spawn([] {
        for (int k = 0; k < 3; ++k)
          EXPECT_EQ(with_stack(9 << 20, [] { return use_stack(8 << 20); }), 1);
      });
    group.wait();
  });
}

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[512];
  frame[0] = 1;
  return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

TEST(StacksDeathTest, OverflowInForeignNamesTheTask) {
  if (sanitizer)
    GTEST_SKIP() << sanitizer;
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([] { foreign([] { recurse(0); }); }),
               "the task spawned at .*behaviour_test.cpp:[0-9]+ used up its "
               "thread's stack of [0-9]+ KiB");
}

TEST(Masses, AMillionTasksWaitAtOnce) {
  if (sanitizer)
    GTEST_SKIP() << sanitizer;
  static constexpr std::size_t tasks = 1'000'000;
  std::size_t available = static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) *
                          static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (available < tasks * 5000)
    GTEST_SKIP() << "needs 5 GB of memory";
  run([] {
    std::size_t before = stats().memory;
    WaitGroup parked, release, group;
    parked.add(tasks);
    release.add();
    for (std::size_t i = 0; i < tasks; ++i)
      group.spawn([&] {
        parked.done();
        release.wait();
      });
    parked.wait();
    Stats now = stats();
    EXPECT_GE(now.tasks, tasks);
    // A page, a node, and what the system needs for its tables.
    EXPECT_LE((now.memory - before) / tasks, 4400u);
    RecordProperty("unguarded", static_cast<int>(now.unguarded));
    release.done();
    group.wait();
    release_memory();
    EXPECT_LT(stats().memory, before + tasks * 1000);
  });
}

TEST(Masses, AMillionTimersArePending) {
  if (sanitizer)
    GTEST_SKIP() << sanitizer;
  static constexpr std::size_t count = 1'000'000;
  run([] {
    std::vector<std::unique_ptr<Timer>> timers;
    timers.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      timers.push_back(std::make_unique<Timer>(
          std::chrono::hours(1) + std::chrono::milliseconds(i % 100'000)));
    EXPECT_GE(stats().timers, count);
    // A near one still comes in its time.
    Timer near(1ms);
    near.receive();
    for (std::size_t i = 0; i < count; i += 2)
      timers[i]->stop();
    EXPECT_LE(stats().timers, count / 2 + 10);
  });
}

// A system whose cgroup files the test writes.
class Container : public testing::Test {
protected:
  Container() {
    std::string name =
        (std::filesystem::temp_directory_path() / "heddle-XXXXXX").string();
    root_ = mkdtemp(name.data());
    write("/proc/self/cgroup", "0::/pod\n");
    write("/proc/self/mountinfo",
          "29 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n");
    detail::CgroupLimits::default_root = root_.c_str();
  }
  ~Container() override {
    detail::CgroupLimits::default_root = "";
    std::filesystem::remove_all(root_);
  }
  void write(const std::string &path, const std::string &text) const {
    std::filesystem::create_directories(
        (root_ + path).substr(0, (root_ + path).rfind('/')));
    // In one step: the runtime reads meanwhile.
    std::ofstream(root_ + "/new") << text;
    std::filesystem::rename(root_ + "/new", root_ + path);
  }
  void grant(const std::string &cpus) const {
    write("/sys/fs/cgroup/pod/cpu.max", cpus + "\n");
  }

  std::string root_;
};

TEST_F(Container, QuotaIsFollowedWhileTasksRun) {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0 || CPU_COUNT(&cpus) < 2)
    GTEST_SKIP() << "needs two CPUs";
  grant("100000 100000");
  EXPECT_EQ(available_procs(), 1u);
  run([&] {
    EXPECT_EQ(procs(), 1u);
    for (auto [quota, expected] :
         {std::pair("250000 100000", 2u), std::pair("150000 100000", 1u)}) {
      grant(quota);
      while (procs() != expected)
        sleep_for(5ms);
    }
    EXPECT_EQ(set_procs(2), 1u);
  });
}

TEST_F(Container, OptionsTakeItsLimits) {
  grant("100000 100000");
  write("/sys/fs/cgroup/pod/memory.max", "1000000000\n");
  write("/sys/fs/cgroup/memory.max", "2000000000\n");
  write("/sys/fs/cgroup/pod/pids.max", "120\n");
  write("/sys/fs/cgroup/pod/pids.current", "20\n");
  Options options = Options::for_container();
  EXPECT_EQ(options.memory_limit, 900'000'000u);
  EXPECT_EQ(options.max_threads, 50u);
  EXPECT_EQ(options.procs, 0u);
  testing::internal::CaptureStderr();
  EXPECT_EQ(run([] { return procs(); }, options), 1u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Container, WithoutAMemoryLimitTheMachinesCounts) {
  grant("max 100000");
  EXPECT_GT(Options::for_container().memory_limit, std::size_t{100} << 20);
}

TEST_F(Container, MissingLimitsAreTold) {
  grant("250000 100000");
  write("/sys/fs/cgroup/memory.max", "536870912\n");
  testing::internal::CaptureStderr();
  run([] {});
  run([] {});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "heddle: the cgroup grants 2.5 CPUs and 512 MiB, and the runtime "
            "has no memory limit; see heddle::Options::for_container\n");
  testing::internal::CaptureStderr();
  run([] {}, {.procs = 16, .memory_limit = 1 << 30});
  EXPECT_NE(testing::internal::GetCapturedStderr().find(
                "16 processors for 2.5 CPUs that the cgroup grants"),
            std::string::npos);
}

TEST_F(Container, ThrottledPeriodsOfAllLevelsAreTold) {
  write("/sys/fs/cgroup/pod/cpu.stat", "nr_periods 9\nnr_throttled 4\n");
  write("/sys/fs/cgroup/cpu.stat", "nr_periods 9\nnr_throttled 2\n");
  EXPECT_EQ(stats().throttled, 6u);
}

} // namespace
} // namespace heddle
