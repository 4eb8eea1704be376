// RUN: %check_rule %s mutex-counter

#include "heddle/heddle.h"

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

static std::mutex requests_mu;
static long requests = 0;

void globalBad() {
  requests_mu.lock();
  requests++;
  requests_mu.unlock();
}
long globalRead() {
  std::lock_guard lock(requests_mu);
  return requests;
}
// CHECK-MESSAGES: :[[@LINE-12]]:19: warning: 'requests_mu' guards nothing but the number 'requests' [heddle-mutex-counter]
// CHECK-FIXES: #include <atomic>
// CHECK-FIXES-NEXT: #include <condition_variable>
// CHECK-FIXES: static std::atomic<long> requests = 0;
// CHECK-FIXES-LABEL: void globalBad(
// CHECK-FIXES-NEXT:    requests++;
// CHECK-FIXES-NEXT:  }
// CHECK-FIXES-NEXT: long globalRead() {
// CHECK-FIXES-NEXT:    return requests.load();

// A member, with the runtime's lock, sets, adds and exchanges.
class MetricsBad {
public:
  void add(std::uint64_t bytes) {
    std::lock_guard<heddle::Mutex> lock(mu_);
    bytes_ += bytes;
  }
  void reset() {
    std::scoped_lock lock(mu_);
    bytes_ = 0;
  }
  std::uint64_t take() {
    std::lock_guard lock(mu_);
    std::uint64_t taken = bytes_;
    bytes_ = 0;
    return taken;
  }
  std::uint64_t bytes() const {
    std::unique_lock lock(mu_);
    return bytes_;
  }

private:
  mutable heddle::Mutex mu_;
  std::uint64_t bytes_ = 0;
};
// CHECK-MESSAGES: :[[@LINE-3]]:25: warning: 'mu_' guards nothing but the number 'bytes_'
// CHECK-FIXES-LABEL: class MetricsBad {
// CHECK-FIXES:         bytes_ += bytes;
// CHECK-FIXES:       void reset() {
// CHECK-FIXES-NEXT:    bytes_ = 0;
// CHECK-FIXES:       std::uint64_t take() {
// CHECK-FIXES-NEXT:    return bytes_.exchange(0);
// CHECK-FIXES:         return bytes_.load();
// CHECK-FIXES:      private:
// CHECK-FIXES-NEXT:    std::atomic<std::uint64_t> bytes_ = 0;

// Locals that tasks share.
int localBad() {
  return heddle::run([] {
    std::mutex mu;
    int done = 0;
    heddle::parallel_for(0, 100, [&](int) {
      std::lock_guard guard(mu);
      ++done;
    });
    std::printf("%d\n", done);
    return 0;
  });
}
// CHECK-MESSAGES: :[[@LINE-10]]:16: warning: 'mu' guards nothing but the number 'done'
// CHECK-FIXES-LABEL: int localBad(
// CHECK-FIXES-NEXT:    return heddle::run([] {
// CHECK-FIXES-NEXT:      std::atomic<int> done = 0;
// CHECK-FIXES-NEXT:      heddle::parallel_for(0, 100, [&](int) {
// CHECK-FIXES-NEXT:        ++done;
// CHECK-FIXES-NEXT:      });
// CHECK-FIXES-NEXT:      std::printf("%d\n", done.load());

// A block that is there for the guard; other work around it; named captures.
void blockBad(heddle::Channel<std::string> &lines) {
  std::mutex mu;
  std::size_t length = 0;
  heddle::WaitGroup group;
  group.spawn([&mu, &length, &lines] {
    while (auto line = lines.receive()) {
      {
        std::lock_guard lock(mu);
        length += 2;
      }
      std::puts(line->c_str());
    }
  });
  group.wait();
  std::size_t copy;
  mu.lock();
  copy = length;
  mu.unlock();
  std::printf("%zu\n", copy);
}
// CHECK-MESSAGES: :[[@LINE-19]]:14: warning: 'mu' guards nothing but the number 'length'
// CHECK-FIXES-LABEL: void blockBad(
// CHECK-FIXES-NEXT:    std::atomic<std::size_t> length = 0;
// CHECK-FIXES:         group.spawn([&length, &lines] {
// CHECK-FIXES-NEXT:      while (auto line = lines.receive()) {
// CHECK-FIXES-NEXT:        length += 2;
// CHECK-FIXES-NEXT:        std::puts
// CHECK-FIXES:         copy = length.load();

// Other state under the same lock.
class PairOk {
public:
  void add(int n) {
    std::lock_guard lock(mu_);
    ++count_;
    sum_ += n;
  }
  int count() const {
    std::lock_guard lock(mu_);
    return count_;
  }

private:
  mutable std::mutex mu_;
  int count_ = 0;
  int sum_ = 0;
};

// Check, then act.
class LimitOk {
public:
  bool enter() {
    std::lock_guard lock(mu_);
    if (inside_ == 8)
      return false;
    ++inside_;
    return true;
  }
  void leave() {
    std::lock_guard lock(mu_);
    --inside_;
  }

private:
  std::mutex mu_;
  int inside_ = 0;
};

// A condition waits on it.
class GateOk {
public:
  void open() {
    std::lock_guard lock(mu_);
    ++open_;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [&] { return open_ > 0; });
  }

private:
  std::mutex mu_;
  std::condition_variable changed_;
  int open_ = 0;
};

// The mutex escapes, or the number does.
void lend(std::mutex &mu);
void publish(int *number);
static std::mutex lent_mu;
static int lent = 0;
void lentOk() {
  lend(lent_mu);
  std::lock_guard lock(lent_mu);
  ++lent;
}
static std::mutex published_mu;
static int published = 0;
void publishedOk() {
  publish(&published);
  std::lock_guard lock(published_mu);
  ++published;
}

// Not private to the unit.
std::mutex shared_mu;
int shared_count = 0;
void sharedOk() {
  std::lock_guard lock(shared_mu);
  ++shared_count;
}

// A method that is not in view may do more under the lock.
class UnseenOk {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++count_;
  }
  void flush();

private:
  std::mutex mu_;
  int count_ = 0;
};

// What is added is guarded by the same lock, or by none.
static std::mutex step_mu;
static int step = 1, stepped = 0;
void stepOk() {
  std::lock_guard lock(step_mu);
  stepped += step;
}

static std::mutex product_mu;
static int product = 1;
void productOk(int factor) {
  std::lock_guard lock(product_mu);
  product *= factor;
}

// A constant: nothing changes it.
static std::mutex fixed_mu;
static int fixed = 1;
int fixedOk() {
  std::lock_guard lock(fixed_mu);
  return fixed;
}

// No integral: an atomic float has no ++, and a string none at all.
static std::mutex name_mu;
static std::string name;
void nameOk(const char *text) {
  std::lock_guard lock(name_mu);
  name = text;
}

// No fix: the macro is not the fix's to edit, and two are declared at once.
#define COUNT() ++counted
static std::mutex counted_mu;
static int counted = 0;
void macroBad() {
  std::lock_guard lock(counted_mu);
  COUNT();
}
// CHECK-MESSAGES: :[[@LINE-6]]:19: warning: 'counted_mu' guards nothing but the number 'counted'

static std::mutex twin_mu;
static int twin = 0, other = 0;
void twinBad() {
  std::lock_guard lock(twin_mu);
  ++twin;
}
// CHECK-MESSAGES: :[[@LINE-6]]:19: warning: 'twin_mu' guards nothing but the number 'twin'

static heddle::Mutex annotated_mu;
static int annotated HEDDLE_GUARDED_BY(annotated_mu) = 0;
void annotatedBad() {
  annotated_mu.lock();
  ++annotated;
  annotated_mu.unlock();
}
// CHECK-MESSAGES: :[[@LINE-7]]:22: warning: 'annotated_mu' guards nothing but the number 'annotated'

// A class template: its other instances may be elsewhere.
template <class T> class FN_Template {
public:
  void add() {
    std::lock_guard lock(mu_);
    ++count_;
  }

private:
  std::mutex mu_;
  T count_ = 0;
};
void useTemplate() { FN_Template<int>().add(); }
