// RUN: %check_rule %s unbuffered-result-channel

#include "heddle/heddle.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

int compute(int item);
bool skip();
void unseen(heddle::Channel<int> &results);

int earlyReturnBad() {
  auto results = heddle::make_channel<int>();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'results' has no room for the result of a task that may go unreceived [heddle-unbuffered-result-channel]
  // CHECK-NOTES: :[[@LINE+2]]:29: note: sent here
  // CHECK-NOTES: :[[@LINE+3]]:5: note: this way out receives too few
  heddle::spawn([results] { results->send(compute(1)); });
  if (skip())
    return 0;
  return *results->receive();
}
// CHECK-FIXES-LABEL: int earlyReturnBad() {
// CHECK-FIXES-NEXT: {{^}}  auto results = heddle::make_channel<int>(1);

int roomOk() {
  auto results = heddle::make_channel<int>(1);
  heddle::spawn([results] { results->send(compute(1)); });
  if (skip())
    return 0;
  return *results->receive();
}

// The variable is gone with its scope: it has to become a handle.
int variableBad() {
  heddle::Channel<int> results;
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'results' has no room
  // CHECK-NOTES: :[[@LINE+4]]:5: note: sent here
  // CHECK-NOTES: :[[@LINE+6]]:5: note: this way out receives too few
  // CHECK-NOTES: :[[@LINE-4]]:24: note: share it with the tasks, with room for every result
  heddle::spawn([&results] {
    results.send(compute(1));
  });
  if (skip())
    throw std::runtime_error("skipped");
  auto result = results.receive();
  return *result;
}
// CHECK-REVIEW-LABEL: int variableBad() {
// CHECK-REVIEW-NEXT: {{^}}  auto results = heddle::make_channel<int>(1);
// CHECK-REVIEW-NEXT: {{^}}  heddle::spawn([results] {
// CHECK-REVIEW-NEXT: {{^}}    results->send(compute(1));
// CHECK-REVIEW: {{^}}  auto result = results->receive();

std::optional<std::string> timeOutBad(int item) {
  heddle::Channel<std::string> answer;
  // CHECK-NOTES: :[[@LINE-1]]:32: warning: 'answer' has no room
  // CHECK-NOTES: :[[@LINE+4]]:23: note: sent here
  // CHECK-NOTES: :[[@LINE+7]]:3: note: this way out receives too few
  // CHECK-NOTES: :[[@LINE-4]]:32: note: share it with the tasks, with room for every result
  std::optional<std::string> got;
  heddle::spawn([&] { answer.send(std::to_string(compute(1))); });
  heddle::select(
      heddle::on_receive(answer, [&](std::string s) { got = std::move(s); }),
      heddle::on_timeout(100ms, [] {}));
  return got;
}
// CHECK-REVIEW-LABEL: std::optional<std::string> timeOutBad(int item) {
// CHECK-REVIEW-NEXT: {{^}}  auto answer = heddle::make_channel<std::string>(1);
// CHECK-REVIEW: {{^}}  heddle::spawn([&, answer] { answer->send(std::to_string(compute(1))); });

int firstWinsBad() {
  const auto answers = heddle::make_channel<int>();
  // CHECK-NOTES: :[[@LINE-1]]:14: warning: 'answers' has no room
  // CHECK-NOTES: :[[@LINE+3]]:29: note: sent here
  // CHECK-NOTES: :[[@LINE+4]]:3: note: this way out receives too few
  // CHECK-FIXES: {{^}}  const auto answers = heddle::make_channel<int>(2);
  heddle::spawn([answers] { answers->send(compute(1)); });
  heddle::spawn([answers] { answers->send(compute(2)); });
  return answers->receive().value_or(0);
}

int fastestMirrorBad(const std::vector<int> &mirrors) {
  auto answers = std::make_shared<heddle::Channel<int>>();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'answers' has no room
  // CHECK-NOTES: :[[@LINE+4]]:39: note: sent here
  // CHECK-NOTES: :[[@LINE+4]]:3: note: this way out receives too few
  // CHECK-NOTES: :[[@LINE-4]]:8: note: with room for every result no task waits at its send
  for (int mirror : mirrors)
    heddle::spawn([answers, mirror] { answers->send(compute(mirror)); });
  return *answers->receive();
}
// CHECK-REVIEW-LABEL: int fastestMirrorBad(
// CHECK-REVIEW-NEXT: {{^}}  auto answers = std::make_shared<heddle::Channel<int>>(mirrors.size());

static void run(std::shared_ptr<heddle::Channel<int>> out, int item) {
  int result = compute(item);
  out->send(result);
  compute(result);
}

int throughCalleeBad(bool wanted) {
  auto outcome = heddle::make_channel<int>(0);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'outcome' has no room
  // CHECK-NOTES: :[[@LINE-7]]:3: note: sent here
  // CHECK-NOTES: :[[@LINE+6]]:5: note: this way out receives too few
  // CHECK-NOTES: :[[@LINE-4]]:8: note: with room for every result no task waits at its send
  heddle::spawn([outcome] { run(outcome, 3); });
  if (wanted) {
    return *outcome->receive();
  } else
    return 0;
}
// CHECK-REVIEW-LABEL: int throughCalleeBad(bool wanted) {
// CHECK-REVIEW-NEXT: {{^}}  auto outcome = heddle::make_channel<int>(1);

int firstErrorBad(int count) {
  heddle::Channel<int> results;
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'results' has no room
  // CHECK-NOTES: :[[@LINE+4]]:26: note: sent here
  // CHECK-NOTES: :[[@LINE+7]]:7: note: this way out may come before all are received
  heddle::WaitGroup tasks;
  for (int i = 0; i < count; ++i)
    tasks.spawn([&, i] { results.send(compute(i)); });
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    if (auto result = results.receive(); *result < 0)
      return -1;
    else
      sum += *result;
  }
  tasks.wait();
  return sum;
}

template <class T> T futureBad(bool now) {
  auto value = heddle::make_channel<T>();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'value' has no room
  // CHECK-NOTES: :[[@LINE+3]]:39: note: sent here
  // CHECK-NOTES: :[[@LINE+4]]:5: note: this way out receives too few
  // CHECK-FIXES: {{^}}  auto value = heddle::make_channel<T>(1);
  auto task = heddle::async([value] { value->send(T(compute(1))); });
  if (now)
    return T();
  task.wait();
  return *value->receive();
}
template long futureBad<long>(bool);

int validate(int item) {
  if (item < 0)
    throw std::invalid_argument("negative");
  return item;
}

int calleeThrowsBad(int item) {
  auto results = heddle::make_channel<int>();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'results' has no room
  // CHECK-NOTES: :[[@LINE+3]]:29: note: sent here
  // CHECK-NOTES: :[[@LINE+3]]:22: note: this way out receives too few
  // CHECK-FIXES: {{^}}  auto results = heddle::make_channel<int>(1);
  heddle::spawn([results] { results->send(compute(1)); });
  const int wanted = validate(item);
  return *results->receive() + wanted;
}

int allReceivedOk(const std::vector<int> &items) {
  heddle::Channel<int> results;
  for (int item : items)
    heddle::spawn([&, item] { results.send(compute(item)); });
  int sum = 0;
  for (std::size_t i = 0; i < items.size(); ++i)
    sum += *results.receive();
  return sum;
}

// Whether something came is asked by habit: nobody closes the channel.
int askedForOk(const std::vector<int> &items) {
  heddle::Channel<int> results;
  for (int item : items)
    heddle::spawn([&, item] { results.send(compute(item)); });
  int sum = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto result = results.receive();
    if (!result)
      return -1;
    sum += *result;
  }
  return sum;
}

int bothBranchesOk(bool twice) {
  heddle::Channel<int> results;
  heddle::spawn([&] { results.send(compute(1)); });
  if (twice)
    return 2 * *results.receive();
  return *results.receive();
}

int enoughRoomOk(const std::vector<int> &items) {
  auto results = heddle::make_channel<int>(items.size());
  for (int item : items)
    heddle::spawn([results, item] { results->send(compute(item)); });
  return *results->receive();
}

int escapesOk() {
  heddle::Channel<int> results;
  heddle::spawn([&] { results.send(compute(1)); });
  if (skip()) {
    unseen(results);
    return 0;
  }
  return *results.receive();
}

int closedOk() {
  auto results = heddle::make_channel<int>();
  heddle::ScopeExit close([&] { results->close(); });
  heddle::spawn([results] { results->send(compute(1)); });
  if (skip())
    return 0;
  return *results->receive();
}

int offeredOk() {
  auto results = heddle::make_channel<int>();
  heddle::spawn([results] { results->try_send(compute(1)); });
  if (skip())
    return 0;
  return *results->receive();
}

int givenUpOk(const heddle::Context &context) {
  auto results = heddle::make_channel<int>();
  heddle::spawn(
      [results, context] { (void)results->send(context, compute(1)); });
  if (skip())
    return 0;
  return *results->receive();
}

int caughtOk(int item) {
  auto results = heddle::make_channel<int>();
  heddle::spawn([results] { results->send(compute(1)); });
  try {
    item = validate(item);
  } catch (const std::invalid_argument &) {
    item = 0;
  }
  return *results->receive() + item;
}

// Shows how far it is until the result comes.
int progressOk() {
  auto results = heddle::make_channel<int>();
  heddle::spawn([results] { results->send(compute(1)); });
  std::optional<int> result;
  while (!result)
    heddle::select(heddle::on_receive(results, [&](int r) { result = r; }),
                   heddle::on_timeout(1s, [] { compute(0); }));
  return *result;
}

void otherReceiverOk() {
  auto results = heddle::make_channel<int>();
  heddle::spawn([results] { results->send(compute(1)); });
  heddle::spawn([results] { compute(*results->receive()); });
}

int returnBeforeSpawnOk() {
  auto results = heddle::make_channel<int>();
  if (skip())
    return 0;
  heddle::spawn([results] { results->send(compute(1)); });
  return *results->receive();
}

int drainedOk(const std::vector<int> &items) {
  auto results = heddle::make_channel<int>();
  heddle::WaitGroup tasks;
  for (int item : items)
    tasks.spawn([results, item] { results->send(compute(item)); });
  heddle::spawn([&] {
    tasks.wait();
    results->close();
  });
  int sum = 0;
  for (int result : *results)
    sum += result;
  return sum;
}

// A task that sends twice counts once.
int FN_twoResults() {
  auto results = heddle::make_channel<int>();
  heddle::spawn([results] {
    results->send(compute(1));
    results->send(compute(2));
  });
  return *results->receive();
}
