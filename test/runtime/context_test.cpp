#include "heddle/context.h"

#include "heddle/runtime.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "heddle/testing.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

bool ended(const Context &context) {
  bool ready = true;
  select(on_receive(context.done()), otherwise([&] { ready = false; }));
  return ready;
}

TEST(Context, BackgroundNeverEnds) {
  EXPECT_FALSE(ended(background()));
  EXPECT_FALSE(background().error());
  EXPECT_FALSE(background().deadline());
}

TEST(Context, CancelEndsItAndItsChildren) {
  auto [parent, cancel_parent] = with_cancel(background());
  auto [child, cancel_child] = with_cancel(parent);
  auto [grandchild, cancel_grandchild] = with_cancel(child);
  auto [sibling, cancel_sibling] = with_cancel(parent);
  cancel_child();
  EXPECT_TRUE(ended(child));
  EXPECT_TRUE(ended(grandchild));
  EXPECT_FALSE(ended(parent));
  EXPECT_FALSE(ended(sibling));
  cancel_child();
  cancel_parent();
  EXPECT_TRUE(ended(parent));
  EXPECT_TRUE(ended(sibling));
  EXPECT_EQ(grandchild.error(),
            std::make_error_code(std::errc::operation_canceled));
  EXPECT_EQ(sibling.error(),
            std::make_error_code(std::errc::operation_canceled));
}

TEST(Context, AChildOfAnEndedOneHasEnded) {
  auto [parent, cancel] = with_cancel(background());
  cancel();
  auto [child, cancel_child] = with_cancel(parent);
  EXPECT_TRUE(ended(child));
  EXPECT_EQ(child.error(), parent.error());
}

TEST(Context, AnEmptyCancelFunctionDoesNothing) {
  CancelFunction none;
  none();
  EXPECT_FALSE(none);
  auto [context, cancel] = with_cancel(background());
  none = cancel;
  EXPECT_TRUE(none);
  none();
  EXPECT_TRUE(context.cancelled());
}

// In virtual time, which stands still where it is not waited for.
TEST(Context, TimeoutEndsIt) {
  testing::run_seeded(1, [] {
    const TimePoint start = Clock::now();
    auto [context, cancel] = with_timeout(background(), 3ms);
    auto [child, cancel_child] = with_cancel(context);
    EXPECT_GE(*child.deadline() - start, 3ms);
    EXPECT_FALSE(context.error());
    child.done().wait();
    EXPECT_GE(Clock::now() - start, 3ms);
    EXPECT_EQ(context.error(), std::make_error_code(std::errc::timed_out));
    EXPECT_EQ(child.error(), std::make_error_code(std::errc::timed_out));
    cancel();
    EXPECT_EQ(context.error(), std::make_error_code(std::errc::timed_out));
  });
}

TEST(Context, CancelBeforeTheDeadline) {
  run([] {
    auto [context, cancel] = with_timeout(background(), 1h);
    cancel();
    EXPECT_EQ(context.error(),
              std::make_error_code(std::errc::operation_canceled));
  });
}

TEST(Context, ADeadlineInThePastHasPassed) {
  run([] {
    auto [context, cancel] = with_timeout(background(), -1ms);
    context.done().wait();
    EXPECT_EQ(context.error(), std::make_error_code(std::errc::timed_out));
  });
}

TEST(Context, TheEarlierDeadlineHolds) {
  run([] {
    auto [outer, cancel_outer] = with_timeout(background(), 2ms);
    auto [inner, cancel_inner] = with_timeout(outer, 1h);
    EXPECT_EQ(inner.deadline(), outer.deadline());
    inner.done().wait();
    EXPECT_EQ(inner.error(), std::make_error_code(std::errc::timed_out));
  });
}

TEST(Context, StopsWorkers) {
  run([] {
    auto [context, cancel] = with_cancel(background());
    Channel<int> jobs;
    WaitGroup workers;
    for (int worker = 0; worker < 4; ++worker)
      workers.spawn([&, context = context] {
        for (bool working = true; working;)
          select(on_receive(jobs, [](int) {}),
                 on_receive(context.done(), [&] { working = false; }));
      });
    for (int job = 0; job < 50; ++job)
      jobs.send(job);
    cancel();
    workers.wait();
  });
}

TEST(Context, DeepAndWideTrees) {
  auto [root, cancel] = with_cancel(background());
  std::vector<Context> all;
  std::vector<CancelFunction> cancels;
  Context deepest = root;
  for (int i = 0; i < 2000; ++i) {
    auto [deeper, cancel_deeper] = with_cancel(deepest);
    auto [leaf, cancel_leaf] = with_cancel(root);
    all.push_back(leaf);
    deepest = deeper;
  }
  cancel();
  EXPECT_TRUE(deepest.cancelled());
  for (const Context &context : all)
    ASSERT_TRUE(context.cancelled());
}

TEST(Context, ForgottenChildrenLeaveTheTree) {
  auto [root, cancel] = with_cancel(background());
  for (int i = 0; i < 1000; ++i)
    (void)with_cancel(root);
  cancel();
}

TEST(Context, EndingAndForgettingRace) {
  run(
      [] {
        for (int round = 0; round < 200; ++round) {
          auto [root, cancel] = with_timeout(background(), round % 8 * 20us);
          WaitGroup group;
          for (int task = 0; task < 3; ++task)
            group.spawn([&, root = root] {
              for (int i = 0; i < 10; ++i) {
                auto [child, cancel_child] = with_timeout(root, i % 4 * 30us);
                if (i % 2)
                  cancel_child();
                else
                  yield();
              }
            });
          if (round % 2)
            cancel();
          root = background();
          cancel = {};
          group.wait();
        }
      },
      {.procs = 2});
}

TEST(Context, AScopedOneEndsWithItsScope) {
  run([] {
    Context copy = background();
    try {
      ScopedContext context = with_timeout(background(), 1h);
      copy = context;
      EXPECT_FALSE(copy.cancelled());
      EXPECT_TRUE(context.deadline());
      throw 1;
    } catch (int) {
    }
    EXPECT_TRUE(copy.cancelled());
    ScopedContext early(with_cancel(copy));
    EXPECT_TRUE(early.cancelled()) << "its parent has ended";
    ScopedContext cancelled = with_cancel(background());
    cancelled.cancel();
    EXPECT_TRUE(ended(cancelled));
  });
}

TEST(Context, CancelOnExitCallsIt) {
  auto [context, cancel] = with_cancel(background());
  {
    CancelOnExit cancel_on_exit(cancel);
    EXPECT_FALSE(context.cancelled());
  }
  EXPECT_TRUE(context.cancelled());
}

constexpr ContextKey<int> attempt;
constexpr ContextKey<int> limit;
constexpr ContextKey<std::string> user;

TEST(Context, CarriesValues) {
  const Context plain = background();
  EXPECT_EQ(plain.value(user), nullptr);
  const Context first = with_value(plain, user, "ann");
  auto [child, cancel] = with_cancel(with_value(first, attempt, 1));
  const Context second = with_value(child, attempt, 2);
  EXPECT_EQ(*second.value(user), "ann");
  EXPECT_EQ(*second.value(attempt), 2);
  EXPECT_EQ(*child.value(attempt), 1);
  EXPECT_EQ(second.value(limit), nullptr);
  EXPECT_EQ(first.value(attempt), nullptr);
  cancel();
  EXPECT_TRUE(second.cancelled()) << "it ends with what it was made of";
  EXPECT_FALSE(first.cancelled());
}

TEST(Context, ValuesLiveAsLongAsAContextThatCarriesThem) {
  auto value = std::make_shared<int>(3);
  static constexpr ContextKey<std::shared_ptr<int>> key;
  {
    Context kept = background();
    {
      auto [child, cancel] = with_cancel(with_value(background(), key, value));
      kept = child;
    }
    EXPECT_EQ(value.use_count(), 2);
    EXPECT_EQ(**kept.value(key), 3);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(Context, ManyValues) {
  Context context = background();
  for (int i = 0; i < 200'000; ++i)
    context = with_value(context, attempt, i);
  EXPECT_EQ(*context.value(attempt), 199'999);
}

TEST(Context, CancelFromAPlainThread) {
  run([] {
    auto [context, cancel] = with_cancel(background());
    std::thread other([cancel = cancel] { cancel(); });
    context.done().wait();
    other.join();
  });
}

} // namespace
} // namespace heddle
