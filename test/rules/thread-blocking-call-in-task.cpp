// RUN: %check_rule %s thread-blocking-call-in-task

#include "heddle/heddle.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

void use(long);
long fetch(const char *url) HEDDLE_BLOCKS;

void sleepBad() {
  heddle::spawn([] {
    std::this_thread::sleep_for(50ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' blocks the task's thread [heddle-thread-blocking-call-in-task]
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
    use(1);
  });
}
// CHECK-FIXES-LABEL: void sleepBad() {
// CHECK-FIXES-NEXT:    heddle::spawn([] {
// CHECK-FIXES-NEXT:      heddle::sleep_for(50ms);

void sleepOk() {
  heddle::spawn([] { heddle::sleep_for(50ms); });
}

void systemBad(heddle::WorkerPool<std::string> &pool) {
  heddle::async([] {
    std::system("make");
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'system' blocks the task's thread
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
    // CHECK-NOTES: :[[@LINE-3]]:5: note: within blocking() others get the processor meanwhile; errno is to be read in there too
    int status = std::system("make install");
    // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'system' blocks the task's thread
    // CHECK-NOTES: :[[@LINE-7]]:3: note: in a task that is started here
    // CHECK-NOTES: :[[@LINE-3]]:18: note: within blocking() others get the processor meanwhile; errno is to be read in there too
    return status;
  }).get();
}
// CHECK-REVIEW-LABEL: void systemBad(
// CHECK-REVIEW:           heddle::blocking([&] { std::system("make"); });
// CHECK-REVIEW-NEXT:      int status = heddle::blocking([&] { return std::system("make install"); });

class Store {
public:
  void start() {
    heddle::spawn([this] { run(); });
  }

private:
  void run() { flushAll(); }
  void flushAll() { ::fsync(descriptor_); }
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: 'fsync' blocks the task's thread
  // CHECK-NOTES: :[[@LINE-7]]:5: note: in a task that is started here
  // CHECK-NOTES: :[[@LINE-8]]:28: note: reached through this call
  // CHECK-NOTES: :[[@LINE-5]]:16: note: reached through this call
  // CHECK-NOTES: :[[@LINE-5]]:21: note: within blocking() others get the processor meanwhile; errno is to be read in there too
  int descriptor_ = -1;
};

template <class Future> auto resultBad(Future &future) { return future.get(); }
// CHECK-NOTES: :[[@LINE-1]]:72: warning: 'get' blocks the task's thread
// CHECK-NOTES: :[[@LINE+5]]:9: note: in a task that is started here
// CHECK-NOTES: :[[@LINE+4]]:25: note: reached through this call
// CHECK-NOTES: :[[@LINE-4]]:72: note: within blocking() others get the processor meanwhile; errno is to be read in there too
void templateBad(std::future<int> &a, std::future<long> &b) {
  heddle::WaitGroup group;
  group.spawn([&] { use(resultBad(a)); });
  group.spawn([&] { use(resultBad(b)); });
  group.wait();
}

void declaredBad() {
  auto body = [] { use(fetch("https://example.org")); };
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'fetch' blocks the task's thread
  // CHECK-NOTES: :[[@LINE+2]]:3: note: in a task that is started here
  // CHECK-NOTES: :[[@LINE-3]]:24: note: within blocking() others get the processor meanwhile; errno is to be read in there too
  heddle::spawn(body);
}

static void handle(int request) {
  std::ifstream file("data/" + std::to_string(request));
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'basic_ifstream' blocks the task's thread
  // CHECK-NOTES: :[[@LINE+2]]:45: note: in a handler that is registered here
}
void handlerBad() { heddle::WorkerPool<int> pool(4, 16, handle); }

void joinBad() {
  heddle::run([] {
    std::thread worker([] { use(1); });
    worker.join();
    // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'join' blocks the task's thread
    // CHECK-NOTES: :[[@LINE-4]]:3: note: in the runtime's first task, which starts here
    // CHECK-NOTES: :[[@LINE-3]]:12: note: within blocking() others get the processor meanwhile; errno is to be read in there too
  });
}

// A thread's lock must not be kept over a section, nor a task's sleep.
std::mutex mutex;
std::condition_variable changed;
void lockedBad(bool &ready) {
  heddle::spawn([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock);
    // CHECK-NOTES: :[[@LINE-1]]:13: warning: 'wait' blocks the task's thread
    // CHECK-NOTES: :[[@LINE-4]]:3: note: in a task that is started here
    // CHECK-NOTES: :[[@LINE-3]]:13: note: within blocking() others get the processor meanwhile; errno is to be read in there too
    std::this_thread::sleep_for(1ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' blocks the task's thread
    // CHECK-NOTES: :[[@LINE-8]]:3: note: in a task that is started here
  });
}
static void napLocked() { std::this_thread::sleep_for(2ms); }
// CHECK-NOTES: :[[@LINE-1]]:27: warning: 'sleep_for' blocks the task's thread
// CHECK-NOTES: :[[@LINE+3]]:3: note: in a task that is started here
// CHECK-NOTES: :[[@LINE+4]]:5: note: reached through this call
void lockedByCallerBad() {
  heddle::spawn([] {
    std::lock_guard lock(mutex);
    napLocked();
  });
}
#define RUN(command) std::system(command)
void macroBad() {
  heddle::spawn([] { RUN("true"); });
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'system' blocks the task's thread
  // CHECK-NOTES: :[[@LINE-4]]:22: note: expanded from macro 'RUN'
  // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
  // CHECK-NOTES: :[[@LINE-4]]:22: note: within blocking() others get the processor meanwhile; errno is to be read in there too
  // CHECK-NOTES: :[[@LINE-7]]:22: note: expanded from macro 'RUN'
}

// Elsewhere, in a section, or it does not wait.

void sectionOk() {
  heddle::spawn([] {
    heddle::blocking([] { std::system("make"); });
    auto status = heddle::foreign([] { return std::system("make"); });
    use(status);
  });
}
static void build() { std::system("make"); }
void sectionOfCallOk() {
  heddle::spawn([] { heddle::blocking(build); });
}
void nonBlockingOk(int descriptor) {
  int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  heddle::spawn([=] {
    char buffer[64];
    use(::recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT));
    use(::read(peer, buffer, sizeof buffer));
    int status;
    use(::waitpid(-1, &status, WNOHANG));
  });
}
void terminalOk(std::FILE *access_log) {
  heddle::spawn([=] {
    std::printf("started\n");
    std::fflush(stdout);
    std::cout << "started" << std::endl;
    std::fwrite("x", 1, 1, access_log);
    use(::write(STDERR_FILENO, "x", 1));
  });
}
void logFileOk() {
  heddle::spawn([] {
    std::ofstream log("run.log");
    log << "started";
  });
}
void askedBeforeOk(std::future<int> &result) {
  heddle::spawn([&] {
    if (result.wait_for(0s) == std::future_status::ready)
      use(result.get());
  });
}
void shortLockOk() {
  heddle::spawn([] {
    std::lock_guard lock(mutex);
    use(1);
  });
}
void ownThreadOk() {
  std::thread([] { std::system("make"); }).join();
}
void notTaskCodeOk() { std::system("make"); }
int beforeRunOk() {
  std::ifstream config("config");
  return heddle::run([] { return 0; });
}
void runtimeOk(heddle::Mutex &turn, heddle::Channel<int> &queue) {
  heddle::spawn([&] {
    std::lock_guard lock(turn);
    queue.send(1);
  });
}
void fileOk() {
  heddle::spawn([] {
    heddle::File file = heddle::File::open("data");
    use(int(file.size()));
  });
}
// Declared: its callers are told.
void declaredOk() HEDDLE_BLOCKS;
void declaredOk() { std::system("make"); }

namespace testing {
class Test {};
} // namespace testing
class Blocking : public testing::Test {
  void body() {
    heddle::run([] { std::this_thread::sleep_for(1ms); });
  }
};
