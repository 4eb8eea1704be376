// RUN: %dump_facts --kind=map-uses %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <mutex>
#include <unordered_map>
#include <vector>

void work(int value);

// A section that writes, itself or through what it finds, is a write.
class Locked {
public:
  Locked() {
    std::lock_guard lock(mutex_);
    rows_[0] = 0;
  }
  bool has(int key) {
    std::lock_guard lock(mutex_);
    return rows_.contains(key);
  }
  void raise(int key) {
    std::lock_guard lock(mutex_);
    if (auto found = rows_.find(key); found != rows_.end())
      ++found->second;
  }
  std::size_t size() {
    std::lock_guard lock(mutex_);
    return rows_.size();
  }

private:
  heddle::Mutex mutex_;
  std::unordered_map<int, int> rows_;
  // CHECK-DAG: [[@LINE-1]]: rows_ is read 1 written 1, filled, unseen reads
};

void all(Locked &locked, const std::vector<int> &keys) {
  for (int key : keys)
    if (locked.has(key))
      locked.raise(key);
}

static heddle::ConcurrentMap<int, int> counted;
// CHECK-DAG: [[@LINE-1]]: counted is read 1 written 1, new keys
static heddle::ConcurrentMap<int, int> own;
// CHECK-DAG: [[@LINE-1]]: own is read 0 written 1, own keys
static heddle::ConcurrentMap<int, int> kept;
// CHECK-DAG: [[@LINE-1]]: kept is read 1 written 0, unseen writes

void put(int key) { own.insert(key, key); }

void serve(heddle::Channel<int> &items) {
  int last = 0;
  for (int item : items) {
    int id = last++;
    counted.insert(id, item);
    counted.get(id % 3);
    heddle::spawn([item] { put(item); });
    kept.get_or_insert(item, [] { return 1; });
  }
}

void keep() { kept.clear(); }
