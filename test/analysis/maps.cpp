// RUN: %dump_facts --kind=maps %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not=guards
#include "heddle/heddle.h"

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

// Sections are told with the number of keys they use.
struct Table {
  std::mutex mu; // CHECK: [[@LINE]]: mu guards rows [[@LINE+3]]/1 [[@LINE+8]]/2 [[@LINE+13]]/0
  std::unordered_map<int, std::string> rows;
  void put(int key, std::string row) {
    std::lock_guard lock(mu);
    rows[key] = row;
    rows[key] += row;
  }
  void swap(int a, int b) {
    mu.lock();
    std::swap(rows[a], rows.at(b));
    mu.unlock();
  }
  std::size_t size() {
    std::scoped_lock lock(mu);
    return rows.size();
  }
};

struct Stripe {
  heddle::Mutex
      mutex; // CHECK: [[@LINE]]: mutex guards values [[@LINE+5]]/1, one of many
  std::map<long, long> values;
};
static std::array<Stripe, 8> stripes;
void add(long key) {
  std::lock_guard lock(stripes[key % 8].mutex);
  stripes[key % 8].values[key]++;
}

// A list too.
static std::mutex both_mu;
static std::map<int, int> places;
static std::vector<int> order;
void both(int key) {
  std::lock_guard lock(both_mu);
  places[key] = int(order.size());
  order.push_back(key);
}
