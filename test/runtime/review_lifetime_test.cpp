// The end of a wait is often the end of what was waited for: whoever wakes a
// task must not touch it afterwards. AddressSanitizer and ThreadSanitizer see a
// late access to what is deleted here at once.
#include "heddle/heddle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

constexpr int times = 3'000;

Options two_procs() {
  Options options;
  options.procs = 2;
  return options;
}

/// A short time that differs from call to call.
void dawdle(std::minstd_rand &random) {
  for (unsigned turns = random() % 400; turns > 0; --turns)
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

TEST(ReviewLifetime, WaitGroupMayGoWhenWaitReturns) {
  run(
      [] {
        std::minstd_rand random(1);
        for (int i = 0; i < times; ++i) {
          auto group = std::make_unique<WaitGroup>();
          for (int task = 0; task < 3; ++task)
            group->spawn([] {});
          dawdle(random);
          group->wait();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, WaitGroupMayGoWhileAThreadIsInDone) {
  std::atomic<WaitGroup *> current = nullptr;
  std::atomic<bool> stop = false;
  std::jthread other([&] {
    std::minstd_rand random(2);
    while (!stop)
      if (WaitGroup *group = current.exchange(nullptr)) {
        dawdle(random);
        group->done();
      }
  });
  Options options = two_procs();
  options.report_deadlock = false;
  run(
      [&] {
        std::minstd_rand random(3);
        for (int i = 0; i < times; ++i) {
          auto group = std::make_unique<WaitGroup>();
          group->add();
          current = group.get();
          dawdle(random);
          group->wait();
        }
      },
      options);
  stop = true;
}

TEST(ReviewLifetime, SemaphoreMayGoWithItsLastSlot) {
  run(
      [] {
        std::minstd_rand random(4);
        for (int i = 0; i < times; ++i) {
          auto slots = std::make_unique<Semaphore>(0);
          spawn([&slots = *slots] { slots.release(); });
          dawdle(random);
          if (i % 2)
            slots->acquire();
          else
            while (!slots->try_acquire_for(1us))
              ;
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ChannelMayGoWithItsLastValue) {
  run(
      [] {
        std::minstd_rand random(5);
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>(i % 2);
          spawn([&channel = *channel, i] { channel.send(i); });
          dawdle(random);
          EXPECT_EQ(channel->receive(), i);
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ChannelMayGoWithAValueThatASelectSent) {
  run(
      [] {
        std::minstd_rand random(6);
        Channel<int> never;
        WaitGroup senders;
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>();
          senders.spawn([&channel = *channel, &never, i] {
            select(on_send(channel, i), on_receive(never));
          });
          dawdle(random);
          if (i % 3 == 0)
            yield();
          EXPECT_EQ(channel->receive(), i);
        }
        senders.wait();
      },
      two_procs());
}

TEST(ReviewLifetime, FutureMayGoAtAnyTime) {
  run(
      [] {
        std::minstd_rand random(7);
        std::atomic<int> ran = 0;
        for (int i = 0; i < times; ++i) {
          Future<int> future = async([&ran, i] {
            ran.fetch_add(1);
            return i;
          });
          dawdle(random);
          if (i % 3 == 0)
            EXPECT_EQ(future.get(), i);
          else if (i % 3 == 1)
            (void)future.wait_for(std::chrono::microseconds(random() % 3));
        }
        while (ran != times)
          yield();
      },
      two_procs());
}

struct Counted {
  Mutex mutex;
  int users = 0;
};

// The one who finds itself the last user under the lock deletes the lock.
TEST(ReviewLifetime, MutexMayGoWithItsLastUser) {
  run(
      [] {
        std::minstd_rand random(8);
        for (int i = 0; i < times; ++i) {
          auto *object = new Counted;
          object->users = 4;
          WaitGroup group;
          for (int user = 0; user < 4; ++user)
            group.spawn([object, seed = random()] {
              std::minstd_rand own(static_cast<unsigned>(seed));
              dawdle(own);
              object->mutex.lock();
              const bool last = --object->users == 0;
              object->mutex.unlock();
              if (last)
                delete object;
            });
          group.wait();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, TimerMayGoWhileItFires) {
  run(
      [] {
        std::minstd_rand random(9);
        for (int i = 0; i < times; ++i) {
          auto timer =
              std::make_unique<Timer>(std::chrono::microseconds(random() % 30));
          dawdle(random);
          if (i % 4 == 0)
            yield();
          else if (i % 4 == 1)
            timer->reset(std::chrono::microseconds(random() % 30));
          else if (i % 4 == 2)
            timer->receive();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, SelectMayEndWhileItsTimeoutFires) {
  run(
      [] {
        std::minstd_rand random(10);
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>();
          WaitGroup sender;
          sender.spawn([&channel = *channel, seed = random()] {
            std::minstd_rand own(static_cast<unsigned>(seed));
            dawdle(own);
            (void)channel.try_send(1);
          });
          select(on_receive(*channel),
                 on_timeout(std::chrono::microseconds(random() % 20), [] {}));
          sender.wait();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, WorkerPoolMayGoAtOnce) {
  run(
      [] {
        for (int i = 0; i < times / 10; ++i) {
          std::atomic<int> done = 0;
          {
            WorkerPool pool{2, 4, [&](int) { done.fetch_add(1); }};
            for (int job = 0; job < 5; ++job)
              EXPECT_TRUE(pool.submit(job));
          }
          EXPECT_EQ(done, 5);
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ContextsMayGoWhileTheyExpire) {
  run(
      [] {
        std::minstd_rand random(11);
        WaitGroup watchers;
        for (int i = 0; i < times; ++i) {
          auto [parent, cancel] = with_cancel(background());
          auto [child, cancel_child] =
              with_timeout(parent, std::chrono::microseconds(random() % 50));
          watchers.spawn([child] { child.done().wait(); });
          dawdle(random);
          if (i % 3 == 0)
            cancel();
          else if (i % 3 == 1)
            cancel_child();
        }
        watchers.wait();
      },
      two_procs());
}

// A child's own cancel and its parent's go through the same states.
TEST(ReviewLifetime, ContextsMayBeCancelledFromAboveAndBelowAtOnce) {
  run(
      [] {
        for (int i = 0; i < times / 3; ++i) {
          auto [parent, cancel_parent] = with_cancel(background());
          WaitGroup group;
          std::vector<Context> children;
          for (int child = 0; child < 4; ++child) {
            auto [context, cancel] = with_cancel(parent);
            children.push_back(context);
            group.spawn([cancel, seed = i * 4 + child + 1] {
              std::minstd_rand own(static_cast<unsigned>(seed));
              dawdle(own);
              cancel();
            });
          }
          std::minstd_rand own(static_cast<unsigned>(i) + 1);
          dawdle(own);
          cancel_parent();
          for (const Context &child : children)
            EXPECT_EQ(child.error(), std::errc::operation_canceled);
          group.wait();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ContextsMayGetTimersWhileTheirParentEnds) {
  run(
      [] {
        for (int i = 0; i < times / 3; ++i) {
          auto [parent, cancel_parent] = with_cancel(background());
          WaitGroup group;
          group.spawn([parent, seed = i + 1] {
            std::minstd_rand own(static_cast<unsigned>(seed));
            for (int child = 0; child < 8; ++child) {
              auto [context, cancel] = with_timeout(parent, 1h);
              dawdle(own);
            }
          });
          std::minstd_rand own(static_cast<unsigned>(i) + 7);
          dawdle(own);
          dawdle(own);
          cancel_parent();
          group.wait();
        }
      },
      two_procs());
}

// One expiry may cancel another that is due at the same moment.
TEST(ReviewLifetime, ContextsMayExpireTogetherWithTheirParent) {
  run(
      [] {
        for (int i = 0; i < 100; ++i) {
          const TimePoint moment = Clock::now() + 300us;
          auto [parent, cancel_parent] = with_deadline(background(), moment);
          std::vector<Cancellation> children;
          for (int child = 1; child < 6; ++child)
            children.push_back(with_deadline(
                parent, moment - std::chrono::nanoseconds(child)));
          for (const Cancellation &child : children) {
            child.context.done().wait();
            EXPECT_EQ(child.context.error(), std::errc::timed_out);
          }
        }
      },
      two_procs());
}

} // namespace
} // namespace heddle
