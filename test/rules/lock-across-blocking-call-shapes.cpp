// RUN: %check_rule %s lock-across-blocking-call

#include "heddle/heddle.h"

#include <condition_variable>
#include <fcntl.h>
#include <functional>
#include <map>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;

void work();
std::mutex mu;
std::mutex second;
heddle::Mutex taskMutex;
heddle::Channel<int> channel;
int counter;

void sleepBad() {
  std::lock_guard lock(mu);
  ++counter;
  heddle::sleep_for(1ms);
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'sleep_for' may suspend the task
}

// CHECK-REVIEW-LABEL: void sleepBad(
// CHECK-REVIEW-NEXT:    std::unique_lock lock(mu);
// CHECK-REVIEW-NEXT:    ++counter;
// CHECK-REVIEW-NEXT:    lock.unlock();
// CHECK-REVIEW-NEXT:    heddle::sleep_for(1ms);

void taskMutexBad() {
  std::lock_guard lock(taskMutex);
  ++counter;
  channel.send(counter);
  // CHECK-MESSAGES: :[[@LINE-1]]:11: warning: 'taskMutex' is held while 'send' may suspend the task
}

void threadSleepBad() {
  std::scoped_lock lock(mu, second);
  ++counter;
  std::this_thread::sleep_for(1ms);
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'sleep_for' may block the thread
}

void readBad(int fd, char *buffer) {
  std::unique_lock lock(mu);
  ++counter;
  read(fd, buffer, 1);
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'read' may block the thread
}

void joinBad(std::thread &thread) {
  pthread_mutex_t posix = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&posix);
  thread.join();
  // CHECK-MESSAGES: :[[@LINE-1]]:10: warning: 'posix' is held while 'join' may block the thread
  pthread_mutex_unlock(&posix);
}

void tryLockBad() {
  if (mu.try_lock()) {
    ++counter;
    heddle::sleep_for(1ms);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'mu' is held while 'sleep_for' may suspend
    mu.unlock();
  }
}

void deep3() { heddle::sleep_for(1ms); }
void deep2() { deep3(); }
void deep1() { deep2(); }
void deepBad() {
  std::lock_guard lock(mu);
  ++counter;
  deep1();
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'deep1' may suspend
}

void storedLambdaBad() {
  auto refresh = [] { heddle::sleep_for(1ms); };
  std::function<void()> erased = refresh;
  std::lock_guard lock(mu);
  ++counter;
  erased();
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'erased' may suspend
}

template <class F> void withLock(F f) {
  std::lock_guard lock(mu);
  ++counter;
  f();
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'f' may suspend
}
void passedLambdaBad() {
  withLock([] { heddle::sleep_for(1ms); });
  withLock([] { work(); });
}

class Base {
public:
  virtual ~Base() = default;
  virtual void put(int) = 0;
};
class Remote : public Base {
public:
  void put(int value) override { channel.send(value); }
};
void virtualBad(Base &base) {
  std::lock_guard lock(mu);
  base.put(++counter);
  // CHECK-MESSAGES: :[[@LINE-1]]:8: warning: 'mu' is held while 'put' may suspend
}

HEDDLE_BLOCKS void query(const char *text);
void annotatedBad() {
  std::lock_guard lock(mu);
  ++counter;
  query("x");
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'query' may block the thread
}

std::shared_mutex rw;
void sharedBad() {
  std::shared_lock lock(rw);
  channel.receive();
  // CHECK-MESSAGES: :[[@LINE-1]]:11: warning: 'rw' is held while 'receive' may suspend
}

#define WAIT() heddle::sleep_for(1ms)
void macroBad() {
  std::lock_guard lock(mu);
  WAIT();
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: 'mu' is held while 'sleep_for' may suspend
  ++counter;
}

// CHECK-FIXES-LABEL: void macroBad(
// CHECK-FIXES-NEXT:    WAIT();
// CHECK-FIXES-NEXT:    std::lock_guard lock(mu);
// CHECK-FIXES-NEXT:    ++counter;

class Guarded {
public:
  void refresh() HEDDLE_REQUIRES(lock_) {
    heddle::sleep_for(1ms);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'lock_' is held while 'sleep_for' may suspend
    ++state_;
  }

private:
  heddle::Mutex lock_;
  int state_ = 0;
};

void unlockedOk() {
  {
    std::lock_guard lock(mu);
    ++counter;
  }
  heddle::sleep_for(1ms);
}

void earlyUnlockOk() {
  std::unique_lock lock(mu);
  ++counter;
  lock.unlock();
  heddle::sleep_for(1ms);
}

void deferredOk() {
  std::unique_lock lock(mu, std::defer_lock);
  heddle::sleep_for(1ms);
  lock.lock();
  ++counter;
}

void notAcquiredOk() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (!lock) {
    heddle::sleep_for(1ms);
    return;
  }
  ++counter;
}

std::condition_variable changed;
void conditionOk() {
  std::unique_lock lock(mu);
  changed.wait(lock, [] { return counter > 0; });
}

void conditionUnderAnotherBad() {
  std::lock_guard outer(second);
  std::unique_lock lock(mu);
  changed.wait(lock);
  // CHECK-MESSAGES: :[[@LINE-1]]:11: warning: 'second' is held while 'wait' may block
}

void otherLockOk() {
  std::lock_guard lock(mu);
  std::lock_guard inner(taskMutex);
  ++counter;
}

void spawnedOk() {
  std::lock_guard lock(mu);
  ++counter;
  heddle::spawn([] { heddle::sleep_for(1ms); });
}

void nonBlockingOk(const char *path, char *buffer) {
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  std::lock_guard lock(mu);
  ++counter;
  read(fd, buffer, 1);
}

void dontWaitOk(int socket, char *buffer) {
  std::lock_guard lock(mu);
  ++counter;
  recv(socket, buffer, 1, MSG_DONTWAIT);
}

void tryOk() {
  std::lock_guard lock(mu);
  if (channel.try_send(counter))
    ++counter;
}

class LogFile {
public:
  void append(const std::string &line) {
    std::lock_guard lock(mu_);
    write(fd_, line.data(), line.size());
  }
  void sync() {
    std::lock_guard lock(mu_);
    fsync(fd_);
  }

private:
  std::mutex mu_;
  int fd_ = 2;
};

// The paths are not told apart: where they meet the lock is held on one only.
void FN_heldOnSomePaths(bool locked) {
  if (locked)
    mu.lock();
  ++counter;
  heddle::sleep_for(1ms);
  if (locked)
    mu.unlock();
}

// What several tasks write to a stream must not mix.
class Peer {
public:
  explicit Peer(heddle::TcpStream stream) : stream_(std::move(stream)) {}
  void sendOk(heddle::ConstBytes head, heddle::ConstBytes body) {
    std::lock_guard lock(writing_);
    stream_.write_all(head);
    stream_.write_all(body);
  }

private:
  heddle::Mutex writing_;
  heddle::TcpStream stream_;
};

// Who reads keeps the others from writing.
class Shared {
public:
  explicit Shared(heddle::TcpStream stream) : stream_(std::move(stream)) {}
  void readBad(heddle::Bytes into) {
    std::lock_guard lock(mutex_);
    stream_.read(into);
    // CHECK-MESSAGES: :[[@LINE-1]]:13: warning: 'mutex_' is held while 'read' may suspend
  }
  void write(heddle::ConstBytes data) {
    std::lock_guard lock(mutex_);
    stream_.write_all(data);
  }

private:
  heddle::Mutex mutex_;
  heddle::TcpStream stream_;
};
