// RUN: %check_rewrite %s atomic

//--- before.cpp
#include <mutex>

namespace {

class Counters {
public:
  void count(int by) {
    std::lock_guard lock(mutex);
    total += by;
  }

  int read() {
    std::lock_guard lock(mutex);
    return total;
  }

  int reset() {
    std::lock_guard lock(mutex);
    int before = total;
    total = 0;
    return before;
  }

private:
  std::mutex mutex;
  int total = 0;
};

// Two belong together.
class Pair {
public:
  void count() {
    std::lock_guard lock(mutex);
    ++first;
    ++second;
  }

private:
  std::mutex mutex;
  int first = 0;
  int second = 0;
};

// It acts on what it has seen.
class Limited {
public:
  void count() {
    std::lock_guard lock(mutex);
    if (total < 10)
      ++total;
  }

private:
  std::mutex mutex;
  int total = 0;
};

int use() {
  Counters counters;
  counters.count(2);
  Pair pair;
  pair.count();
  Limited limited;
  limited.count();
  return counters.read() + counters.reset();
}

} // namespace

int main() { return use(); }
//--- after.cpp
#include <atomic>
#include <mutex>

namespace {

class Counters {
public:
  void count(int by) {
    total += by;
  }

  int read() {
    return total.load();
  }

  int reset() {
    return total.exchange(0);
  }

private:
  std::atomic<int> total = 0;
};

// Two belong together.
class Pair {
public:
  void count() {
    std::lock_guard lock(mutex);
    ++first;
    ++second;
  }

private:
  std::mutex mutex;
  int first = 0;
  int second = 0;
};

// It acts on what it has seen.
class Limited {
public:
  void count() {
    std::lock_guard lock(mutex);
    if (total < 10)
      ++total;
  }

private:
  std::mutex mutex;
  int total = 0;
};

int use() {
  Counters counters;
  counters.count(2);
  Pair pair;
  pair.count();
  Limited limited;
  limited.count();
  return counters.read() + counters.reset();
}

} // namespace

int main() { return use(); }
