// RUN: %check_rewrite %s pinned-until

//--- before.cpp
#include "heddle/pin.h"
#include "heddle/spawn.h"

#include <chrono>

int draw(int) HEDDLE_NEEDS_THREAD;
void use(int);

void guard() {
  heddle::ThreadPin pin;
  draw(1);
  heddle::sleep_for(std::chrono::seconds(1));
}

void paired() {
  heddle::pin_thread();
  draw(1);
  heddle::sleep_for(std::chrono::seconds(1));
  heddle::unpin_thread();
}

// What is declared in the block is used behind it.
void declared() {
  heddle::ThreadPin pin;
  int drawn = draw(1);
  heddle::sleep_for(std::chrono::seconds(1));
  use(drawn);
}
//--- after.cpp
#include "heddle/pin.h"
#include "heddle/spawn.h"

#include <chrono>

int draw(int) HEDDLE_NEEDS_THREAD;
void use(int);

void guard() {
  {
    heddle::ThreadPin pin;
    draw(1);
  }
  heddle::sleep_for(std::chrono::seconds(1));
}

void paired() {
  heddle::pin_thread();
  draw(1);
  heddle::unpin_thread();
  heddle::sleep_for(std::chrono::seconds(1));
}

// What is declared in the block is used behind it.
void declared() {
  heddle::ThreadPin pin;
  int drawn = draw(1);
  heddle::sleep_for(std::chrono::seconds(1));
  use(drawn);
}
