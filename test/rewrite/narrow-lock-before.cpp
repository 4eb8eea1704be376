// RUN: %check_rewrite %s lock-before

//--- before.cpp
#include "heddle/mutex.h"
#include "heddle/time.h"

#include <mutex>
#include <string>

std::string load(int id) HEDDLE_BLOCKS;

class Cache {
public:
  void refresh(int id) {
    std::lock_guard lock(mutex);
    std::string text = load(id);
    last = text;
    ++loads;
  }

  // What it loads is guarded.
  void again() {
    std::lock_guard lock(mutex);
    last = load(id);
  }

  // Without the call, the lock guards nothing.
  void empty(int id) {
    std::lock_guard lock(mutex);
    load(id);
  }

private:
  heddle::Mutex mutex;
  std::string last;
  int id = 0;
  int loads = 0;
};

void use(Cache &cache) {
  cache.refresh(1);
  cache.again();
  cache.empty(2);
}
//--- after.cpp
#include "heddle/mutex.h"
#include "heddle/time.h"

#include <mutex>
#include <string>

std::string load(int id) HEDDLE_BLOCKS;

class Cache {
public:
  void refresh(int id) {
    std::string text = load(id);
    std::lock_guard lock(mutex);
    last = text;
    ++loads;
  }

  // What it loads is guarded.
  void again() {
    std::lock_guard lock(mutex);
    last = load(id);
  }

  // Without the call, the lock guards nothing.
  void empty(int id) {
    std::lock_guard lock(mutex);
    load(id);
  }

private:
  heddle::Mutex mutex;
  std::string last;
  int id = 0;
  int loads = 0;
};

void use(Cache &cache) {
  cache.refresh(1);
  cache.again();
  cache.empty(2);
}
