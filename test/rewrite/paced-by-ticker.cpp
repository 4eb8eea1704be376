// RUN: %check_rewrite %s paced-by-ticker

//--- before.cpp
#include "heddle/spawn.h"

#include <chrono>

void work();
std::chrono::milliseconds next();

void paced(std::chrono::milliseconds period) {
  for (;;) {
    work();
    heddle::sleep_for(period);
  }
}

void varies() {
  for (;;) {
    auto period = next();
    work();
    heddle::sleep_for(period);
  }
}
//--- after.cpp
#include "heddle/spawn.h"
#include "heddle/timer.h"

#include <chrono>

void work();
std::chrono::milliseconds next();

void paced(std::chrono::milliseconds period) {
  heddle::Ticker ticker(period);
  for (;;) {
    work();
    ticker.receive();
  }
}

void varies() {
  for (;;) {
    auto period = next();
    work();
    heddle::sleep_for(period);
  }
}
