// RUN: %check_rewrite %s ended-loop

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/spawn.h"
#include "heddle/time.h"

#include <atomic>
#include <chrono>

static std::atomic<int> beats = 0;
void use(int);

void sleeps(const heddle::Context &context) {
  heddle::spawn([] {
    for (;;) {
      ++beats;
      heddle::sleep_for(std::chrono::seconds(1));
    }
  });
}

void yields(const heddle::Context &context) {
  heddle::spawn([] {
    while (true) {
      ++beats;
      heddle::yield();
    }
  });
}

void receives(const heddle::Context &context, heddle::Channel<int> &jobs) {
  heddle::spawn([&jobs] {
    for (;;) {
      auto job = jobs.receive();
      use(*job);
    }
  });
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/spawn.h"
#include "heddle/time.h"

#include <atomic>
#include <chrono>

static std::atomic<int> beats = 0;
void use(int);

void sleeps(const heddle::Context &context) {
  heddle::spawn([context] {
    while (!context.cancelled()) {
      ++beats;
      if (!heddle::sleep_for(context, std::chrono::seconds(1)))
        break;
    }
  });
}

void yields(const heddle::Context &context) {
  heddle::spawn([context] {
    while (!context.cancelled()) {
      ++beats;
      heddle::yield();
    }
  });
}

void receives(const heddle::Context &context, heddle::Channel<int> &jobs) {
  heddle::spawn([&jobs, context] {
    while (!context.cancelled()) {
      auto job = jobs.receive(context);
      if (!job)
        break;
      use(*job);
    }
  });
}
