#pragma once

#include "heddle/annotations.h"
#include "heddle/mutex.h"

namespace heddle::detail {

/// A std::lock_guard that thread-safety analysis sees.
class [[nodiscard]] HEDDLE_SCOPED_CAPABILITY MutexGuard {
public:
  explicit MutexGuard(Mutex &mutex) HEDDLE_ACQUIRES(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexGuard() HEDDLE_RELEASES() { mutex_.unlock(); }
  MutexGuard(const MutexGuard &) = delete;
  MutexGuard &operator=(const MutexGuard &) = delete;

private:
  Mutex &mutex_;
};

} // namespace heddle::detail
