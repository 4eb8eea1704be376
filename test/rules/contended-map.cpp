// RUN: %check_rule %s contended-map

#include "heddle/heddle.h"

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

class CacheBad {
public:
  std::optional<std::string> get(int id) {
    std::lock_guard lock(mutex_);
    auto found = names_.find(id);
    if (found == names_.end())
      return std::nullopt;
    return found->second;
  }
  void put(int id, const std::string &name) {
    std::lock_guard lock(mutex_);
    names_[id] = name;
  }
  std::size_t size() {
    std::lock_guard lock(mutex_);
    return names_.size();
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, std::string> names_;
};
void cacheServed() {
  CacheBad cache;
  heddle::WorkerPool<int> pool(8, 64, [&](int id) {
    if (!cache.get(id))
      cache.put(id, "new");
  });
  pool.submit(1);
}
// CHECK-NOTES: :[[@LINE-11]]:17: warning: all tasks queue at 'mutex_' for the map 'names_' [heddle-contended-map]
// CHECK-NOTES: :[[@LINE-28]]:21: note: locked here for one key
// CHECK-NOTES: :[[@LINE-8]]:{{[0-9]+}}: note: runs for each event of the handler registered here
// CHECK-NOTES: :[[@LINE-8]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-14]]:40: note: a sharded map has a lock for each stripe of keys, and no order
// CHECK-REVIEW-LABEL: class CacheBad {
// CHECK-REVIEW: std::optional<std::string> get(int id) {
// CHECK-REVIEW-NEXT:      return names_.get(id);
// CHECK-REVIEW-NEXT:    }
// CHECK-REVIEW-NEXT:    void put(int id, const std::string &name) {
// CHECK-REVIEW-NEXT: names_.insert_or_assign(id, name);
// CHECK-REVIEW-NEXT:    }
// CHECK-REVIEW-NEXT:    std::size_t size() {
// CHECK-REVIEW-NEXT:      return names_.size();
// CHECK-REVIEW:       private:
// CHECK-REVIEW-NEXT:    heddle::ShardedMap<int, std::string> names_;

// By hand, at namespace scope, through two calls.
static std::mutex words_mu;
static std::map<std::string, int> words;
static void count(const std::string &word) {
  words_mu.lock();
  ++words[word];
  words_mu.unlock();
}
static void countTwice(const std::string &word) { count(word + word); }
void counted(const std::vector<std::string> &text) {
  heddle::parallel_for(text, [](const std::string &word) {
    count(word);
    countTwice(word);
  });
}
// CHECK-NOTES: :[[@LINE-14]]:19: warning: all tasks queue at 'words_mu' for the map 'words'
// CHECK-REVIEW: static heddle::ShardedMap<std::string, int> words;
// CHECK-REVIEW-LABEL: static void count(
// CHECK-REVIEW-NEXT:    words.update(word, [&](auto &value) { ++value; });
// CHECK-REVIEW-NEXT:  }

// Locals that tasks share; readers beside each other still write to one lock.
void sharedLocals(heddle::Channel<int> &ids) {
  heddle::SharedMutex mutex;
  std::unordered_map<int, long> sums;
  heddle::WaitGroup workers;
  for (int i = 0; i < 16; ++i)
    workers.spawn([&] {
      for (int id : ids) {
        long sum = [&]() -> long {
          std::shared_lock lock(mutex);
          if (auto at = sums.find(id); at != sums.end())
            return at->second;
          return 0;
        }();
        std::unique_lock lock(mutex);
        sums.insert_or_assign(id, sum + id);
      }
    });
  workers.wait();
}
// CHECK-NOTES: :[[@LINE-18]]:23: warning: all tasks queue at 'mutex' for the map 'sums'

// A class template; an element that is changed in place.
template <class Key> class Sessions {
public:
  void touch(const Key &key) {
    std::scoped_lock lock(mu_);
    auto &session = sessions_[key];
    session.visits++;
    session.last = session.visits;
  }

private:
  struct Session {
    int visits = 0, last = 0;
  };
  heddle::Mutex mu_;
  std::unordered_map<Key, Session> sessions_;
};
void sessionsBad() {
  static Sessions<int> sessions;
  for (int task = 0; task < 100; ++task)
    heddle::spawn([task] { // NOLINT(heddle-spawn-in-loop)
      for (int i = 0; i < 1000; ++i)
        sessions.touch(task * i);
    });
}
// CHECK-NOTES: :[[@LINE-11]]:17: warning: all tasks queue at 'mu_' for the map 'sessions_'

// A struct with both, behind a reference.
struct Table {
  std::mutex mu;
  std::unordered_map<long, long> rows;
};
static long row(Table &table, long key) {
  std::unique_lock<std::mutex> lock(table.mu);
  auto found = table.rows.find(key);
  return found != table.rows.end() ? found->second : -1;
}
static void erase(Table &table, long key) {
  const std::lock_guard<std::mutex> lock{table.mu};
  table.rows.erase(key);
}
long tableBad(heddle::Channel<long> &keys, Table &table) {
  heddle::consume(keys, 8, [&table](long key) {
    if (row(table, key) < 0)
      erase(table, key);
  });
  return 0;
}
// CHECK-NOTES: :[[@LINE-19]]:14: warning: all tasks queue at 'mu' for the map 'rows'
// CHECK-REVIEW-LABEL: struct Table {
// CHECK-REVIEW-NEXT: heddle::ShardedMap<long, long> rows;
// CHECK-REVIEW-LABEL: static long row(
// CHECK-REVIEW-NEXT:    return table.rows.get(key).value_or(-1);
// CHECK-REVIEW-LABEL: static void erase(
// CHECK-REVIEW-NEXT:    table.rows.erase(key);

// One task's alone, in a loop and behind a pool of one worker.
class OwnedOk {
public:
  void put(int id) {
    std::lock_guard lock(mutex_);
    seen_[id] = true;
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, bool> seen_;
};
void owned(heddle::Channel<int> &ids) {
  OwnedOk seen;
  for (int id : ids)
    seen.put(id);
  heddle::WorkerPool<int> pool(1, 64, [&](int id) { seen.put(id); });
  pool.submit(1);
}

// Each task has one of its own.
class LocalOk {
public:
  bool put(int id) {
    std::lock_guard lock(mutex_);
    return seen_.emplace(id, true).second;
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, bool> seen_;
};
void perTask(const std::vector<std::vector<int>> &lists) {
  heddle::parallel_for(lists, [](const std::vector<int> &list) {
    LocalOk seen;
    for (int id : list)
      seen.put(id);
  });
}

// Few keys by construction.
enum class Kind { Read, Write, Erase };
class KindsOk {
public:
  void count(Kind kind) {
    std::lock_guard lock(mutex_);
    ++counts_[kind];
  }

private:
  heddle::Mutex mutex_;
  std::map<Kind, long> counts_;
};
static std::mutex totals_mu;
static std::map<std::string, long> totals;
static void totalsOk(long bytes) {
  std::lock_guard lock(totals_mu);
  totals["bytes"] += bytes;
}
void few(const std::vector<int> &items) {
  KindsOk kinds;
  heddle::parallel_for(items, [&](int item) {
    kinds.count(item ? Kind::Read : Kind::Write);
    totalsOk(item);
  });
}

// Striped by hand already.
class StripedOk {
public:
  void put(int id, int value) {
    Stripe &stripe = stripes_[std::size_t(id) % stripes_.size()];
    std::lock_guard lock(stripe.mutex);
    stripe.values[id] = value;
  }

private:
  struct Stripe {
    heddle::Mutex mutex;
    std::unordered_map<int, int> values;
  };
  std::array<Stripe, 64> stripes_;
};
void striped(const std::vector<int> &items) {
  StripedOk map;
  heddle::parallel_for(items, [&](int item) { map.put(item, item); });
}

// One acquisition around a loop.
class BatchOk {
public:
  void add(const std::vector<int> &batch) {
    std::lock_guard lock(mutex_);
    for (int id : batch)
      ++counts_[id];
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, int> counts_;
};
void batched(const std::vector<std::vector<int>> &batches) {
  BatchOk counts;
  heddle::parallel_for(
      batches, [&](const std::vector<int> &batch) { counts.add(batch); });
}

// Two values that change together.
class AccountsOk {
public:
  void transfer(int from, int to, long amount) {
    std::lock_guard lock(mutex_);
    balances_[from] -= amount;
    balances_[to] += amount;
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, long> balances_;
};
void transfers(const std::vector<int> &items) {
  AccountsOk accounts;
  heddle::parallel_for(items, [&](int item) { accounts.transfer(item, 0, 1); });
}

// The lock guards more than the map.
class LruOk {
public:
  void put(int id) {
    std::lock_guard lock(mutex_);
    order_.push_back(id);
    places_[id] = order_.size();
  }

private:
  heddle::Mutex mutex_;
  std::vector<int> order_;
  std::unordered_map<int, std::size_t> places_;
};
void recent(const std::vector<int> &items) {
  LruOk cache;
  heddle::parallel_for(items, [&](int item) { cache.put(item); });
}

// Somebody waits for what is put in.
class MailboxOk {
public:
  void put(int id) {
    std::lock_guard lock(mutex_);
    mail_[id] = 1;
    arrived_.notify_all();
  }
  void wait(int id) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return mail_.count(id) != 0; });
  }

private:
  heddle::Mutex mutex_;
  heddle::ConditionVariable arrived_;
  std::unordered_map<int, int> mail_;
};
void mailed(const std::vector<int> &items) {
  MailboxOk box;
  heddle::parallel_for(items, [&](int item) { box.put(item); });
}

// Not in a hot place: once a task.
class RegistryOk {
public:
  void add(int id) {
    std::lock_guard lock(mutex_);
    names_[id] = id;
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, int> names_;
};
void registered() {
  RegistryOk registry;
  heddle::invoke_all([&] { registry.add(1); }, [&] { registry.add(2); });
}

// Its order is used, which a sharded map has not.
class TimelineOk {
public:
  void put(int at, int what) {
    std::lock_guard lock(mutex_);
    events_[at] = what;
  }
  int next(int at) {
    std::lock_guard lock(mutex_);
    auto found = events_.lower_bound(at);
    return found == events_.end() ? 0 : found->second;
  }

private:
  heddle::Mutex mutex_;
  std::map<int, int> events_;
};
void timed(const std::vector<int> &items) {
  TimelineOk timeline;
  heddle::parallel_for(items, [&](int item) {
    if (timeline.next(item) == 0)
      timeline.put(item, 1);
  });
}
