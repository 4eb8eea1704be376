// RUN: %check_rule %s map-kind-mismatch

#include "heddle/heddle.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

// Written as often as read.
class CountsBad {
public:
  void count(const std::string &word) {
    counts_.update(word, [](int &n) { ++n; });
  }
  int of(const std::string &word) const {
    return counts_.get(word).value_or(0);
  }

private:
  heddle::ConcurrentMap<std::string, int> counts_;
};
void counted(const std::vector<std::string> &text) {
  CountsBad counts;
  heddle::parallel_for(text, [&](const std::string &word) {
    if (counts.of(word) < 10)
      counts.count(word);
  });
}
// CHECK-NOTES: :[[@LINE-9]]:43: warning: 'counts_' is a map for readers, and written as often as read [heddle-map-kind-mismatch]
// CHECK-NOTES: :[[@LINE-17]]:13: note: written here
// CHECK-NOTES: :[[@LINE-11]]:43: note: a sharded map has a lock for each stripe of keys, which readers take too
// CHECK-REVIEW-LABEL: class CountsBad {
// CHECK-REVIEW:         heddle::ShardedMap<std::string, int> counts_;

// New keys for ever, though more is read.
static heddle::ConcurrentMap<long, std::string> journal;
static std::atomic<long> next = 0;
void journalBad(heddle::Channel<std::string> &lines) {
  heddle::consume(lines, 4, [](const std::string &line) {
    if (!journal.contains(0) && journal.size() < 1'000)
      journal.insert(next++, line);
  });
}
// CHECK-NOTES: :[[@LINE-8]]:49: warning: 'journal' is a map for readers, and gets ever new keys
// CHECK-NOTES: :[[@LINE-4]]:15: note: written here
// CHECK-NOTES: :[[@LINE-10]]:49: note: a sharded map
// CHECK-REVIEW: static heddle::ShardedMap<long, std::string> journal;

// A local map, and a key that was counted up before.
void orders(heddle::Channel<int> &amounts) {
  using namespace heddle;
  ConcurrentMap<long, int> open;
  std::atomic<long> last = 0;
  while (auto amount = amounts.receive()) {
    long id = last.fetch_add(1);
    open.get_or_insert(id, [&] { return *amount; });
    if (open.contains(id) && open.get(id) == 1)
      open.contains(id + 1);
  }
}
// CHECK-NOTES: :[[@LINE-9]]:28: warning: 'open' is a map for readers, and gets ever new keys
// CHECK-NOTES: :[[@LINE-6]]:10: note: written here
// CHECK-NOTES: :[[@LINE-11]]:28: note: a sharded map
// CHECK-REVIEW: ShardedMap<long, int> open;

// By another name, which is not changed.
using Marks = heddle::ConcurrentMap<int, bool>;
static Marks marks;
static void mark(int key) { marks.insert_or_assign(key % 7, true); }
void markedBad(const std::vector<int> &keys) {
  for (int key : keys)
    mark(key);
}
// CHECK-NOTES: :[[@LINE-6]]:14: warning: 'marks' is a map for readers, and written as often as read
// CHECK-NOTES: :[[@LINE-6]]:35: note: written here
// CHECK-REVIEW: static Marks marks;

// Nor in a macro.
#define LATEST heddle::ConcurrentMap<int, int> latest
static LATEST;
void latestBad(heddle::Channel<int> &values) {
  for (int value : values)
    latest.erase(value % 3);
}
// CHECK-NOTES: :[[@LINE-5]]:8: warning: 'latest' is a map for readers
// CHECK-NOTES: note: expanded from macro 'LATEST'
// CHECK-NOTES: :[[@LINE-4]]:12: note: written here

// Filled once, and then read by everybody, behind one lock.
class RoutesBad {
public:
  void add(const std::string &path, int route) {
    std::lock_guard lock(mutex_);
    routes_[path] = route;
  }
  std::optional<int> find(const std::string &path) {
    std::lock_guard lock(mutex_);
    auto found = routes_.find(path);
    if (found == routes_.end())
      return std::nullopt;
    return found->second;
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<std::string, int> routes_;
};
void routed() {
  RoutesBad routes;
  routes.add("/", 1);
  heddle::WorkerPool<std::string> pool(
      8, 64, [&](const std::string &path) { routes.find(path); });
  pool.submit("/");
}
// CHECK-NOTES: :[[@LINE-10]]:17: warning: readers of 'routes_' queue at 'mutex_', though hardly anybody writes
// CHECK-NOTES: :[[@LINE-18]]:26: note: read here
// CHECK-NOTES: :[[@LINE-11]]:40: note: a concurrent map has readers that take no lock, and slower writers
// CHECK-REVIEW-LABEL: class RoutesBad {
// CHECK-REVIEW:         std::optional<int> find(const std::string &path) {
// CHECK-REVIEW-NEXT:      return routes_.get(path);
// CHECK-REVIEW:         heddle::ConcurrentMap<std::string, int> routes_;

// Filled by a constructor; read through two calls, with a lock held by hand.
class PricesBad {
public:
  explicit PricesBad(const std::vector<int> &all) {
    mutex_.lock();
    for (int each : all)
      prices_.emplace(each, each);
    mutex_.unlock();
  }
  bool has(int article) {
    mutex_.lock();
    bool known = prices_.count(article) > 0;
    mutex_.unlock();
    return known;
  }

private:
  std::mutex mutex_;
  std::map<int, int> prices_;
};
static bool sells(PricesBad &prices, int article) {
  return prices.has(article);
}
int main() {
  return heddle::run([] {
    static PricesBad prices({1, 2, 3});
    heddle::WaitGroup group;
    for (int task = 0; task < 100; ++task)
      group.spawn([] {
        for (int article = 0; article < 100; ++article)
          sells(prices, article);
      });
    group.wait();
    return 0;
  });
}
// CHECK-NOTES: :[[@LINE-19]]:14: warning: readers of 'prices_' queue at 'mutex_'
// CHECK-NOTES: :[[@LINE-26]]:26: note: read here

// Read far more than written.
static heddle::ConcurrentMap<int, int> settings;
void readOk(const std::vector<int> &keys) {
  settings.insert_or_assign(1, 2);
  heddle::parallel_for(keys, [](int key) { settings.get(key); });
}

// Others may use it: not all uses are in view.
heddle::ConcurrentMap<int, int> shared;
void unseenOk(const std::vector<int> &keys) {
  heddle::parallel_for(keys, [](int) { shared.insert_or_assign(7, 7); });
}

// Who knows how often its readers come.
class ReloadedOk {
public:
  int get(int key) const { return values_.get(key).value_or(0); }
  void reload(const std::vector<int> &keys) {
    for (int key : keys)
      values_.insert_or_assign(key, key);
  }

private:
  heddle::ConcurrentMap<int, int> values_;
};

// Or its writers.
class ReplacedOk {
public:
  ReplacedOk() {
    std::lock_guard lock(mutex_);
    values_[0] = 0;
  }
  void put(int key) {
    std::lock_guard lock(mutex_);
    values_[key] = key;
  }
  bool has(int key) {
    std::lock_guard lock(mutex_);
    return values_.contains(key);
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, int> values_;
};
void replaced(const std::vector<int> &keys) {
  ReplacedOk values;
  heddle::parallel_for(keys, [&](int key) { values.has(key); });
}

// Each task has keys of its own.
static heddle::ConcurrentMap<int, int> slots;
static void fill(int key, int value) { slots.insert_or_assign(key, value); }
void ownKeysOk() {
  for (int task = 0; task < 4; ++task)
    heddle::spawn([task] {
      for (int i = 0; i < 1'000; ++i)
        fill(task * 1'000 + i % 10, i);
    });
}
void itemsOk(const std::vector<int> &items) {
  static heddle::ConcurrentMap<int, int> done;
  heddle::parallel_for(items, [](int item) { done.insert(item, 1); });
}

// The keys come back.
static heddle::ConcurrentMap<unsigned, int> ring;
void remainderOk(heddle::Channel<int> &values) {
  unsigned at = 0;
  for (int value : values) {
    if (!ring.contains(0) && !ring.contains(1))
      ring.insert_or_assign(at++ % 16, value);
  }
}

// As many writes as reads: the lock is right, or stripes are.
class BalancedOk {
public:
  void put(int key) {
    std::lock_guard lock(mutex_);
    values_[key] = key;
  }
  std::size_t size() {
    std::lock_guard lock(mutex_);
    return values_.size();
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, int> values_;
};
void balanced() {
  BalancedOk values;
  values.put(0);
  heddle::WorkerPool<int> pool(8, 64, [&](int key) {
    values.put(key);
    values.size();
  });
  pool.submit(1);
}

// What is found is changed.
class HitsOk {
public:
  void add(int key) {
    std::lock_guard lock(mutex_);
    hits_[key] = 0;
  }
  void hit(int key) {
    std::lock_guard lock(mutex_);
    auto found = hits_.find(key);
    if (found != hits_.end())
      ++found->second;
  }
  void hitAll() {
    std::lock_guard lock(mutex_);
    for (auto &[key, hits] : hits_)
      ++hits;
  }

private:
  heddle::Mutex mutex_;
  std::map<int, int> hits_;
};
void hits() {
  HitsOk hits;
  hits.add(1);
  heddle::WorkerPool<int> pool(8, 64, [&](int key) {
    hits.hit(key);
    hits.hitAll();
  });
  pool.submit(1);
}

// Its readers read along with each other.
class SharedOk {
public:
  void add(int key) {
    std::lock_guard lock(mutex_);
    values_[key] = 0;
  }
  bool has(int key) {
    std::shared_lock lock(mutex_);
    return values_.contains(key);
  }

private:
  heddle::SharedMutex mutex_;
  std::map<int, int> values_;
};
void read(const std::vector<int> &keys) {
  SharedOk values;
  values.add(1);
  heddle::parallel_for(keys, [&](int key) { values.has(key); });
}

// One task is all that comes there.
class OwnedOk {
public:
  void add(int key) {
    std::lock_guard lock(mutex_);
    values_[key] = 0;
  }
  bool has(int key) {
    std::lock_guard lock(mutex_);
    return values_.contains(key);
  }

private:
  heddle::Mutex mutex_;
  std::map<int, int> values_;
};
void owned(heddle::Channel<int> &keys) {
  OwnedOk values;
  values.add(1);
  for (int key : keys)
    values.has(key);
}

// One of many already.
struct StripeOk {
  heddle::Mutex mutex;
  std::map<int, int> values;
};
void stripes(const std::vector<int> &keys) {
  std::array<StripeOk, 16> all;
  {
    std::lock_guard lock(all[0].mutex);
    all[0].values[0] = 0;
  }
  heddle::parallel_for(keys, [&](int key) {
    std::lock_guard lock(all[key % 16].mutex);
    all[key % 16].values.contains(key);
  });
}

// Which instances of a template there are is not all in view.
template <class Key> class FN_TemplateBad {
public:
  void put(Key key) { values_.insert_or_assign(key, 1); }

private:
  heddle::ConcurrentMap<Key, int> values_;
};
void putAll(const std::vector<int> &keys) {
  FN_TemplateBad<int> values;
  for (int key : keys)
    values.put(key % 9);
}

// Where a reference goes is not followed.
static void set(heddle::ConcurrentMap<int, int> &map, int key) {
  map.insert_or_assign(key, key);
}
void FN_referenceBad(const std::vector<int> &keys) {
  heddle::ConcurrentMap<int, int> values;
  for (int key : keys)
    set(values, key % 9);
}
