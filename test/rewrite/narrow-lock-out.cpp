// RUN: %check_rewrite %s lock-out

//--- before.cpp
#include "heddle/mutex.h"

#include <mutex>
#include <string>

void store(const std::string &text) HEDDLE_BLOCKS;

class Log {
public:
  void add(const std::string &line) {
    std::unique_lock lock(mutex);
    text += line;
    store(line);
    ++lines;
  }

  void last(const std::string &line) {
    std::lock_guard lock(mutex);
    text += line;
    store(line);
  }

private:
  heddle::Mutex mutex;
  std::string text;
  int lines = 0;
};

void use(Log &log) {
  log.add("a");
  log.last("b");
}
//--- after.cpp
#include "heddle/mutex.h"

#include <mutex>
#include <string>

void store(const std::string &text) HEDDLE_BLOCKS;

class Log {
public:
  void add(const std::string &line) {
    std::unique_lock lock(mutex);
    text += line;
    lock.unlock();
    store(line);
    lock.lock();
    ++lines;
  }

  void last(const std::string &line) {
    std::unique_lock lock(mutex);
    text += line;
    lock.unlock();
    store(line);
  }

private:
  heddle::Mutex mutex;
  std::string text;
  int lines = 0;
};

void use(Log &log) {
  log.add("a");
  log.last("b");
}
