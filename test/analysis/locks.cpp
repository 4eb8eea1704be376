// RUN: %dump_facts --kind=locks %s -- %runtime_flags | FileCheck %s --implicit-check-not=over
#include "heddle/mutex.h"

#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <utility>

void work();
void other();

std::mutex mu;
std::mutex second;

void guard() {
  std::lock_guard lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]] statements [[@LINE+1]]-[[@LINE+1]]
  work();
}

void scopeEnds() {
  {
    std::lock_guard<std::mutex> lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]] statements
    work();
  }
  other();
}

void severalLocks() {
  std::scoped_lock lock(mu, second); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
  work();                            // CHECK: [[@LINE-1]]: second by lock over [work:[[@LINE]]]
}

void earlyUnlock() {
  std::unique_lock lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]] released [[@LINE+2]]
  work();
  lock.unlock();
  other();
}

void relock() {
  std::unique_lock lock(mu, std::defer_lock); // no region before lock()
  other();
  lock.lock(); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
  work();
}

void tried() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (!lock.owns_lock()) { // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+4]]]
    other();
    return;
  }
  work();
}

void triedInCondition() {
  if (std::unique_lock lock{mu, std::try_to_lock}) { // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
    work();
  } else {
    other();
  }
}

void manual() {
  mu.lock(); // CHECK: [[@LINE]]: mu over [work:[[@LINE+1]]] statements [[@LINE+1]]-[[@LINE+1]] released [[@LINE+2]]
  work();
  mu.unlock();
  other();
}

int manualEarlyExit(bool failed) {
  mu.lock(); // CHECK: [[@LINE]]: mu over [work:[[@LINE+1]], work:[[@LINE+6]]] statements [[@LINE+1]]-[[@LINE+6]] released [[@LINE+3]] released [[@LINE+7]]
  work();
  if (failed) {
    mu.unlock();
    return 1;
  }
  work();
  mu.unlock();
  return 0;
}

// Where the paths meet, the lock is not held on all of them.
void heldOnSomePaths(bool locked) {
  if (locked)
    mu.lock(); // CHECK: [[@LINE]]: mu over []{{$}}
  other();
  if (locked) {
    work();
    mu.unlock();
  }
}

void tryLockBranch() {
  if (mu.try_lock()) { // CHECK: [[@LINE]]: mu over [work:[[@LINE+1]]] released
    work();
    mu.unlock();
  }
  other();
}

void tryLockEarlyReturn() {
  bool ok = mu.try_lock();
  if (!ok)
    return;
  work(); // CHECK: [[@LINE-3]]: mu over [work:[[@LINE]]] released [[@LINE+1]]
  mu.unlock();
}

std::shared_mutex rw;

void shared() {
  std::shared_lock lock(rw); // CHECK: [[@LINE]]: rw shared by lock over [work:[[@LINE+1]]]
  work();
}

pthread_mutex_t posix = PTHREAD_MUTEX_INITIALIZER;

void posixLock() {
  pthread_mutex_lock(&posix); // CHECK: [[@LINE]]: posix over [work:[[@LINE+1]]]
  work();
  pthread_mutex_unlock(&posix);
  other();
}

void posixTry() {
  if (pthread_mutex_trylock(&posix) == 0) { // CHECK: [[@LINE]]: posix over [work:[[@LINE+1]]]
    work();
    pthread_mutex_unlock(&posix);
  }
  other();
}

heddle::Mutex taskMutex;

void ownedByTask() {
  std::lock_guard lock(taskMutex); // CHECK: [[@LINE]]: taskMutex of the task by lock over [work:[[@LINE+1]]]
  work();
}

void allAtOnce() {
  std::lock(mu, second);
  std::lock_guard a(mu, std::adopt_lock);
  std::lock_guard b(second, std::adopt_lock);
  work(); // CHECK-DAG: [[@LINE-3]]: mu over [work:[[@LINE]]]
          // CHECK-DAG: [[@LINE-4]]: second over [work:[[@LINE-1]]]
}

void movedAway() {
  std::unique_lock lock(mu); // CHECK: [[@LINE]]: mu by lock over []{{$}}
  std::unique_lock kept(std::move(lock));
  other();
}

std::unique_lock<std::mutex> acquire() { return std::unique_lock(mu); }

void fromFunction() {
  auto lock = acquire(); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
  work();
}

std::condition_variable condition;

void waits() {
  std::unique_lock lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+2]]]
  condition.wait(lock);
  work();
}

class Store {
public:
  void byAlias() {
    auto &lock = mu_;
    std::lock_guard guard(lock); // CHECK: [[@LINE]]: mu_ by guard over [work:[[@LINE+1]]]
    work();
  }

  void wrapped() {
    enter(); // CHECK: [[@LINE]]: mu_ over [work:[[@LINE+1]]]
    work();
    leave();
    other();
  }

  void needsLock() HEDDLE_REQUIRES(mu_) { // CHECK: [[@LINE]]: mu_ on entry over [work:[[@LINE+1]]]
    work();
  }

private:
  void enter() { mu_.lock(); } // CHECK: [[@LINE]]: mu_ over []
  void leave() { mu_.unlock(); }

  std::mutex mu_;
};

class OwnGuard {
public:
  explicit OwnGuard(std::mutex &mutex) : mutex(mutex) { this->mutex.lock(); } // CHECK: [[@LINE]]: mutex over []
  ~OwnGuard() { mutex.unlock(); }

private:
  std::mutex &mutex;
};

void ownGuard() {
  OwnGuard lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
  work();
}

struct Locked {
  explicit Locked(std::mutex &mutex) : lock(mutex) {} // CHECK: [[@LINE]]: mutex over []
  std::unique_lock<std::mutex> lock;
};

void ownsGuard() {
  Locked locked(mu); // CHECK: [[@LINE]]: mu by locked over [work:[[@LINE+1]]]
  work();
}

class SpinLock {
public:
  void lock();
  void unlock();
};
SpinLock spin;

void lockable() {
  spin.lock(); // CHECK: [[@LINE]]: spin over [work:[[@LINE+1]]]
  work();
  spin.unlock();
  other();
}

class HEDDLE_SCOPED_CAPABILITY ScopedSpin {
public:
  explicit ScopedSpin(SpinLock &lock) HEDDLE_ACQUIRES(lock);
  ~ScopedSpin() HEDDLE_RELEASES();
};

void declaredGuard() {
  ScopedSpin lock(spin); // CHECK: [[@LINE]]: spin by lock over [work:[[@LINE+1]]]
  work();
}

template <class Mutex> void inTemplate(Mutex &mutex) {
  std::lock_guard<Mutex> lock(mutex); // CHECK: [[@LINE]]: mutex by lock over [work:[[@LINE+1]]]
  work();
}
template void inTemplate(std::mutex &);

void inLambda() {
  auto locked = [] {
    std::lock_guard lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
    work();
  };
  locked();
}

void laterInLambda() {
  std::lock_guard lock(mu); // CHECK: [[@LINE]]: mu by lock over [{{.*}}operator():[[@LINE+2]]]
  auto later = [] { work(); };
  later();
}

void loop(bool again) {
  while (again) {
    std::lock_guard lock(mu); // CHECK: [[@LINE]]: mu by lock over [work:[[@LINE+1]]]
    work();
  }
  other();
}

void local() {
  std::mutex own;
  std::lock_guard lock(own); // CHECK: [[@LINE]]: own by lock over [work:[[@LINE+1]]]
  work();
}
