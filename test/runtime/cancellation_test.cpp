// Every wait that takes a Context ends with it, gets nothing once it has ended,
// and loses nothing in between.
#include "heddle/heddle.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

/// A wait for something that does not come by itself, and what makes it come.
struct Wait {
  std::function<bool(const Context &)> wait;
  std::function<void()> serve;
};

/// Makes a wait afresh, with whatever it waits for.
using MakeWait = Wait (*)();

struct Case {
  const char *name;
  MakeWait make;
};

constexpr Case cases[] = {
    {"Event",
     [] {
       auto event = std::make_shared<Event>();
       return Wait{[=](const Context &context) { return event->wait(context); },
                   [=] { event->set(); }};
     }},
    {"Semaphore",
     [] {
       auto slots = std::make_shared<Semaphore>(0);
       return Wait{
           [=](const Context &context) { return slots->acquire(context); },
           [=] { slots->release(); }};
     }},
    {"WaitGroup",
     [] {
       auto group = std::make_shared<WaitGroup>();
       group->add();
       return Wait{[=](const Context &context) { return group->wait(context); },
                   [=] { group->done(); }};
     }},
    {"Future",
     [] {
       auto promise = std::make_shared<Promise<int>>();
       auto future = std::make_shared<Future<int>>(promise->future());
       return Wait{
           [=](const Context &context) { return future->wait(context); },
           [=] { promise->keep([] { return 1; }); }};
     }},
    {"ChannelReceive",
     [] {
       auto channel = make_channel<int>(1);
       return Wait{[=](const Context &context) {
                     return channel->receive(context).has_value();
                   },
                   [=] { channel->send(1); }};
     }},
    {"ChannelSend",
     [] {
       auto channel = make_channel<int>(1);
       channel->send(1);
       return Wait{
           [=](const Context &context) { return channel->send(context, 2); },
           [=] { channel->receive(); }};
     }},
    {"ConditionVariable",
     [] {
       struct State {
         Mutex mutex;
         ConditionVariable changed;
         bool ready = false;
       };
       auto state = std::make_shared<State>();
       return Wait{[=](const Context &context) {
                     std::unique_lock lock(state->mutex);
                     const bool served = state->changed.wait(
                         context, lock, [&] { return state->ready; });
                     EXPECT_TRUE(lock.owns_lock());
                     return served;
                   },
                   [=] {
                     std::lock_guard lock(state->mutex);
                     state->ready = true;
                     state->changed.notify_one();
                   }};
     }},
    {"Sleep",
     [] {
       return Wait{
           [](const Context &context) { return sleep_for(context, 1h); },
           [] {}};
     }},
};

class Cancellation : public testing::TestWithParam<Case> {};
class Service : public Cancellation {};

TEST_P(Cancellation, EndsTheWait) {
  run([] {
    ScopedContext context = with_cancel(background());
    const Wait wait = GetParam().make();
    auto waiter = async([&] { return wait.wait(context); });
    settle();
    context.cancel();
    EXPECT_FALSE(waiter.get());
  });
}

TEST_P(Cancellation, OfADeadlineEndsTheWait) {
  run([] {
    ScopedContext context = with_timeout(background(), 1ms);
    EXPECT_FALSE(GetParam().make().wait(context));
    EXPECT_EQ(context.error(), std::make_error_code(std::errc::timed_out));
  });
}

TEST_P(Service, AWaitThatIsServedIsNotCancelled) {
  run([] {
    ScopedContext context = with_cancel(background());
    const Wait wait = GetParam().make();
    auto waiter = async([&] { return wait.wait(context); });
    settle();
    wait.serve();
    EXPECT_TRUE(waiter.get());
    EXPECT_TRUE(!context.cancelled());
  });
}

TEST_P(Service, TheRootNeverEndsIt) {
  run([] {
    const Wait wait = GetParam().make();
    auto waiter = async([&] { return wait.wait(background()); });
    settle();
    wait.serve();
    EXPECT_TRUE(waiter.get());
  });
}

TEST_P(Service, AnEndedContextGetsNothing) {
  run([] {
    ScopedContext context = with_cancel(background());
    context.cancel();
    const Wait wait = GetParam().make();
    wait.serve();
    // A predicate that holds needs no wait.
    EXPECT_EQ(wait.wait(context),
              std::string(GetParam().name) == "ConditionVariable");
    EXPECT_TRUE(wait.wait(background())) << "it is still there";
  });
}

TEST_P(Cancellation, ReachesPlainThreads) {
  run([] {
    ScopedContext context = with_cancel(background());
    const Wait wait = GetParam().make();
    std::atomic<bool> served = true;
    std::thread waiter([&] { served = wait.wait(context); });
    sleep_for(1ms);
    context.cancel();
    blocking([&] { waiter.join(); });
    EXPECT_FALSE(served);
  });
}

TEST_P(Service, LosesNothing) {
  run(
      [] {
        int served = 0;
        for (int round = 0; round < 300; ++round) {
          ScopedContext context = round % 2 ? with_cancel(background())
                                            : with_timeout(background(), 5us);
          const Wait wait = GetParam().make();
          WaitGroup group;
          group.spawn([&] {
            if (round % 3)
              yield();
            wait.serve();
          });
          group.spawn([&] {
            if (round % 5)
              yield();
            if (round % 2)
              context.cancel();
          });
          if (wait.wait(context))
            ++served;
          else
            // What the context kept from it is there for the next.
            EXPECT_TRUE(wait.wait(background()));
          group.wait();
        }
        EXPECT_LE(served, 300);
      },
      {.procs = 2});
}

INSTANTIATE_TEST_SUITE_P(EveryWait, Cancellation, testing::ValuesIn(cases),
                         [](const auto &info) { return info.param.name; });
// Nobody serves a sleep, which is the last.
INSTANTIATE_TEST_SUITE_P(EveryWait, Service,
                         testing::ValuesIn(cases, std::end(cases) - 1),
                         [](const auto &info) { return info.param.name; });

TEST(Cancellation, OneContextEndsManyWaitsOfAllKinds) {
  run(
      [] {
        ScopedContext context = with_cancel(background());
        std::vector<Wait> waits;
        for (int i = 0; i < 20; ++i)
          for (const Case &kind : cases)
            if (std::string(kind.name) != "Sleep")
              waits.push_back(kind.make());
        std::atomic<std::size_t> ended = 0;
        WaitGroup group;
        for (const Wait &wait : waits)
          group.spawn([&] {
            EXPECT_FALSE(wait.wait(context));
            ++ended;
          });
        settle();
        context.cancel();
        group.wait();
        EXPECT_EQ(ended, waits.size());
      },
      {.procs = 2});
}

TEST(Cancellation, AWaitersPlaceGoesToTheNext) {
  run(
      [] {
        Semaphore slots(0);
        ScopedContext context = with_cancel(background());
        bool second = false;
        WaitGroup group;
        group.spawn([&] { EXPECT_FALSE(slots.acquire(context)); });
        settle();
        group.spawn([&] {
          slots.acquire();
          second = true;
        });
        settle();
        context.cancel();
        slots.release();
        group.wait();
        EXPECT_TRUE(second);
        EXPECT_EQ(slots.available(), 0u);
      },
      {.procs = 1});
}

TEST(Cancellation, ASleepIsServedByTime) {
  run([] {
    ScopedContext context = with_cancel(background());
    EXPECT_TRUE(sleep_for(context, 1ms));
    EXPECT_TRUE(sleep_for(background(), 1ms));
    context.cancel();
    EXPECT_FALSE(sleep_for(context, 1h));
  });
}

TEST(Cancellation, AValueThatIsNotSentStaysWithItsOwner) {
  run([] {
    Channel<std::unique_ptr<int>> channel;
    ScopedContext context = with_timeout(background(), 1ms);
    auto value = std::make_unique<int>(5);
    EXPECT_FALSE(channel.send(context, std::move(value)));
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, 5);
  });
}

TEST(Cancellation, AReceiveTellsTheEndOfTheChannelByTheContext) {
  run([] {
    Channel<int> channel;
    channel.close();
    ScopedContext context = with_cancel(background());
    EXPECT_FALSE(channel.receive(context));
    EXPECT_FALSE(context.cancelled());
    EXPECT_FALSE(channel.send(context, 1));
  });
}

TEST(WaitGroup, WaitForGivesUp) {
  run(
      [] {
        WaitGroup group;
        EXPECT_TRUE(group.wait_for(0ms));
        group.add();
        EXPECT_FALSE(group.wait_for(1ms));
        group.done();
        EXPECT_TRUE(group.wait_for(1ms));
      },
      {.procs = 1});
}

TEST(WaitGroup, DonesRaceTimeOuts) {
  run(
      [] {
        int in_time = 0;
        for (int round = 0; round < 400; ++round) {
          auto group = std::make_unique<WaitGroup>();
          for (int task = 0; task < 3; ++task)
            group->spawn([round, task] {
              if (round % 4 == task)
                sleep_for(5us);
            });
          if (group->wait_for(1us * (round % 40)))
            ++in_time;
          else
            group->wait();
        }
        EXPECT_LE(in_time, 400);
      },
      {.procs = 2});
}

TEST(WaitGroup, ATimeOutLeavesOtherWaitersAlone) {
  run(
      [] {
        WaitGroup work, waiters;
        work.add();
        std::atomic<int> ended = 0;
        for (int i = 0; i < 6; ++i)
          waiters.spawn([&, i] {
            if (i % 2)
              EXPECT_FALSE(work.wait_for(1us * i));
            else
              work.wait();
            ++ended;
          });
        while (ended < 3)
          yield();
        work.done();
        waiters.wait();
        EXPECT_EQ(ended, 6);
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
