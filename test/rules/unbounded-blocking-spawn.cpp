// RUN: %check_rule %s unbounded-blocking-spawn

#include "heddle/heddle.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

void process(const std::string &data);
void heavy_call(int value) HEDDLE_BLOCKS;

std::string contents(const std::string &path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void filesBad(const std::vector<std::string> &paths) {
  for (const std::string &path : paths)
    heddle::spawn([path] { process(contents(path)); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
}
// CHECK-REVIEW-LABEL: void filesBad(const std::vector<std::string> &paths) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(16);
// CHECK-REVIEW-NEXT: {{^}}  for (const std::string &path : paths)
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [path] { process(contents(path)); });
// CHECK-REVIEW-NEXT: {{^}}}

void joinedBad(const std::vector<std::string> &paths) {
  heddle::WaitGroup group;
  for (const std::string &path : paths)
    group.spawn([&path] { process(contents(path)); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
  group.wait();
}
// CHECK-FIXES-LABEL: void joinedBad(const std::vector<std::string> &paths) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(paths, [](const std::string &path) {
// CHECK-FIXES-NEXT: {{^}}    process(contents(path));
// CHECK-FIXES-NEXT: {{^}}  }, {.limit = 16});
// CHECK-FIXES-NEXT: {{^}}}

void foreignBad() {
  for (int i = 0; i < 1000; ++i) {
    heddle::spawn([i] { heddle::foreign([i] { heavy_call(i); }); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
  }
}
// CHECK-REVIEW-LABEL: void foreignBad() {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(16);
// CHECK-REVIEW-NEXT: {{^}}  for (int i = 0; i < 1000; ++i) {
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [i] {
// CHECK-REVIEW-NEXT: {{^}}      heddle::foreign([i] { heavy_call(i); });
// CHECK-REVIEW-NEXT: {{^}}    });
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

extern "C" int solve(int puzzle);

int solved(int puzzle) {
  return heddle::foreign([puzzle] { return solve(puzzle); });
}

void unseenForeignBad(heddle::Channel<int> &results) {
  for (int puzzle = 0; puzzle < 100; puzzle++)
    heddle::spawn([&results, puzzle] { results.send(solved(puzzle)); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
}

void processesBad(heddle::Channel<std::string> &commands) {
  for (std::string command : commands)
    heddle::spawn([command] { std::system(command.c_str()); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
}
// CHECK-REVIEW-LABEL: void processesBad(heddle::Channel<std::string> &commands) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(16);
// CHECK-REVIEW-NEXT: {{^}}  for (std::string command : commands)
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [command] { std::system(command.c_str()); });
// CHECK-REVIEW-NEXT: {{^}}}

struct Archive {
  std::vector<int> descriptors;

  void sync_one(int descriptor) { fsync(descriptor); }

  void syncBad() {
    for (auto it = descriptors.begin(); it != descriptors.end(); ++it)
      heddle::spawn([this, fd = *it] { sync_one(fd); });
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: each round of a loop spawns a task that blocks a thread
  }
};

void start(int value) {
  auto work = [value] { heavy_call(value); };
  heddle::spawn(work);
}

void throughCallBad(const std::vector<int> &values) {
  for (int value : values)
    start(value);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each round of a loop spawns a task that blocks a thread
}

// As many threads as there are slots.
void limitedOk(const std::vector<std::string> &paths) {
  static heddle::Semaphore slots(16);
  for (const std::string &path : paths)
    heddle::spawn_limited(slots, [path] { process(contents(path)); });
}

void parallelOk(const std::vector<std::string> &paths) {
  heddle::parallel_for(
      paths, [](const std::string &path) { process(contents(path)); },
      {.limit = 16});
}

void groupLimitOk(const std::vector<std::string> &paths) {
  heddle::TaskGroup group;
  group.set_limit(8);
  for (const std::string &path : paths)
    group.spawn([path] { process(contents(path)); });
  group.wait();
}

void fewOk() {
  for (int i = 0; i < 4; ++i)
    heddle::spawn([i] { heavy_call(i); });
}

// What only suspends holds no thread.
void suspendsOk(std::vector<heddle::Channel<int> *> &channels) {
  for (heddle::Channel<int> *channel : channels)
    heddle::spawn([channel] { (void)channel->receive(); });
}

// On the thread's stack it only computes.
void computesOk(heddle::Channel<int> &results) {
  for (int i = 0; i < 1000; ++i)
    heddle::spawn([&results, i] {
      results.send(heddle::foreign([i] { return i * i; }));
    });
}

// Once, not per item.
void onceOk() {
  heddle::spawn([] { heavy_call(1); });
}

// Workers: as many as there are processors, each with its own loop.
void workersOk(heddle::Channel<int> &jobs) {
  for (unsigned i = 0; i < heddle::available_procs(); ++i)
    heddle::spawn([&jobs] {
      while (auto job = jobs.receive())
        heavy_call(*job);
    });
}

// Part by part.
void partsOk(const std::vector<std::string> &paths) {
  for (std::size_t from = 0; from < paths.size(); from += 16) {
    heddle::WaitGroup group;
    for (std::size_t i = from; i < std::min(from + 16, paths.size()); ++i)
      group.spawn([&path = paths[i]] { std::ifstream file(path); });
    group.wait();
  }
}
