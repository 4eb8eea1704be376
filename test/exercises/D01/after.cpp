// Aggregates a sensor's messages until the sensor falls silent.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace {

struct Sample {
  std::int32_t value;
};

class Statistics {
public:
  void add(const Sample &sample) {
    ++count_;
    sum_ += sample.value;
    squares_ += std::int64_t{sample.value} * sample.value;
  }
  void print() const {
    std::printf("%lld samples, sum %lld, squares %lld\n",
                static_cast<long long>(count_), static_cast<long long>(sum_),
                static_cast<long long>(squares_));
  }

private:
  std::int64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t squares_ = 0;
};

class Consumer {
public:
  explicit Consumer(heddle::Duration timeout) : timeout_(timeout) {}

  void consume(heddle::Channel<Sample> &samples) {
    bool done = false;
    heddle::Timer timer(timeout_);
    do {
      timer.reset(timeout_);
      heddle::select(
          heddle::on_receive(samples,
                             [&](std::optional<Sample> sample) {
                               if (sample)
                                 statistics_.add(*sample);
                               else
                                 done = true;
                             }),
          heddle::on_receive(timer, [&] { done = true; }));
    } while (!done);
  }

  const Statistics &statistics() const { return statistics_; }

private:
  heddle::Duration timeout_;
  Statistics statistics_;
};

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Sample> samples(1024);
    heddle::WaitGroup sensors;
    sensors.spawn([&] {
      for (std::int32_t i = 0; i < 2'000'000; ++i)
        samples.send({(i * 37) % 2001 - 1000});
      samples.close();
    });

    Consumer consumer(std::chrono::seconds(10));
    consumer.consume(samples);
    sensors.wait();
    consumer.statistics().print();
    return 0;
  });
}
