// From events to what a viewer shows: for each thread the slices in which it
// ran a task, with what the task did next and for how long it had waited.

#include "sched/scheduler.h"
#include "trace/buffer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace heddle::detail {
namespace {

using Kind = TraceEvent::Kind;

struct Slice {
  std::uint32_t thread;
  std::uint64_t task;
  std::source_location site;
  std::uint16_t processor;
  std::int64_t begin;
  std::int64_t end = 0;
  std::int64_t waited = -1;
  const char *then = nullptr;
  WaitReason reason = WaitReason::none;
};

/// A time within a slice, or a moment (end < begin).
struct Mark {
  std::uint32_t thread;
  const char *name;
  std::int64_t begin;
  std::int64_t end;
  std::uint32_t count;
};

class Story {
public:
  Story(const TraceBuffers &buffers, std::int64_t start, std::int64_t stop);

  std::vector<Slice> slices;
  std::vector<Mark> marks;

private:
  static constexpr std::size_t none = -1;

  struct Thread {
    bool seen = false;
    std::size_t slice = none;
    std::int64_t section = 0;
  };
  struct KnownTask {
    std::uint64_t id = 0;
    std::size_t slice = none;
  };

  void tell(std::uint32_t number, const TraceEvent &event);
  void begin(std::uint32_t number, const TraceEvent &event);
  void end(std::uint32_t number, std::int64_t time);

  const std::int64_t start_;
  std::vector<Thread> threads_;
  std::unordered_map<const Task *, KnownTask> tasks_;
  std::uint64_t ids_ = 0;
};

Story::Story(const TraceBuffers &buffers, std::int64_t start, std::int64_t stop)
    : start_(start), threads_(buffers.size()) {
  struct Told {
    std::uint32_t thread;
    std::size_t order;
    TraceEvent event;
  };
  std::vector<Told> all;
  for (const auto &buffer : buffers) {
    threads_[buffer->number].seen = buffer->events.lost() > 0;
    buffer->events.for_each([&](const TraceEvent &event) {
      all.push_back({buffer->number, all.size(), event});
    });
  }
  std::ranges::sort(all, {}, [](const Told &told) {
    return std::pair(told.event.time, told.order);
  });
  for (const Told &told : all)
    tell(told.thread, told.event);
  for (std::uint32_t number = 0; number < threads_.size(); ++number)
    end(number, stop);
}

void Story::tell(std::uint32_t number, const TraceEvent &event) {
  Thread &thread = threads_[number];
  // A task that ran when the trace began.
  const bool runs = event.kind == Kind::start || event.kind == Kind::run;
  if (!std::exchange(thread.seen, true) && event.task && !runs) {
    TraceEvent before = event;
    before.kind = Kind::run;
    before.time = start_;
    begin(number, before);
  }
  switch (event.kind) {
  case Kind::start:
  case Kind::run:
    return begin(number, event);
  case Kind::wait:
    if (thread.slice != none) {
      slices[thread.slice].then = "waits";
      slices[thread.slice].reason = event.reason;
    }
    return end(number, event.time);
  case Kind::idle:
    return end(number, event.time);
  case Kind::steal:
    marks.push_back({number, "steal", event.time, 0, event.count});
    return;
  case Kind::enter_section:
    if (thread.slice != none && !thread.section)
      thread.section = event.time;
    return;
  case Kind::leave_section:
    if (thread.section)
      marks.push_back(
          {number, "blocking section", thread.section, event.time, 0});
    thread.section = 0;
    return;
  }
}

void Story::begin(std::uint32_t number, const TraceEvent &event) {
  end(number, event.time);
  KnownTask &task = tasks_[event.task];
  const bool first = event.kind == Kind::start || task.id == 0;
  std::int64_t waited = -1;
  if (task.slice != none) {
    Slice &last = slices[task.slice];
    if (event.kind == Kind::start) {
      if (!last.then)
        last.then = "ends";
    } else {
      waited = event.time - last.end;
      if (!last.then) {
        last.then = event.reason == WaitReason::none ? "yields" : "waits";
        last.reason = event.reason;
      }
    }
  }
  if (first)
    task.id = ++ids_;
  task.slice = threads_[number].slice = slices.size();
  slices.push_back({.thread = number,
                    .task = task.id,
                    .site = event.site,
                    .processor = event.processor,
                    .begin = event.time,
                    .waited = waited});
}

void Story::end(std::uint32_t number, std::int64_t time) {
  Thread &thread = threads_[number];
  if (thread.slice == none)
    return;
  if (thread.section)
    marks.push_back({number, "blocking section", thread.section, time, 0});
  thread.section = 0;
  slices[thread.slice].end = time;
  thread.slice = none;
}

/// The length of the UTF-8 sequence that `text` begins with; 0: it is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length > text.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
      return 0;
  // Overlong forms, surrogates and what is beyond Unicode.
  const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0x80u;
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return 0;
  return length;
}

class Writer {
public:
  explicit Writer(std::int64_t start) : start_(start) {}

  /// One event, without its last brace.
  void open(const char *phase, std::uint32_t thread, std::string_view name) {
    out_ += first_ ? "\n" : ",\n";
    first_ = false;
    out_ += R"({"ph":")";
    out_ += phase;
    out_ += R"(","pid":1,"tid":)";
    out_ += std::to_string(thread);
    out_ += R"(,"name":)";
    quote(name);
  }
  void time(const char *key, std::int64_t ns) {
    char text[48];
    std::snprintf(text, sizeof text, ",\"%s\":%lld.%03d", key,
                  static_cast<long long>(ns / 1000),
                  static_cast<int>(ns % 1000));
    out_ += text;
  }
  void from(std::int64_t begin, std::int64_t end) {
    time("ts", begin - start_);
    time("dur", end - begin);
  }
  void at(std::int64_t moment) {
    out_ += R"(,"s":"t")";
    time("ts", moment - start_);
  }
  void number(const char *key, std::uint64_t value) {
    member(key);
    out_ += std::to_string(value);
  }
  void text(const char *key, std::string_view value) {
    member(key);
    quote(value);
  }
  void raw(std::string_view json) { out_ += json; }
  std::string take() { return std::move(out_); }

private:
  void member(const char *key) {
    if (out_.back() != '{')
      out_ += ',';
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  void quote(std::string_view text);

  const std::int64_t start_;
  bool first_ = true;
  std::string out_ = R"({"displayTimeUnit":"ns","traceEvents":[)";
};

void Writer::quote(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = sequence_length(text);
    if (length == 0) {
      out_ += "\\ufffd";
      length = 1;
    } else if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out_ += escaped;
    } else {
      out_ += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out_ += '"';
}

std::string place(const std::source_location &site) {
  const char *slash = std::strrchr(site.file_name(), '/');
  return std::string(slash ? slash + 1 : site.file_name()) + ':' +
         std::to_string(site.line());
}

void write(Writer &out, const Slice &slice) {
  out.open("X", slice.thread, place(slice.site));
  out.from(slice.begin, slice.end);
  out.raw(R"(,"cat":"task","args":{)");
  out.number("task", slice.task);
  out.text("spawned in", slice.site.function_name());
  if (slice.processor < max_processors)
    out.number("processor", slice.processor);
  if (slice.waited >= 0)
    out.time("waited us", slice.waited);
  if (slice.then)
    out.text("then", slice.reason == WaitReason::none
                         ? std::string(slice.then)
                         : std::string("waits for ") + describe(slice.reason));
  out.raw("}}");
}

void write(Writer &out, const Mark &mark) {
  const bool moment = mark.end < mark.begin;
  out.open(moment ? "i" : "X", mark.thread, mark.name);
  if (moment)
    out.at(mark.begin);
  else
    out.from(mark.begin, mark.end);
  out.raw(R"(,"cat":"scheduler","args":{)");
  if (mark.count)
    out.number("tasks", mark.count);
  out.raw("}}");
}

} // namespace

std::string trace_json(const TraceBuffers &buffers, std::int64_t start,
                       std::int64_t stop) {
  const Story story(buffers, start, stop);
  Writer out(start);
  std::size_t lost = 0;
  for (const auto &buffer : buffers) {
    out.open("M", buffer->number, "thread_name");
    out.raw(R"(,"args":{)");
    out.text("name", buffer->number ? "worker " + std::to_string(buffer->number)
                                    : "other threads");
    out.raw("}}");
    buffer->entries.for_each([&](const TraceEntry &entry) {
      out.open("i", buffer->number, entry.text);
      out.at(entry.time);
      out.raw(R"(,"cat":"log"})");
    });
    lost += buffer->events.lost() + buffer->entries.lost();
  }
  for (const Slice &slice : story.slices)
    write(out, slice);
  for (const Mark &mark : story.marks)
    write(out, mark);
  out.raw("\n],\"otherData\":{");
  out.number("events lost", lost);
  out.raw("}}\n");
  return out.take();
}

} // namespace heddle::detail
