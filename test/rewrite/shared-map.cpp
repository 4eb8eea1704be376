// RUN: %check_rewrite %s shared-map

//--- before.cpp
#include "heddle/mutex.h"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace {

class Sessions {
public:
  void put(int id, std::string name) {
    std::lock_guard lock(mutex);
    names[id] = std::move(name);
  }

  std::string get(int id) {
    std::lock_guard lock(mutex);
    auto found = names.find(id);
    return found == names.end() ? std::string() : found->second;
  }

  bool has(int id) {
    std::lock_guard lock(mutex);
    return names.contains(id);
  }

  void drop(int id) {
    std::lock_guard lock(mutex);
    names.erase(id);
  }

private:
  heddle::Mutex mutex;
  std::unordered_map<int, std::string> names;
};

// It is gone through.
class Listed {
public:
  void put(int id) {
    std::lock_guard lock(mutex);
    counts[id] = 1;
  }

  int sum() {
    std::lock_guard lock(mutex);
    int all = 0;
    for (const auto &[id, count] : counts)
      all += count;
    return all;
  }

private:
  heddle::Mutex mutex;
  std::unordered_map<int, int> counts;
};

int use() {
  Sessions sessions;
  sessions.put(1, "a");
  sessions.drop(2);
  Listed listed;
  listed.put(1);
  return sessions.has(1) + int(sessions.get(1).size()) + listed.sum();
}

} // namespace

int main() { return use(); }
//--- after.cpp
#include "heddle/map.h"
#include "heddle/mutex.h"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace {

class Sessions {
public:
  void put(int id, std::string name) {
    names.insert_or_assign(id, std::move(name));
  }

  std::string get(int id) {
    return names.get(id).value_or(std::string());
  }

  bool has(int id) {
    return names.contains(id);
  }

  void drop(int id) {
    names.erase(id);
  }

private:
  heddle::ShardedMap<int, std::string> names;
};

// It is gone through.
class Listed {
public:
  void put(int id) {
    std::lock_guard lock(mutex);
    counts[id] = 1;
  }

  int sum() {
    std::lock_guard lock(mutex);
    int all = 0;
    for (const auto &[id, count] : counts)
      all += count;
    return all;
  }

private:
  heddle::Mutex mutex;
  std::unordered_map<int, int> counts;
};

int use() {
  Sessions sessions;
  sessions.put(1, "a");
  sessions.drop(2);
  Listed listed;
  listed.put(1);
  return sessions.has(1) + int(sessions.get(1).size()) + listed.sum();
}

} // namespace

int main() { return use(); }
