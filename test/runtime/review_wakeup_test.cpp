// No wake may be lost, above all on the way to sleep: a processor that found
// nothing to do, the last one of them, one whose timer was just overtaken. A
// lost wake shows as a test that never ends: main() ends it.
#include "heddle/heddle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

Options procs_of(unsigned procs) {
  Options options;
  options.procs = procs;
  options.report_deadlock = false;
  return options;
}

void spin(unsigned turns) {
  for (; turns > 0; --turns)
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

class ReviewWakeup : public testing::TestWithParam<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Procs, ReviewWakeup, testing::Values(1u, 2u, 4u),
                         testing::PrintToStringParamName());

// The pauses sweep over the time that a processor needs to fall asleep.
TEST_P(ReviewWakeup, FromAPlainThread) {
  Channel<int> there, back;
  std::jthread outside([&] {
    std::minstd_rand random(1);
    for (int i = 0; i < 2'000; ++i) {
      spin(random() % 60'000);
      there.send(i);
      EXPECT_EQ(back.receive(), i);
    }
    there.close();
  });
  run(
      [&] {
        for (int value : there)
          back.send(value);
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, SpawnsFromPlainThreads) {
  constexpr int threads = 3, each = 1'000;
  std::atomic<int> ran = 0;
  run(
      [&] {
        std::vector<std::jthread> outside;
        for (int t = 0; t < threads; ++t)
          outside.emplace_back([&ran, t] {
            std::minstd_rand random(static_cast<unsigned>(t) + 2);
            for (int i = 0; i < each; ++i) {
              WaitGroup group;
              group.spawn([&ran] { ran.fetch_add(1); });
              if (i % 2)
                group.wait();
              else
                spin(random() % 20'000), group.wait();
            }
          });
        blocking([&] { outside.clear(); });
      },
      procs_of(GetParam()));
  EXPECT_EQ(ran, threads * each);
}

TEST_P(ReviewWakeup, FromTimersWhileAllSleep) {
  run(
      [] {
        WaitGroup sleepers;
        for (int task = 0; task < 50; ++task)
          sleepers.spawn([task] {
            std::minstd_rand random(static_cast<unsigned>(task) + 10);
            for (int i = 0; i < 40; ++i) {
              const TimePoint before = Clock::now();
              const auto d = std::chrono::microseconds(random() % 3'000);
              sleep_for(d);
              EXPECT_GE(Clock::now() - before, d);
            }
          });
        sleepers.wait();
      },
      procs_of(GetParam()));
}

// An earlier deadline than the one that the sleeping processor waits for.
TEST_P(ReviewWakeup, TimersThatOvertake) {
  run(
      [] {
        std::minstd_rand random(20);
        for (int i = 0; i < 300; ++i) {
          Timer late(10min);
          Timer early(10min);
          early.reset(std::chrono::microseconds(random() % 500));
          EXPECT_EQ(select(on_receive(late), on_receive(early)), 1u);
        }
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, TimersMovedFromPlainThreads) {
  run(
      [] {
        Timer timer(10min);
        Channel<int> moved(1);
        std::jthread outside([&] {
          std::minstd_rand random(21);
          for (int i = 0; i < 500; ++i) {
            spin(random() % 60'000);
            timer.reset(std::chrono::microseconds(random() % 200));
            moved.receive();
          }
        });
        for (int i = 0; i < 500; ++i) {
          timer.receive();
          moved.send(i);
        }
        blocking([&] { outside.join(); });
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, FromBlockingSections) {
  run(
      [] {
        Channel<int> channel;
        WaitGroup tasks;
        for (int task = 0; task < 6; ++task) {
          tasks.spawn([&, task] {
            std::minstd_rand random(static_cast<unsigned>(task) + 30);
            for (int i = 0; i < 100; ++i) {
              blocking([&] {
                std::this_thread::sleep_for(
                    std::chrono::microseconds(random() % 150));
                // As a plain thread would.
                if (i % 5 == 0)
                  channel.send(i);
              });
              if (i % 5 != 0)
                channel.send(i);
            }
          });
          tasks.spawn([&] {
            for (int i = 0; i < 100; ++i)
              channel.receive();
          });
        }
        tasks.wait();
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, WhileTheProcessorsChange) {
  run(
      [] {
        std::atomic<bool> stop = false;
        WaitGroup tasks;
        std::vector<std::unique_ptr<Channel<int>>> ring;
        constexpr int size = 8;
        for (int i = 0; i < size; ++i)
          ring.push_back(std::make_unique<Channel<int>>(1));
        for (int i = 0; i < size; ++i)
          tasks.spawn([&, i] {
            for (int token : *ring[i]) {
              if (token == 3'000) {
                for (auto &channel : ring)
                  channel->close();
                return;
              }
              ring[(i + 1) % size]->send(token + 1);
            }
          });
        tasks.spawn([&] {
          std::minstd_rand random(40);
          while (!stop) {
            set_procs(1 + random() % 4);
            sleep_for(200us);
          }
        });
        ring[0]->send(0);
        while (!ring[0]->is_closed())
          sleep_for(1ms);
        stop = true;
        tasks.wait();
      },
      procs_of(GetParam()));
}

// Every branch once: also those that others took, in any order.
TEST_P(ReviewWakeup, InvokeAllRunsEachBranchOnce) {
  run(
      [] {
        std::atomic<bool> stop = false;
        WaitGroup thieves;
        for (int i = 0; i < 3; ++i)
          thieves.spawn([&] {
            while (!stop)
              yield();
          });
        for (int i = 0; i < 2'000; ++i) {
          std::atomic<int> ran[4] = {};
          const auto branch = [&](int b) {
            return [&ran, b, i] {
              ran[b].fetch_add(1);
              spin(static_cast<unsigned>(i % 7) * 300);
              if ((i + b) % 5 == 0)
                yield();
            };
          };
          invoke_all(branch(0), branch(1), branch(2), branch(3));
          for (const auto &count : ran)
            ASSERT_EQ(count, 1);
        }
        stop = true;
        thieves.wait();
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, MutexAndConditionTogether) {
  run(
      [] {
        constexpr int tasks = 8, turns = 300;
        Mutex mutex;
        ConditionVariable changed;
        int turn = 0;
        WaitGroup group;
        for (int task = 0; task < tasks; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < turns; ++i) {
              std::unique_lock lock(mutex);
              while (turn % tasks != task)
                if (task % 2)
                  changed.wait(lock);
                else
                  changed.wait_for(lock, 100us);
              ++turn;
              changed.notify_all();
            }
          });
        group.wait();
        EXPECT_EQ(turn, tasks * turns);
      },
      procs_of(GetParam()));
}

// A time-out that is over before the wait has begun still ends it.
TEST_P(ReviewWakeup, FutureTimesOut) {
  run(
      [] {
        Channel<int> gate;
        Future<void> never = async([&] { gate.receive(); });
        for (int i = 0; i < 3'000; ++i)
          EXPECT_FALSE(never.wait_for(std::chrono::nanoseconds(1 + i % 200)));
        gate.close();
        never.get();
      },
      procs_of(GetParam()));
}

// Moving a timer away must not take along those that are due before it.
TEST_P(ReviewWakeup, ATimerMovedFarAwayHidesNoOther) {
  run(
      [] {
        for (int i = 0; i < 5; ++i) {
          Timer moved(20ms), other(40ms);
          moved.reset(1h);
          sleep_for(1ms);
          other.receive();
        }
      },
      procs_of(GetParam()));
}

// Long enough for all workers, and the monitor, to sleep until woken.
constexpr auto long_idle = 150ms;

TEST_P(ReviewWakeup, ATimerBroughtForwardWhileAllSleep) {
  run(
      [] {
        Timer timer(1h);
        std::jthread outside([&] {
          std::this_thread::sleep_for(long_idle);
          timer.reset(1ms);
        });
        timer.receive();
        blocking([&] { outside.join(); });
      },
      procs_of(GetParam()));
}

// Nobody but the monitor takes care of a plain thread's timer while all sleep;
// it must come sooner for tasks that run.
TEST_P(ReviewWakeup, TimeSlicesWhileATimerIsFarAway) {
  run(
      [] {
        Channel<int> wake;
        std::jthread outside([&] {
          std::this_thread::sleep_for(long_idle);
          Timer far(1h);
          std::this_thread::sleep_for(long_idle);
          wake.send(0);
          wake.receive();
        });
        wake.receive();
        std::atomic<bool> ran = false;
        WaitGroup group;
        group.spawn([&] { ran = true; });
        while (!ran)
          checkpoint();
        group.wait();
        wake.send(0);
        blocking([&] { outside.join(); });
      },
      procs_of(GetParam()));
}

// As a plain thread's: that of a worker whose processor others have.
TEST_P(ReviewWakeup, ATimerOfAForeignSection) {
  run(
      [] {
        Channel<int> wake;
        WaitGroup others;
        for (int i = 0; i < 8; ++i)
          others.spawn([] { yield(); });
        std::jthread outside([&] {
          std::this_thread::sleep_for(2 * long_idle);
          wake.send(0);
        });
        foreign([&] {
          wake.receive();
          Semaphore none(0);
          EXPECT_FALSE(none.try_acquire_for(1ms));
        });
        others.wait();
        blocking([&] { outside.join(); });
      },
      procs_of(GetParam()));
}

TEST_P(ReviewWakeup, ManyRuntimesOneAfterTheOther) {
  for (int i = 0; i < 700; ++i) {
    const int result = run(
        [i] {
          WaitGroup group;
          int half = 0;
          group.spawn([&] {
            yield();
            half = i;
          });
          group.wait();
          return half + i;
        },
        procs_of(GetParam()));
    ASSERT_EQ(result, 2 * i);
  }
}

} // namespace
} // namespace heddle
