// RUN: %dump_facts --kind=error-groups %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <exception>
#include <mutex>
#include <vector>

void fetch(const heddle::Context &context, int id);

void first(const heddle::Context &parent, const std::vector<int> &ids) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::WaitGroup group; // CHECK: [[@LINE]]: group keeps error at [[@LINE+10]], stops at [[@LINE+11]], waits at [[@LINE+16]]
  heddle::Mutex mutex;
  std::exception_ptr error;
  for (int id : ids)
    group.spawn([&, id] {
      try {
        fetch(context, id);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!error) {
          error = std::current_exception();
          cancel();
        }
      }
    });
  // …
  group.wait();
  if (error)
    std::rethrow_exception(error);
}

// All of them are kept.
void all(const heddle::Context &context, const std::vector<int> &ids) {
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::vector<std::exception_ptr> errors;
  for (int id : ids)
    group.spawn([&, id] {
      try {
        fetch(context, id);
      } catch (...) {
        std::lock_guard lock(mutex);
        errors.push_back(std::current_exception());
      }
    });
  group.wait();
}
