#include "heddle/single_flight.h"

#include "heddle/context.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <system_error>

namespace heddle {
namespace {

TEST(SingleFlight, ComputesOnceForAllWhoWait) {
  run([] {
    SingleFlight<std::string, int> loads;
    Channel<int> database;
    std::atomic<int> computed = 0, answered = 0;
    WaitGroup group;
    for (int i = 0; i < 10; ++i)
      group.spawn([&] {
        int value = loads.run("user", [&] {
          ++computed;
          return *database.receive();
        });
        EXPECT_EQ(value, 42);
        ++answered;
      });
    // The first is in the database, and the others wait for it.
    settle();
    EXPECT_EQ(computed, 1);
    EXPECT_EQ(answered, 0);
    database.send(42);
    group.wait();
    EXPECT_EQ(computed, 1);
    EXPECT_EQ(answered, 10);
    EXPECT_EQ(loads.run("user", [] { return 43; }), 43) << "nothing is kept";
  });
}

TEST(SingleFlight, KeysDoNotWaitForEachOther) {
  run([] {
    SingleFlight<int, int> flights;
    EXPECT_EQ(
        flights.run(1, [&] { return flights.run(2, [] { return 20; }) + 1; }),
        21);
  });
}

TEST(SingleFlight, AllGetTheException) {
  run([] {
    SingleFlight<int, int> flights;
    Channel<char> go;
    std::atomic<int> caught = 0;
    WaitGroup group;
    for (int i = 0; i < 5; ++i)
      group.spawn([&] {
        try {
          flights.run(1, [&]() -> int {
            go.receive();
            throw std::runtime_error("down");
          });
        } catch (const std::runtime_error &error) {
          EXPECT_STREQ(error.what(), "down");
          ++caught;
        }
      });
    settle();
    go.close();
    group.wait();
    EXPECT_EQ(caught, 5);
    EXPECT_EQ(flights.run(1, [] { return 1; }), 1);
  });
}

TEST(SingleFlight, WhoIsCancelledStopsWaiting) {
  run([] {
    SingleFlight<int, int> flights;
    Channel<int> answer;
    WaitGroup group;
    group.spawn([&] {
      EXPECT_EQ(flights.run(1, [&] { return *answer.receive(); }), 7);
    });
    settle();
    auto [context, cancel] = with_cancel(background());
    group.spawn([&, context = context] {
      try {
        flights.run(context, 1, [] { return 0; });
        ADD_FAILURE() << "it was not cancelled";
      } catch (const std::system_error &error) {
        EXPECT_EQ(error.code(), std::errc::operation_canceled);
      }
      answer.send(7);
    });
    group.spawn([&, patient = background()] {
      EXPECT_EQ(flights.run(patient, 1, [] { return 0; }), 7);
    });
    settle();
    cancel();
    group.wait();
  });
}

TEST(SingleFlight, ForgottenFlightsStillLand) {
  run([] {
    SingleFlight<int, int> flights;
    Channel<int> answer;
    WaitGroup group;
    group.spawn([&] {
      EXPECT_EQ(flights.run(1, [&] { return *answer.receive(); }), 7);
    });
    settle();
    flights.forget(1);
    Channel<int> second_answer;
    group.spawn([&] {
      EXPECT_EQ(flights.run(1, [&] { return *second_answer.receive(); }), 8);
    });
    settle();
    answer.send(7);
    settle();
    group.spawn([&] {
      EXPECT_EQ(flights.run(1, [] { return 0; }), 8) << "joined the second";
    });
    settle();
    second_answer.send(8);
    group.wait();
  });
}

// Of the computations of one key, no two ever overlap.
TEST(SingleFlight, FlightsOfAKeyNeverOverlap) {
  run(
      [] {
        SingleFlight<int, int> flights;
        std::atomic<int> flying[4] = {}, computed = 0;
        WaitGroup group;
        for (int task = 0; task < 16; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < 200; ++i) {
              int key = (task + i) % 4;
              int value = flights.run(key, [&] {
                EXPECT_EQ(++flying[key], 1);
                ++computed;
                yield();
                EXPECT_EQ(--flying[key], 0);
                return key * 10;
              });
              ASSERT_EQ(value, key * 10);
            }
          });
        group.wait();
        EXPECT_GE(computed, 4);
        EXPECT_LE(computed, 16 * 200);
      },
      {.procs = 4});
}

} // namespace
} // namespace heddle
