// RUN: %check_rewrite %s direct-call

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/future.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

int compute(int);
void use(int);

int future(int number) {
  auto result = heddle::async([number] { return compute(number); });
  return result.get();
}

int channel(int number) {
  heddle::Channel<int> result(1);
  heddle::spawn([&] { result.send(compute(number)); });
  return *result.receive();
}

void group(int number) {
  heddle::WaitGroup group;
  group.spawn([number] {
    use(number);
    use(number + 1);
  });
  group.wait();
}

// Other work stands between.
int between(int number) {
  auto result = heddle::async([number] { return compute(number); });
  use(number);
  return result.get();
}

// Others may use it.
int shared(heddle::Channel<int> &result, int number) {
  heddle::spawn([&result, number] { result.send(compute(number)); });
  return *result.receive();
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/future.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

int compute(int);
void use(int);

int future(int number) {
  return compute(number);
}

int channel(int number) {
  return compute(number);
}

void group(int number) {
  use(number);
  use(number + 1);
}

// Other work stands between.
int between(int number) {
  auto result = heddle::async([number] { return compute(number); });
  use(number);
  return result.get();
}

// Others may use it.
int shared(heddle::Channel<int> &result, int number) {
  heddle::spawn([&result, number] { result.send(compute(number)); });
  return *result.receive();
}
