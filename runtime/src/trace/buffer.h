#pragma once

#include "heddle/detail/task.h"
#include "heddle/trace.h"

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace heddle::detail {

/// One thing that happened on a thread.
struct TraceEvent {
  enum class Kind : std::uint8_t {
    start, ///< a task runs for the first time
    run,   ///< a task goes on
    wait,  ///< the running task parks
    idle,  ///< nothing runs
    steal,
    enter_section,
    leave_section,
  };

  std::int64_t time = 0;          ///< of Clock, in ns
  const Task *task = nullptr;     ///< that runs, or is about to
  std::source_location site = {}; ///< where the task was spawned
  Kind kind = Kind::idle;
  /// Of a wait; of a run: why it had waited, if that was told nowhere else.
  WaitReason reason = WaitReason::none;
  std::uint16_t processor = 0;
  std::uint32_t count = 0; ///< tasks stolen
};

/// A user's entry.
struct TraceEntry {
  std::int64_t time;
  std::string text;
};

/// The newest of what was put in.
template <class T> class TraceRing {
public:
  explicit TraceRing(std::size_t capacity) : capacity_(capacity) {}

  void put(T item) {
    if (items_.size() < capacity_)
      items_.push_back(std::move(item));
    else if (capacity_)
      items_[put_ % capacity_] = std::move(item);
    ++put_;
  }

  template <class F> void for_each(F &&f) const {
    const std::size_t first = lost();
    for (std::size_t i = first; i < put_; ++i)
      f(items_[i % capacity_]);
  }

  std::size_t lost() const noexcept { return put_ - items_.size(); }

private:
  std::size_t capacity_;
  std::size_t put_ = 0;
  std::vector<T> items_;
};

/// What one thread did. Its thread writes, the end of the session reads.
struct TraceBuffer {
  TraceBuffer(std::uint32_t number, const TraceOptions &options)
      : number(number), events(options.events_per_thread),
        entries(options.entries_per_thread) {}

  /// 0: all threads that run no tasks.
  const std::uint32_t number;
  SpinLock lock;
  // Guarded by lock.
  bool closed = false;
  TraceRing<TraceEvent> events;
  TraceRing<TraceEntry> entries;
};

using TraceBuffers = std::vector<std::shared_ptr<TraceBuffer>>;

/// The trace that the buffers hold, which are closed, as JSON in the format of
/// Chrome's viewer. Times count from `start` and end at `stop`.
std::string trace_json(const TraceBuffers &buffers, std::int64_t start,
                       std::int64_t stop);

} // namespace heddle::detail
