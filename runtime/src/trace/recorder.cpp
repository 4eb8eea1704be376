#include "trace/recorder.h"

#include "heddle/foreign.h"
#include "sched/scheduler.h"
#include "trace/buffer.h"

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace heddle {
namespace detail {

std::atomic<bool> tracing{false};
std::atomic<bool> recording{false};

namespace {

/// The trace that is recorded. A worker gets its buffer with its first event,
/// and keeps it; the end of the session closes it.
struct Session {
  SpinLock lock;
  // Guarded by lock.
  std::FILE *file = nullptr;
  std::string path;
  TraceOptions options;
  std::int64_t start = 0;
  TraceBuffers buffers;
};

Session &session() {
  static Session *session = new Session; // outlives every thread
  return *session;
}

void record(bool on) noexcept {
  tracing.store(on, std::memory_order_relaxed);
  recording.store(on, std::memory_order_relaxed);
}

// Null if there is no session any more.
std::shared_ptr<TraceBuffer> open_buffer() {
  Session &now = session();
  std::lock_guard guard(now.lock);
  if (!now.file)
    return nullptr;
  now.buffers.push_back(std::make_shared<TraceBuffer>(
      static_cast<std::uint32_t>(now.buffers.size()), now.options));
  return now.buffers.back();
}

// A thread that runs no tasks.
std::shared_ptr<TraceBuffer> outside_buffer() {
  Session &now = session();
  std::lock_guard guard(now.lock);
  return now.file ? now.buffers.front() : nullptr;
}

// Null if there is no session any more.
TraceBuffer *buffer_of(Worker &worker) {
  if (worker.trace) {
    std::lock_guard guard(worker.trace->lock);
    if (!worker.trace->closed)
      return worker.trace.get();
  }
  worker.trace = open_buffer();
  return worker.trace.get();
}

void put(TraceBuffer *buffer, auto &&record) {
  if (!buffer)
    return;
  std::lock_guard guard(buffer->lock);
  if (!buffer->closed)
    record(*buffer);
}

void put(Worker &worker, const Task *task, TraceEvent event) noexcept {
  event.time = now_ns();
  if (task) {
    event.task = task;
    event.site = task->site;
  }
  Processor *processor = worker.processor.load(std::memory_order_relaxed);
  event.processor =
      static_cast<std::uint16_t>(processor ? processor->index : max_processors);
  try {
    put(buffer_of(worker),
        [&](TraceBuffer &buffer) { buffer.events.put(event); });
  } catch (...) {
    // No memory for an event: a trace may have gaps.
  }
}

} // namespace

HEDDLE_RARELY void trace_run(Worker &worker, const Task &task) noexcept {
  const TaskState state = task.state.load(std::memory_order_relaxed);
  const bool first = state == TaskState::fresh;
  // One that is parked and runs on had others run within its own wait.
  const WaitReason reason = state == TaskState::parked
                                ? task.reason.load(std::memory_order_relaxed)
                                : WaitReason::none;
  put(worker, &task,
      {.kind = first ? TraceEvent::Kind::start : TraceEvent::Kind::run,
       .reason = reason});
}

HEDDLE_RARELY void trace_wait(Worker &worker, WaitReason reason) noexcept {
  put(worker, worker.current.load(std::memory_order_relaxed),
      {.kind = TraceEvent::Kind::wait, .reason = reason});
}

HEDDLE_RARELY void trace_idle(Worker &worker) noexcept {
  put(worker, nullptr, {.kind = TraceEvent::Kind::idle});
}

HEDDLE_RARELY void trace_steal(std::uint32_t count) noexcept {
  put(*this_worker(), nullptr,
      {.kind = TraceEvent::Kind::steal, .count = count});
}

HEDDLE_RARELY void trace_section(Worker &worker, bool enters) noexcept {
  put(worker, worker.current.load(std::memory_order_relaxed),
      {.kind = enters ? TraceEvent::Kind::enter_section
                      : TraceEvent::Kind::leave_section});
}

void trace_log(std::string_view text) {
  TraceEntry entry{now_ns(), std::string(text)};
  Worker *worker = this_worker();
  std::shared_ptr<TraceBuffer> outside = worker ? nullptr : outside_buffer();
  put(worker ? buffer_of(*worker) : outside.get(),
      [&](TraceBuffer &buffer) { buffer.entries.put(std::move(entry)); });
}

bool sample(double share) noexcept {
  static thread_local std::uint64_t state =
      reinterpret_cast<std::uintptr_t>(&state) | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return static_cast<double>(state >> 11) * 0x1p-53 < share;
}

namespace {

struct Recorded {
  std::FILE *file;
  std::string path;
  std::int64_t start;
  TraceBuffers buffers;
};

void write(Recorded recorded) {
  const std::string json =
      trace_json(recorded.buffers, recorded.start, now_ns());
  errno = 0;
  std::fwrite(json.data(), 1, json.size(), recorded.file);
  const bool failed = std::ferror(recorded.file);
  const int error = errno;
  if (std::fclose(recorded.file) != 0 || failed)
    throw std::system_error(failed ? error : errno, std::generic_category(),
                            "cannot write the trace " + recorded.path);
}

} // namespace
} // namespace detail

void trace::start(const std::string &path, const TraceOptions &options) {
  auto outside = std::make_shared<detail::TraceBuffer>(0, options);
  // errno is the thread's, and the task may come out on another.
  std::FILE *file = blocking([&] {
    if (std::FILE *opened = std::fopen(path.c_str(), "we"))
      return opened;
    throw std::system_error(errno, std::generic_category(),
                            "cannot create the trace " + path);
  });
  detail::Session &session = detail::session();
  std::unique_lock guard(session.lock);
  if (session.file) {
    guard.unlock();
    std::fclose(file);
    throw std::logic_error("a trace is being recorded already");
  }
  session.file = file;
  session.path = path;
  session.options = options;
  session.start = detail::now_ns();
  session.buffers.push_back(std::move(outside));
  detail::record(true);
}

void trace::stop() {
  detail::Session &session = detail::session();
  detail::Recorded recorded;
  {
    std::lock_guard guard(session.lock);
    detail::record(false);
    recorded = {std::exchange(session.file, nullptr), session.path,
                session.start, std::exchange(session.buffers, {})};
  }
  if (!recorded.file)
    return;
  for (const std::shared_ptr<detail::TraceBuffer> &buffer : recorded.buffers) {
    std::lock_guard guard(buffer->lock);
    buffer->closed = true;
  }
  blocking([&] { detail::write(std::move(recorded)); });
}

TraceSession::~TraceSession() {
  if (finished_)
    return;
  try {
    trace::stop();
  } catch (const std::exception &error) {
    std::fprintf(stderr, "heddle: %s\n", error.what());
  }
}

} // namespace heddle
