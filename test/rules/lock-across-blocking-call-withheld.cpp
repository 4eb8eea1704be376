// RUN: %check_rule %s lock-across-blocking-call

// Told, but without a fix: it would make the code wrong.

#include "heddle/heddle.h"

#include <mutex>
#include <string>
#include <unordered_map>

using namespace std::chrono_literals;

static std::string fetch(const std::string &key) {
  heddle::sleep_for(2ms);
  return "value of " + key;
}

class Cache {
public:
  // `value` leads into the map, which others change while the lock is away.
  std::string referenceBad(const std::string &key) {
    std::unique_lock lock(mu_);
    auto &value = values_[key];
    if (value.empty())
      value = fetch(key);
    return value;
  }
  // CHECK-MESSAGES: :[[@LINE-3]]:15: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-REVIEW-LABEL: std::string referenceBad(
  // CHECK-REVIEW-NEXT:      std::unique_lock lock(mu_);
  // CHECK-REVIEW-NEXT:      auto &value = values_[key];
  // CHECK-REVIEW-NEXT:      if (value.empty())
  // CHECK-REVIEW-NEXT:        value = fetch(key);
  // CHECK-REVIEW-NEXT:      return value;

  std::string iteratorBad(const std::string &key) {
    std::unique_lock lock(mu_);
    auto found = values_.find(key);
    auto fresh = fetch(key);
    return found == values_.end() ? fresh : found->second;
  }
  // CHECK-MESSAGES: :[[@LINE-3]]:18: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-REVIEW-LABEL: std::string iteratorBad(
  // CHECK-REVIEW-NEXT:      std::unique_lock lock(mu_);
  // CHECK-REVIEW-NEXT:      auto found = values_.find(key);
  // CHECK-REVIEW-NEXT:      auto fresh = fetch(key);

  // A copy leads nowhere.
  void copyBad(const std::string &key) {
    std::unique_lock lock(mu_);
    auto old = values_[key];
    auto fresh = fetch(old);
    values_[key] = fresh;
  }
  // CHECK-MESSAGES: :[[@LINE-3]]:18: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-REVIEW-LABEL: void copyBad(
  // CHECK-REVIEW-NEXT:      std::unique_lock lock(mu_);
  // CHECK-REVIEW-NEXT:      auto old = values_[key];
  // CHECK-REVIEW-NEXT:      lock.unlock();
  // CHECK-REVIEW-NEXT:      auto fresh = fetch(old);
  // CHECK-REVIEW-NEXT:      lock.lock();
  // CHECK-REVIEW-NEXT:      values_[key] = fresh;

  // What is constant cannot be unlocked.
  void constantBad(const std::string &key) {
    const std::lock_guard lock(mu_);
    auto old = values_[key];
    auto fresh = fetch(old);
    values_[key] = fresh;
  }
  // CHECK-MESSAGES: :[[@LINE-3]]:18: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-REVIEW-LABEL: void constantBad(
  // CHECK-REVIEW-NEXT:      std::unique_lock lock(mu_);
  // CHECK-REVIEW-NEXT:      auto old = values_[key];
  // CHECK-REVIEW-NEXT:      lock.unlock();

private:
  std::mutex mu_;
  std::unordered_map<std::string, std::string> values_;
};

// Nothing would be left for the lock to guard: it orders the sends.
void orderedBad(std::mutex &order, heddle::Channel<int> &out) {
  std::lock_guard guard(order);
  out.send(1);
}
// CHECK-MESSAGES: :[[@LINE-2]]:7: warning: 'order' is held while 'send' may suspend the task
// CHECK-REVIEW-LABEL: void orderedBad(
// CHECK-REVIEW-NEXT:    std::lock_guard guard(order);
// CHECK-REVIEW-NEXT:    out.send(1);
