// A log pipeline: lines are parsed, rated and counted by stages of their own.
#include <heddle/heddle.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace {

struct Line {
  std::uint32_t number;
};

struct Event {
  std::uint32_t level;
  std::uint64_t fingerprint;
};

Event parse(Line line) {
  return {line.number % 4, line.number * 0x9E3779B97F4A7C15u};
}

void rate(Event &event) {
  if (event.fingerprint % 1000 == 0)
    event.level = 4;
}

class Pipeline {
public:
  void parse_all() {
    for (Line line : lines_)
      parsed_.send(parse(line));
    parsed_.close();
  }

  void rate_all() {
    for (Event event : parsed_) {
      rate(event);
      rated_.send(event);
    }
    rated_.close();
  }

  void count_all() {
    for (Event event : rated_)
      ++levels_[event.level];
  }

  void feed(std::uint32_t count) {
    for (std::uint32_t number = 0; number < count; ++number)
      lines_.send({number});
    lines_.close();
  }

  void print() const {
    for (std::uint64_t count : levels_)
      std::printf("%llu ", static_cast<unsigned long long>(count));
    std::printf("events by level\n");
  }

private:
  heddle::Channel<Line> lines_{64};
  heddle::Channel<Event> parsed_;
  heddle::Channel<Event> rated_;
  std::array<std::uint64_t, 5> levels_{};
};

} // namespace

int main() {
  heddle::run([] {
    Pipeline pipeline;
    heddle::WaitGroup stages;
    stages.spawn([&] { pipeline.parse_all(); });
    stages.spawn([&] { pipeline.rate_all(); });
    stages.spawn([&] { pipeline.count_all(); });
    pipeline.feed(2'000'000);
    stages.wait();
    pipeline.print();
  });
  return 0;
}
