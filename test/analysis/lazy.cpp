// RUN: %dump_facts --kind=lazy %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <memory>
#include <mutex>
#include <optional>

struct Index {};
std::unique_ptr<Index> build();

class Store {
public:
  Index &index() {
    if (!index_) // CHECK: [[@LINE]]: index_ made at [[@LINE+1]]
      index_ = build();
    return *index_;
  }
  Index &locked() {
    std::lock_guard lock(mutex_);
    if (!guarded_)
      guarded_ = build();
    return *guarded_;
  }
  Index &once() {
    std::call_once(flag_, [this] {
      if (!once_)
        once_ = build();
    });
    return *once_;
  }

private:
  heddle::Mutex mutex_;
  std::once_flag flag_;
  std::unique_ptr<Index> index_, guarded_, once_;
};

std::optional<Index> shared;

void make() {
  if (!shared.has_value()) // CHECK-NEXT: [[@LINE]]: shared made at [[@LINE+1]]
    shared.emplace();
}

void tasks(const std::vector<int> &items) {
  Store store;
  heddle::parallel_for(items, [&](int) {
    store.index();
    store.locked();
    store.once();
    make();
  });
}

// One task has it to itself.
void alone() {
  Store store;
  heddle::WaitGroup group;
  group.spawn([] {
    std::unique_ptr<Index> own;
    if (!own)
      own = build();
  });
  group.wait();
}
