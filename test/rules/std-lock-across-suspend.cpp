// RUN: %check_rule %s std-lock-across-suspend

#include "heddle/heddle.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

using namespace std::chrono_literals;

static std::mutex cache_mu;
static std::map<int, std::string> cache;

static std::string fetched(int key) {
  heddle::sleep_for(1ms);
  return std::to_string(key);
}

void throughCallBad() {
  heddle::spawn([] {
    std::lock_guard<std::mutex> lock(cache_mu);
    cache[1] = fetched(1);
  });
}
// CHECK-MESSAGES: :[[@LINE-3]]:16: warning: the task may move to another thread while 'cache_mu' is locked [heddle-std-lock-across-suspend]
// CHECK-FIXES: static heddle::Mutex cache_mu;
// CHECK-FIXES-LABEL: void throughCallBad(
// CHECK-FIXES:         std::lock_guard<heddle::Mutex> lock(cache_mu);

// Yielding is enough to move, and so is the wait for a lock of the task's.
class StoreBad {
public:
  void sweep() {
    std::unique_lock lock(mu_);
    for (auto &entry : entries_) {
      entry.second.clear();
      heddle::yield();
    }
  }

private:
  std::mutex mu_;
  std::map<int, std::string> entries_;
};

class MergeBad {
public:
  void merge() {
    std::lock_guard lock(first_mu_);
    std::lock_guard other(other_mu_);
    entries_.clear();
  }

private:
  std::mutex first_mu_;
  heddle::Mutex other_mu_;
  std::map<int, std::string> entries_;
};
void methods(StoreBad &store, MergeBad &merged) {
  heddle::spawn([&store] { store.sweep(); });
  heddle::spawn([&merged] { merged.merge(); });
}
// CHECK-MESSAGES: :[[@LINE-26]]:7: warning: the task may move to another thread while 'mu_' is locked
// CHECK-MESSAGES: :[[@LINE-14]]:21: warning: the task may move to another thread while 'first_mu_' is locked
// CHECK-FIXES: class StoreBad {
// CHECK-FIXES: private:
// CHECK-FIXES-NEXT:    heddle::Mutex mu_;
// CHECK-FIXES: class MergeBad {
// CHECK-FIXES: private:
// CHECK-FIXES-NEXT:    heddle::Mutex first_mu_;
// CHECK-FIXES-NEXT:    heddle::Mutex other_mu_;

// Shared, by hand, in a stored lambda.
void storedBad(heddle::Channel<int> &keys) {
  static std::shared_mutex table;
  auto work = [&keys] {
    table.lock_shared();
    keys.receive();
    table.unlock_shared();
  };
  heddle::spawn(work);
}
// CHECK-MESSAGES: :[[@LINE-5]]:10: warning: the task may move to another thread while 'table' is locked
// CHECK-FIXES: static heddle::SharedMutex table;

// The lock of the task's own.
void ownOk(heddle::Channel<int> &keys) {
  static heddle::Mutex mu;
  heddle::spawn([&keys] {
    std::lock_guard lock(mu);
    keys.receive();
  });
}

// Pinned: the thread stays the same.
void pinnedOk(heddle::Channel<int> &keys) {
  static std::mutex mu;
  heddle::spawn([&keys] {
    heddle::ThreadPin pin;
    std::lock_guard lock(mu);
    keys.receive();
  });
}

// No task code.
static std::mutex plain_mu;
static void onThread(heddle::Channel<int> &keys) {
  std::lock_guard lock(plain_mu);
  keys.receive();
}
void threadOk(heddle::Channel<int> &keys) {
  std::thread thread([&keys] { onThread(keys); });
  thread.join();
}
void unknownCallersOk(heddle::Channel<int> &keys) {
  static std::mutex mu;
  std::lock_guard lock(mu);
  keys.receive();
}

// Given back first; tried and not taken.
void unlockedOk(heddle::Channel<int> &keys) {
  static std::mutex mu;
  heddle::spawn([&keys] {
    std::unique_lock lock(mu);
    lock.unlock();
    keys.receive();
  });
  heddle::spawn([&keys] {
    std::unique_lock lock(mu, std::try_to_lock);
    if (!lock)
      keys.receive();
  });
}

// What blocks does not move the task: that is lock-across-blocking-call's.
void blocksOk() {
  heddle::spawn([] {
    static std::mutex mu;
    std::lock_guard lock(mu);
    std::this_thread::sleep_for(1ms);
  });
}

// No fix: a recursive lock has no counterpart, and a thread's condition needs a
// thread's lock.
void recursiveBad(heddle::Channel<int> &keys) {
  static std::recursive_mutex again;
  heddle::spawn([&keys] {
    std::lock_guard lock(again);
    keys.receive();
  });
}
// CHECK-MESSAGES: :[[@LINE-3]]:10: warning: the task may move to another thread while 'again' is locked

void conditionBad(heddle::Channel<int> &keys) {
  static std::mutex awaited;
  static std::condition_variable changed;
  heddle::spawn([&keys] {
    std::unique_lock lock(awaited);
    keys.send(1);
    changed.wait(lock);
  });
}
// CHECK-MESSAGES: :[[@LINE-4]]:10: warning: the task may move to another thread while 'awaited' is locked

// A template, through a wrapper that calls what it is given.
template <class F> void locked(std::mutex &mu, F f) {
  std::lock_guard lock(mu);
  f();
}
void wrapperBad(heddle::Channel<int> &keys) {
  static std::mutex given;
  heddle::spawn([&keys] { locked(given, [&keys] { keys.receive(); }); });
}
// CHECK-MESSAGES: :[[@LINE-6]]:3: warning: the task may move to another thread while 'mu' is locked

#define LOCKED(mu) std::lock_guard locked_(mu)
void macroBad(heddle::Channel<int> &keys) {
  static std::mutex inMacro;
  heddle::spawn([&keys] {
    LOCKED(inMacro);
    keys.receive();
  });
}
// CHECK-MESSAGES: :[[@LINE-3]]:10: warning: the task may move to another thread while 'inMacro' is locked
