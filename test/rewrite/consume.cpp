// RUN: %check_rewrite %s consume

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);

void range(heddle::Channel<int> &jobs) {
  heddle::WaitGroup group;
  for (int job : jobs)
    group.spawn([job] { use(job); });
  group.wait();
}

void received(heddle::Channel<int> &jobs) {
  heddle::WaitGroup group;
  while (auto job = jobs.receive())
    group.spawn([job] { use(*job); });
  group.wait();
}

// Nobody waits.
void detached(heddle::Channel<int> &jobs) {
  for (int job : jobs)
    heddle::spawn([job] { use(job); });
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/parallel.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);

void range(heddle::Channel<int> &jobs) {
  heddle::consume(jobs, 4 * heddle::available_procs(), [](int job) {
    use(job);
  });
}

void received(heddle::Channel<int> &jobs) {
  heddle::WaitGroup group;
  while (auto job = jobs.receive())
    group.spawn([job] { use(*job); });
  group.wait();
}

// Nobody waits.
void detached(heddle::Channel<int> &jobs) {
  for (int job : jobs)
    heddle::spawn([job] { use(job); });
}
