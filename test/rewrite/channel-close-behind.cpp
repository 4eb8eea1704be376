// RUN: %check_rewrite %s close-behind

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void use(int);

void produce(const std::vector<int> &items) {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  group.spawn([&] {
    for (int job : jobs)
      use(job);
  });
  for (int item : items)
    jobs.send(item);
  group.wait();
}

// Who is last?
void two(const std::vector<int> &items) {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  for (int i = 0; i < 2; ++i)
    group.spawn([&] { jobs.send(i); });
  for (int job : jobs)
    use(job);
  group.wait();
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void use(int);

void produce(const std::vector<int> &items) {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  group.spawn([&] {
    for (int job : jobs)
      use(job);
  });
  for (int item : items)
    jobs.send(item);
  jobs.close();
  group.wait();
}

// Who is last?
void two(const std::vector<int> &items) {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  for (int i = 0; i < 2; ++i)
    group.spawn([&] { jobs.send(i); });
  for (int job : jobs)
    use(job);
  group.wait();
}
