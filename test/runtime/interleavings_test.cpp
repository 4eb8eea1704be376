// Small uses of every primitive, in many orders. A failure prints the seed that
// repeats it; a lost wake-up shows as a deadlock, which names its seed.
#include "heddle/heddle.h"
#include "heddle/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <vector>

namespace heddle::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::nullopt_t in_no_order = std::nullopt;

TEST(Interleavings, MutexExcludes) {
  EXPECT_EQ(explore([] {
              Mutex mutex;
              int inside = 0, most = 0, entered = 0;
              WaitGroup group;
              for (int task = 0; task < 4; ++task)
                group.spawn([&, task] {
                  for (int i = 0; i < 3; ++i) {
                    std::unique_lock lock(mutex, std::defer_lock);
                    if (task % 2 == 0 || !lock.try_lock())
                      lock.lock();
                    most = std::max(most, ++inside);
                    checkpoint();
                    ++entered;
                    --inside;
                    checkpoint();
                  }
                });
              group.wait();
              return most == 1 && entered == 12;
            }),
            in_no_order);
}

TEST(Interleavings, SharedMutexExcludesWriters) {
  EXPECT_EQ(explore([] {
              SharedMutex mutex;
              int readers = 0, writers = 0, wrong = 0;
              WaitGroup group;
              for (int task = 0; task < 6; ++task)
                group.spawn([&, task] {
                  for (int i = 0; i < 2; ++i) {
                    if (task % 3 == 0) {
                      std::lock_guard lock(mutex);
                      wrong += writers++ != 0 || readers != 0;
                      checkpoint();
                      --writers;
                    } else {
                      std::shared_lock lock(mutex);
                      ++readers;
                      wrong += writers != 0;
                      checkpoint();
                      --readers;
                    }
                    checkpoint();
                  }
                });
              group.wait();
              return wrong == 0;
            }),
            in_no_order);
}

TEST(Interleavings, ConditionVariableLosesNoWake) {
  EXPECT_EQ(explore([] {
              Mutex mutex;
              ConditionVariable changed;
              int tokens = 0, taken = 0;
              WaitGroup group;
              for (int task = 0; task < 3; ++task)
                group.spawn([&] {
                  std::unique_lock lock(mutex);
                  changed.wait(lock, [&] { return tokens > 0; });
                  checkpoint();
                  --tokens;
                  ++taken;
                });
              for (int i = 0; i < 3; ++i) {
                checkpoint();
                std::lock_guard lock(mutex);
                ++tokens;
                changed.notify_one();
              }
              group.wait();
              return taken == 3 && tokens == 0;
            }),
            in_no_order);
}

TEST(Interleavings, ChannelsKeepTheOrderAndLoseNothing) {
  for (std::size_t capacity : {0, 1, 3})
    EXPECT_EQ(explore([capacity] {
                Channel<std::pair<int, int>> channel(capacity);
                WaitGroup senders, receivers;
                std::vector<int> next(3);
                bool in_order = true;
                for (int task = 0; task < 3; ++task)
                  senders.spawn([&, task] {
                    for (int i = 0; i < 4; ++i) {
                      checkpoint();
                      channel.send({task, i});
                    }
                  });
                receivers.spawn([&] {
                  for (auto [task, i] : channel) {
                    in_order &= next[task]++ == i;
                    checkpoint();
                  }
                });
                senders.wait();
                channel.close();
                receivers.wait();
                return in_order && next == std::vector{4, 4, 4};
              }),
              in_no_order)
        << "capacity " << capacity;
}

TEST(Interleavings, CloseDuringSendReceiveAndSelect) {
  for (std::size_t capacity : {0, 2})
    EXPECT_EQ(explore([capacity] {
                Channel<int> channel(capacity);
                int sent = 0, received = 0;
                WaitGroup group;
                for (int task = 0; task < 2; ++task) {
                  group.spawn([&] {
                    while (channel.send(1)) {
                      ++sent;
                      checkpoint();
                    }
                  });
                  group.spawn([&] {
                    for (bool open = true; open;)
                      select(on_send(channel, 1, [&](bool taken) {
                        open = taken;
                        sent += taken;
                      }));
                  });
                  group.spawn([&] {
                    while (channel.receive()) {
                      ++received;
                      checkpoint();
                    }
                  });
                  group.spawn([&] {
                    for (bool open = true; open;)
                      select(on_receive(channel, [&](std::optional<int> got) {
                        open = got.has_value();
                        received += open;
                      }));
                  });
                }
                for (int i = 0; i < 10; ++i)
                  yield();
                channel.close();
                group.wait();
                return sent == received;
              }),
              in_no_order)
        << "capacity " << capacity;
}

TEST(Interleavings, SelectTakesOneCase) {
  EXPECT_EQ(explore([] {
              Channel<int> a, b;
              WaitGroup group;
              int sent = 0, received = 0, chosen = 0;
              for (Channel<int> *channel : {&a, &b})
                group.spawn([&, channel] {
                  for (int i = 0; i < 3; ++i)
                    select(on_send(*channel, 1, [&] { ++sent; }),
                           on_timeout(1ms, [] {}));
                });
              group.spawn([&] {
                for (int i = 0; i < 4; ++i) {
                  select(on_receive(a, [&](int) { ++received; }),
                         on_receive(b, [&](int) { ++received; }),
                         on_timeout(1ms, [] {}));
                  ++chosen;
                  checkpoint();
                }
              });
              group.wait();
              return sent == received && chosen == 4;
            }),
            in_no_order);
}

TEST(Interleavings, SemaphoreBounds) {
  EXPECT_EQ(explore([] {
              Semaphore slots(2);
              int inside = 0, most = 0, refused = 0;
              WaitGroup group;
              for (int task = 0; task < 5; ++task)
                group.spawn([&, task] {
                  if (task == 4) {
                    if (!slots.try_acquire_for(1ms)) {
                      ++refused;
                      return;
                    }
                  } else {
                    slots.acquire();
                  }
                  most = std::max(most, ++inside);
                  checkpoint();
                  if (task == 0)
                    sleep_for(2ms);
                  --inside;
                  slots.release();
                });
              group.wait();
              return most <= 2 && slots.available() == 2 && refused <= 1;
            }),
            in_no_order);
}

TEST(Interleavings, WaitGroupWaitsForAll) {
  EXPECT_EQ(explore([] {
              WaitGroup group, waiters;
              int done = 0, early = 0, late = 0;
              group.add(3);
              for (int task = 0; task < 3; ++task)
                spawn([&, task] {
                  checkpoint();
                  if (task == 1)
                    sleep_for(1ms);
                  ++done;
                  group.done();
                });
              for (int waiter = 0; waiter < 3; ++waiter)
                waiters.spawn([&, waiter] {
                  if (waiter == 0)
                    late += !group.wait_for(500us) && done == 3;
                  else
                    group.wait();
                  early += waiter != 0 && done != 3;
                });
              waiters.wait();
              group.wait();
              return early == 0 && late == 0;
            }),
            in_no_order);
}

TEST(Interleavings, EventLosesNoWake) {
  EXPECT_EQ(explore([] {
              Event ready;
              int through = 0;
              WaitGroup group;
              for (int task = 0; task < 3; ++task)
                group.spawn([&, task] {
                  if (task == 0)
                    while (!ready.wait_for(1us))
                      checkpoint();
                  ready.wait();
                  ++through;
                });
              checkpoint();
              ready.set();
              group.wait();
              ready.reset();
              return through == 3 && !ready.is_set();
            }),
            in_no_order);
}

TEST(Interleavings, OnceRunsOnce) {
  EXPECT_EQ(explore([] {
              Once once;
              int runs = 0, failures = 0, early = 0;
              WaitGroup group;
              for (int task = 0; task < 4; ++task)
                group.spawn([&] {
                  try {
                    once.call([&] {
                      checkpoint();
                      if (failures == 0)
                        throw std::runtime_error("once");
                      ++runs;
                    });
                    early += runs != 1;
                  } catch (const std::runtime_error &) {
                    ++failures;
                  }
                });
              group.wait();
              return runs == 1 && failures == 1 && early == 0;
            }),
            in_no_order);
}

TEST(Interleavings, TimersGiveNoStaleTick) {
  EXPECT_EQ(explore([] {
              Timer timer(1ms);
              int early = 0;
              for (int i = 0; i < 4; ++i) {
                if (i % 2)
                  sleep_for(1ms);
                const TimePoint start = Clock::now();
                timer.reset(2ms);
                checkpoint();
                early += timer.receive() - start < 2ms;
              }
              timer.reset(1ms);
              sleep_for(2ms);
              const bool stopped = timer.stop();
              return early == 0 && stopped && !timer.try_receive();
            }),
            in_no_order);
}

TEST(Interleavings, FuturesCarryTheirResult) {
  EXPECT_EQ(explore([] {
              auto slow = async([] {
                sleep_for(1ms);
                return 1;
              });
              auto quick = async([] { return 2; });
              auto bad = async([] { throw std::runtime_error("bad"); });
              checkpoint();
              const bool in_time = slow.wait_for(2ms);
              bool threw = false;
              try {
                bad.get();
              } catch (const std::runtime_error &) {
                threw = true;
              }
              return in_time && threw && slow.get() + quick.get() == 3;
            }),
            in_no_order);
}

TEST(Interleavings, ContextsEndEveryWait) {
  EXPECT_EQ(explore([] {
              ScopedContext context = with_timeout(background(), 1ms);
              Event event;
              Semaphore slots(1);
              Channel<int> channel;
              int got = 0, ended = 0;
              WaitGroup group;
              const auto count = [&](bool served) { ++(served ? got : ended); };
              for (int task = 0; task < 2; ++task) {
                group.spawn([&] { count(event.wait(context)); });
                group.spawn([&] { count(slots.acquire(context)); });
                group.spawn([&] { count(channel.send(context, 1)); });
                group.spawn(
                    [&] { count(channel.receive(context).has_value()); });
              }
              checkpoint();
              context.cancel();
              group.wait();
              const bool balanced = got % 2 == (slots.available() == 0);
              return got + ended == 8 && balanced;
            }),
            in_no_order);
}

TEST(Interleavings, TaskGroupCancelsTheRest) {
  EXPECT_EQ(explore([] {
              TaskGroup group;
              group.set_limit(3);
              int begun = 0, ended = 0;
              for (int task = 0; task < 5; ++task)
                group.spawn([&, task](const Context &context) {
                  ++begun;
                  checkpoint();
                  if (task == 2) {
                    ++ended;
                    throw std::runtime_error("2");
                  }
                  context.done().wait();
                  ++ended;
                });
              bool threw = false;
              try {
                group.wait();
              } catch (const std::runtime_error &) {
                threw = true;
              }
              check_leaks();
              return threw && begun == ended;
            }),
            in_no_order);
}

TEST(Interleavings, WorkerPoolDoesEveryJob) {
  EXPECT_EQ(explore([] {
              int sum = 0, inside = 0, most = 0;
              {
                WorkerPool<int> pool(2, 1, [&](int job) {
                  most = std::max(most, ++inside);
                  checkpoint();
                  sum += job;
                  --inside;
                });
                for (int job = 1; job <= 6; ++job)
                  pool.submit(job);
                checkpoint();
              }
              return sum == 21 && most <= 2;
            }),
            in_no_order);
}

TEST(Interleavings, WorkerPoolBeginsJobsInTheirOrder) {
  for (int capacity : {0, 1, 4})
    EXPECT_EQ(explore([=] {
                std::vector<int> begun;
                {
                  WorkerPool<int> pool(3, capacity, [&](int job) {
                    begun.push_back(job);
                    if (job % 3)
                      yield();
                  });
                  for (int job = 0; job < 12; ++job)
                    if (job % 4 != 3 || !pool.try_submit(job))
                      pool.submit(job);
                }
                return begun.size() == 12 && std::ranges::is_sorted(begun);
              }),
              in_no_order);
}

TEST(Interleavings, WorkerPoolClosesAtAnyMoment) {
  EXPECT_EQ(explore([] {
              int done = 0, accepted = 0;
              {
                WorkerPool<int> pool(2, 1, [&](int) {
                  checkpoint();
                  ++done;
                });
                WaitGroup submitters;
                for (int task = 0; task < 3; ++task)
                  submitters.spawn([&] {
                    for (int job = 0; job < 3; ++job)
                      accepted += pool.submit(job);
                  });
                submitters.spawn([&] {
                  checkpoint();
                  pool.close();
                });
                submitters.wait();
              }
              return done == accepted;
            }),
            in_no_order);
}

TEST(Interleavings, ParallelLoopsCoverTheirItems) {
  EXPECT_EQ(explore([] {
              std::vector<int> seen(7);
              parallel_for(0, 7, [&](int i) {
                checkpoint();
                ++seen[i];
                yield();
              });
              int branches = 0;
              invoke_all([&] { branches += 1; },
                         [&] {
                           checkpoint();
                           branches += 10;
                         },
                         [&] { branches += 100; });
              return branches == 111 && seen == std::vector<int>(7, 1);
            }),
            in_no_order);
}

} // namespace
} // namespace heddle::testing
