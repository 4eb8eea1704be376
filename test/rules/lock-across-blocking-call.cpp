// RUN: %check_rule %s lock-across-blocking-call

#include "heddle/heddle.h"

#include <mutex>
#include <string>
#include <unordered_map>

using namespace std::chrono_literals;

// The body is in view: it suspends and touches nothing but its argument.
static std::string fetch(const std::string &key) {
  heddle::sleep_for(2ms);
  return "value of " + key;
}

class Cache {
public:
  void loadBad(const std::string &key) {
    std::lock_guard lock(mu_);
    auto value = fetch(key);
    values_[key] = value;
  }
  // CHECK-NOTES: :[[@LINE-3]]:18: warning: 'mu_' is held while 'fetch' may suspend the task [heddle-lock-across-blocking-call]
  // CHECK-NOTES: :[[@LINE-5]]:21: note: 'mu_' is locked here
  // CHECK-NOTES: :[[@LINE-13]]:3: note: waits in 'sleep_for' here
  // CHECK-FIXES-LABEL: void loadBad(
  // CHECK-FIXES-NEXT:      auto value = fetch(key);
  // CHECK-FIXES-NEXT:      std::lock_guard lock(mu_);
  // CHECK-FIXES-NEXT:      values_[key] = value;
  // CHECK-FIXES-NEXT:    }

  void loadOk(const std::string &key) {
    auto value = fetch(key);
    std::lock_guard lock(mu_);
    values_[key] = value;
  }

  bool earlyExitBad(const std::string &key) {
    mu_.lock();
    auto value = fetch(key);
    if (value.empty()) {
      mu_.unlock();
      return false;
    }
    values_[key] = value;
    mu_.unlock();
    return true;
  }
  // CHECK-NOTES: :[[@LINE-9]]:18: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-NOTES: :[[@LINE-11]]:9: note: 'mu_' is locked here
  // CHECK-NOTES: note: waits in 'sleep_for' here
  // CHECK-FIXES-LABEL: bool earlyExitBad(
  // CHECK-FIXES-NEXT:      auto value = fetch(key);
  // CHECK-FIXES-NEXT:      mu_.lock();
  // CHECK-FIXES-NEXT:      if (value.empty()) {

  void assignBad(const std::string &key) {
    std::lock_guard<std::mutex> lock(mu_);
    values_[key] = fetch(key);
  }
  // CHECK-NOTES: :[[@LINE-2]]:20: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-NOTES: :[[@LINE-4]]:33: note: 'mu_' is locked here
  // CHECK-NOTES: note: waits in 'sleep_for' here
  // CHECK-FIXES-LABEL: void assignBad(
  // CHECK-FIXES-NEXT:      auto result = fetch(key);
  // CHECK-FIXES-NEXT:      std::lock_guard<std::mutex> lock(mu_);
  // CHECK-FIXES-NEXT:      values_[key] = std::move(result);
  // CHECK-FIXES-NEXT:    }

  void betweenBad() {
    std::lock_guard lock(mu_);
    auto key = std::to_string(++last_);
    auto value = fetch(key);
    values_[key] = value;
  }
  // CHECK-NOTES: :[[@LINE-3]]:18: warning: 'mu_' is held while 'fetch' may suspend the task
  // CHECK-NOTES: :[[@LINE-6]]:21: note: 'mu_' is locked here
  // CHECK-NOTES: note: waits in 'sleep_for' here
  // CHECK-NOTES: :[[@LINE-6]]:18: note: without the lock, what it guards may change meanwhile
  // CHECK-FIXES-LABEL: void betweenBad(
  // CHECK-FIXES-NEXT:      std::lock_guard lock(mu_);
  // CHECK-REVIEW-LABEL: void betweenBad(
  // CHECK-REVIEW-NEXT:      std::unique_lock lock(mu_);
  // CHECK-REVIEW-NEXT:      auto key = std::to_string(++last_);
  // CHECK-REVIEW-NEXT:      lock.unlock();
  // CHECK-REVIEW-NEXT:      auto value = fetch(key);
  // CHECK-REVIEW-NEXT:      lock.lock();
  // CHECK-REVIEW-NEXT:      values_[key] = value;
  // CHECK-REVIEW-NEXT:    }

private:
  std::mutex mu_;
  std::unordered_map<std::string, std::string> values_;
  int last_ = 0;
};
