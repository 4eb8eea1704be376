// Exceptions reach whoever waits, by every way, and belong to their task while
// they are in flight.
#include "heddle/heddle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws a Failure that carries another exception.
int fail() {
  try {
    throw std::out_of_range("the cause");
  } catch (...) {
    yield();
    std::throw_with_nested(Failure("the effect"));
  }
}

struct Carrier {
  const char *name;
  void (*carry)();
};

constexpr Carrier carriers[] = {
    {"Async", [] { async(fail).get(); }},
    {"Promise",
     [] {
       Promise<int> promise;
       auto future = promise.future();
       spawn([promise = std::move(promise)]() mutable { promise.keep(fail); });
       future.get();
     }},
    {"TaskGroup",
     [] {
       TaskGroup group;
       group.spawn([] { fail(); });
       group.wait();
     }},
    {"ParallelFor",
     [] {
       parallel_for(0, 10, [](int i) {
         if (i == 5)
           fail();
       });
     }},
    {"ParallelTransform",
     [] { parallel_transform(std::vector{1, 2}, [](int) { return fail(); }); }},
    {"InvokeAll", [] { invoke_all([] {}, [] { fail(); }, [] { yield(); }); }},
    {"Consume",
     [] {
       Channel<int> items(1);
       items.send(1);
       consume(items, 2, [](int) { fail(); });
     }},
    {"WorkerPool",
     [] {
       WorkerPool<int, int> pool(2, 1, [](int) { return fail(); });
       pool.call(1).get();
     }},
    {"Blocking", [] { blocking(fail); }},
    {"Foreign", [] { foreign(fail); }},
    {"WithStack", [] { with_stack(1 << 20, fail); }},
    {"Once",
     [] {
       Once once;
       once.call(fail);
     }},
    {"Lazy",
     [] {
       Lazy<int> lazy{fail};
       *lazy += 1;
     }},
    {"Select",
     [] {
       Channel<int> channel(1);
       channel.send(1);
       select(on_receive(channel, [](int) { fail(); }));
     }},
};

class ExceptionCarrier : public testing::TestWithParam<Carrier> {
protected:
  static void expect_failure(bool within_a_handler = false) {
    try {
      GetParam().carry();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Failure &failure) {
      EXPECT_STREQ(failure.what(), "the effect");
      try {
        std::rethrow_if_nested(failure);
        ADD_FAILURE() << "it carries nothing";
      } catch (const std::out_of_range &cause) {
        EXPECT_STREQ(cause.what(), "the cause");
      }
    }
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception() != nullptr, within_a_handler);
  }
};

TEST_P(ExceptionCarrier, BringsItToTheWaiter) {
  run([] { expect_failure(); }, {.procs = 1});
  run([] { expect_failure(); }, {.procs = 2});
}

TEST_P(ExceptionCarrier, BringsItOutOfRun) {
  try {
    run([] { GetParam().carry(); });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Failure &failure) {
    EXPECT_STREQ(failure.what(), "the effect");
  }
}

TEST_P(ExceptionCarrier, WorksWhileAnotherIsHandled) {
  run([] {
    try {
      throw 7;
    } catch (int outer) {
      expect_failure(true);
      EXPECT_EQ(outer, 7);
      try {
        throw;
      } catch (int again) {
        EXPECT_EQ(again, 7);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Every, ExceptionCarrier, testing::ValuesIn(carriers),
                         [](const auto &info) { return info.param.name; });

/// Brings the calling task to another thread: somebody else keeps this one.
/// Compilers take pthread_self() for the same all along, so the system is
/// asked.
void migrate() {
  const pid_t before = gettid();
  // Unless the monitor moved the two just before.
  while (gettid() == before) {
    Event here, there;
    WaitGroup keeper;
    std::atomic<bool> arrived = false;
    keeper.spawn([&] {
      here.wait();
      blocking([&] {
        there.set();
        while (!arrived)
          std::this_thread::sleep_for(100us);
      });
    });
    here.set();
    there.wait();
    arrived = true;
    if (gettid() != before)
      return keeper.wait();
    keeper.wait();
  }
}

TEST(ExceptionsInFlight, SurviveMigrationInNestedHandlers) {
  run(
      [] {
        try {
          throw std::string("outer");
        } catch (const std::string &outer) {
          migrate();
          try {
            throw 42;
          } catch (int inner) {
            const std::exception_ptr before = std::current_exception();
            migrate();
            EXPECT_EQ(std::current_exception(), before);
            EXPECT_EQ(inner, 42);
            EXPECT_THROW(std::rethrow_exception(before), int);
          }
          EXPECT_EQ(outer, "outer");
          EXPECT_THROW(throw, std::string);
        }
        EXPECT_FALSE(std::current_exception());
      },
      {.procs = 1});
}

struct MigratesOnTheWayOut {
  int &uncaught;
  ~MigratesOnTheWayOut() {
    EXPECT_EQ(std::uncaught_exceptions(), 1);
    migrate();
    uncaught = std::uncaught_exceptions();
    // Another one, thrown and caught while the first is in flight.
    EXPECT_EQ(async([] { return std::uncaught_exceptions(); }).get(), 0);
    EXPECT_THROW(async([] { throw 1; }).get(), int);
  }
};

TEST(ExceptionsInFlight, SurviveMigrationDuringUnwinding) {
  run(
      [] {
        int uncaught = -1;
        try {
          MigratesOnTheWayOut guard{uncaught};
          throw Failure("in flight");
        } catch (const Failure &failure) {
          EXPECT_STREQ(failure.what(), "in flight");
        }
        EXPECT_EQ(uncaught, 1);
        EXPECT_EQ(std::uncaught_exceptions(), 0);
      },
      {.procs = 1});
}

TEST(ExceptionsInFlight, AreNotSeenByOtherTasks) {
  run(
      [] {
        Event in_handler, seen;
        WaitGroup group;
        group.spawn([&] {
          try {
            throw 1;
          } catch (int) {
            in_handler.set();
            seen.wait();
            EXPECT_TRUE(std::current_exception());
          }
        });
        in_handler.wait();
        EXPECT_FALSE(std::current_exception());
        EXPECT_EQ(std::uncaught_exceptions(), 0);
        seen.set();
        group.wait();
      },
      {.procs = 1});
}

} // namespace
} // namespace heddle
