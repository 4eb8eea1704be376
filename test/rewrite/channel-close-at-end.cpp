// RUN: %check_rewrite %s close-at-end

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);

void waited() {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  group.spawn([&] {
    for (int job : jobs)
      use(job);
  });
  jobs.send(1);
  group.wait();
}

void left() {
  auto jobs = heddle::make_channel<int>(8);
  heddle::spawn([jobs] {
    for (int job : *jobs)
      use(job);
  });
  jobs->send(1);
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/defer.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);

void waited() {
  heddle::Channel<int> jobs(8);
  heddle::WaitGroup group;
  group.spawn([&] {
    for (int job : jobs)
      use(job);
  });
  jobs.send(1);
  jobs.close();
  group.wait();
}

void left() {
  auto jobs = heddle::make_channel<int>(8);
  heddle::ScopeExit close_jobs([&] { jobs->close(); });
  heddle::spawn([jobs] {
    for (int job : *jobs)
      use(job);
  });
  jobs->send(1);
}
