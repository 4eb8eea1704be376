// The end of a wait is often the end of what was waited for: whoever wakes a
// task must not touch it afterwards. AddressSanitizer and ThreadSanitizer see a
// late access to what is deleted here at once.
#include "heddle/heddle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
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
  options.report_deadlock = false;
  return options;
}

/// A short time that differs from call to call.
void dawdle(std::minstd_rand &random) {
  for (unsigned turns = random() % 400; turns > 0; --turns)
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

/// A thread that does something at the same time as the caller.
class Elsewhere {
public:
  /// Starts `work` there, at once, after what was started before.
  void start(std::function<void()> work) {
    wait();
    work_ = std::move(work);
    busy_.store(true, std::memory_order_release);
  }

  void wait() const {
    while (busy_.load(std::memory_order_acquire))
      std::this_thread::yield();
  }

private:
  void serve(const std::stop_token &stop) {
    std::minstd_rand random(99);
    while (!stop.stop_requested())
      if (busy_.load(std::memory_order_acquire)) {
        dawdle(random);
        work_();
        busy_.store(false, std::memory_order_release);
      } else {
        std::this_thread::yield();
      }
  }

  std::atomic<bool> busy_ = false;
  std::function<void()> work_;
  std::jthread thread_{[this](const std::stop_token &stop) { serve(stop); }};
};

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
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(3);
        for (int i = 0; i < times; ++i) {
          auto group = std::make_unique<WaitGroup>();
          group->add();
          elsewhere.start([&group = *group] { group.done(); });
          dawdle(random);
          group->wait();
        }
      },
      two_procs());
}

TEST(ReviewLifetime, SemaphoreMayGoWithItsLastSlot) {
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(4);
        for (int i = 0; i < times; ++i) {
          auto slots = std::make_unique<Semaphore>(0);
          elsewhere.start([&slots = *slots] { slots.release(); });
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
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(5);
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>(i % 2);
          elsewhere.start([&channel = *channel, i] { channel.send(i); });
          dawdle(random);
          EXPECT_EQ(channel->receive(), i);
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ChannelMayGoWithAValueThatASelectSent) {
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(6);
        Channel<int> never;
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>();
          elsewhere.start([&channel = *channel, &never, i] {
            select(on_send(channel, i), on_receive(never));
          });
          dawdle(random);
          EXPECT_EQ(channel->receive(), i);
        }
        elsewhere.wait();
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

// The one who finds itself the last user under the lock deletes the lock.
TEST(ReviewLifetime, MutexMayGoWithItsLastUser) {
  struct Counted {
    Mutex mutex;
    int users = 3;

    void leave() {
      mutex.lock();
      const bool last = --users == 0;
      mutex.unlock();
      if (last)
        delete this;
    }
  };
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(8);
        for (int i = 0; i < times; ++i) {
          auto *object = new Counted;
          WaitGroup group;
          group.spawn([object] { object->leave(); });
          elsewhere.start([object] { object->leave(); });
          dawdle(random);
          object->leave();
          group.wait();
        }
        elsewhere.wait();
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
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(10);
        for (int i = 0; i < times; ++i) {
          auto channel = std::make_unique<Channel<int>>();
          elsewhere.start([&channel = *channel] { (void)channel.try_send(1); });
          select(on_receive(*channel),
                 on_timeout(std::chrono::microseconds(random() % 20), [] {}));
          elsewhere.wait();
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
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(12);
        for (int i = 0; i < times; ++i) {
          auto [parent, cancel_parent] = with_cancel(background());
          std::vector<Cancellation> children;
          for (int child = 0; child < 4; ++child)
            children.push_back(with_cancel(parent));
          elsewhere.start([cancel = cancel_parent] { cancel(); });
          dawdle(random);
          for (const Cancellation &child : children)
            child.cancel();
          elsewhere.wait();
          for (const Cancellation &child : children)
            EXPECT_EQ(child.context.error(), std::errc::operation_canceled);
        }
      },
      two_procs());
}

TEST(ReviewLifetime, ContextsMayGetTimersWhileTheirParentEnds) {
  Elsewhere elsewhere;
  run(
      [&] {
        std::minstd_rand random(13);
        for (int i = 0; i < times; ++i) {
          auto [parent, cancel_parent] = with_cancel(background());
          elsewhere.start([cancel = cancel_parent] { cancel(); });
          dawdle(random);
          for (int child = 0; child < 4; ++child)
            (void)with_timeout(parent, 1h);
          elsewhere.wait();
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
