// RUN: %check_rewrite %s parallel-for

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void use(int);

void range(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int number : numbers)
    group.spawn([number] { use(number); });
  group.wait();
}

void indices(std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    // Kept with the task.
    group.spawn([&numbers, i] {
      numbers[i] += 1;
      use(numbers[i]);
    });
  }
  group.wait();
}

void iterators(std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (auto it = numbers.begin(); it != numbers.end(); ++it)
    group.spawn([it] { use(*it); });
  group.wait();
}

void counted(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  group.add(static_cast<int>(numbers.size()));
  for (int number : numbers)
    heddle::spawn([&group, number] {
      use(number);
      group.done();
    });
  group.wait();
}

// Rounds that do more than spawn would do it in another order.
void more(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  int sum = 0;
  for (int number : numbers) {
    sum += number;
    group.spawn([sum] { use(sum); });
  }
  group.wait();
}

// Other work stands between.
void late(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int number : numbers)
    group.spawn([number] { use(number); });
  use(0);
  group.wait();
}

void backwards(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int i = 9; i >= 0; --i)
    group.spawn([&numbers, i] { use(numbers[i]); });
  group.wait();
}

#define SPAWN(group, f) group.spawn(f)
void macro(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int number : numbers)
    SPAWN(group, [number] { use(number); });
  group.wait();
}
//--- after.cpp
#include "heddle/parallel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void use(int);

void range(const std::vector<int> &numbers) {
  heddle::parallel_for(numbers, [](int number) { use(number); });
}

void indices(std::vector<int> &numbers) {
  heddle::parallel_for(0, numbers.size(), [&numbers](std::size_t i) {
    // Kept with the task.
    numbers[i] += 1;
    use(numbers[i]);
  });
}

void iterators(std::vector<int> &numbers) {
  heddle::parallel_for(numbers, [](auto &item) { use(item); });
}

void counted(const std::vector<int> &numbers) {
  heddle::parallel_for(numbers, [](int number) {
    use(number);
  });
}

// Rounds that do more than spawn would do it in another order.
void more(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  int sum = 0;
  for (int number : numbers) {
    sum += number;
    group.spawn([sum] { use(sum); });
  }
  group.wait();
}

// Other work stands between.
void late(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int number : numbers)
    group.spawn([number] { use(number); });
  use(0);
  group.wait();
}

void backwards(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int i = 9; i >= 0; --i)
    group.spawn([&numbers, i] { use(numbers[i]); });
  group.wait();
}

#define SPAWN(group, f) group.spawn(f)
void macro(const std::vector<int> &numbers) {
  heddle::WaitGroup group;
  for (int number : numbers)
    SPAWN(group, [number] { use(number); });
  group.wait();
}
