// RUN: %check_rewrite %s task-sleep

//--- before.cpp
#include "heddle/spawn.h"

#include <chrono>
#include <mutex>
#include <thread>

std::mutex mutex;

void plain() {
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
}

// Its length would be rounded.
void fraction() {
  std::this_thread::sleep_for(std::chrono::duration<double>(0.5));
}

// The lock is the thread's.
void locked() {
  std::lock_guard lock(mutex);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
}
//--- after.cpp
#include "heddle/spawn.h"

#include <chrono>
#include <mutex>
#include <thread>

std::mutex mutex;

void plain() {
  heddle::sleep_for(std::chrono::milliseconds(3));
}

// Its length would be rounded.
void fraction() {
  std::this_thread::sleep_for(std::chrono::duration<double>(0.5));
}

// The lock is the thread's.
void locked() {
  std::lock_guard lock(mutex);
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
}
