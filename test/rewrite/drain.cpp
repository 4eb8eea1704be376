// RUN: %check_rewrite %s drain

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void store(int);
void storeAll(const std::vector<int> &);

void single(const heddle::Context &context) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  group.spawn([&] {
    bool over = false;
    while (!over)
      heddle::select(heddle::on_receive(jobs, [](int job) { store(job); }),
                     heddle::on_receive(context.done(), [&] { over = true; }));
  });
  jobs.send(1);
  group.wait();
}

void batches(const heddle::Context &context) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  group.spawn([&] {
    std::vector<int> batch;
    while (!context.cancelled()) {
      auto job = jobs.receive();
      if (!job)
        break;
      batch.push_back(*job);
      if (batch.size() == 16) {
        storeAll(batch);
        batch.clear();
      }
    }
  });
  jobs.send(1);
  group.wait();
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void store(int);
void storeAll(const std::vector<int> &);

void single(const heddle::Context &context) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  group.spawn([&] {
    bool over = false;
    while (!over)
      heddle::select(heddle::on_receive(jobs, [](int job) { store(job); }),
                     heddle::on_receive(context.done(), [&] { over = true; }));
    while (auto left = jobs.try_receive()) {
      int job = *left;
      store(job);
    }
  });
  jobs.send(1);
  group.wait();
}

void batches(const heddle::Context &context) {
  heddle::Channel<int> jobs(64);
  heddle::WaitGroup group;
  group.spawn([&] {
    std::vector<int> batch;
    while (!context.cancelled()) {
      auto job = jobs.receive();
      if (!job)
        break;
      batch.push_back(*job);
      if (batch.size() == 16) {
        storeAll(batch);
        batch.clear();
      }
    }
  });
  jobs.send(1);
  group.wait();
}
