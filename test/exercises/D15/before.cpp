// A service that stores measurements in batches, until it is shut down.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace {

struct Measurement {
  std::uint32_t sensor;
  std::uint32_t value;
};

class Store {
public:
  void write(std::vector<Measurement> batch) {
    for (const Measurement &measurement : batch)
      checksum_ += measurement.sensor * 31u + measurement.value;
    stored_ += batch.size();
  }
  std::uint64_t stored() const { return stored_; }

private:
  std::uint64_t checksum_ = 0;
  std::uint64_t stored_ = 0;
};

class Service {
public:
  explicit Service(Store &store) : store_(store) {}

  void accept(Measurement measurement) { accepted_.send(measurement); }

  void run(const heddle::Context &context) {
    std::vector<Measurement> batch;
    while (auto measurement = accepted_.receive(context)) {
      batch.push_back(*measurement);
      if (batch.size() == 256)
        store_.write(std::exchange(batch, {}));
    }
  }

private:
  heddle::Channel<Measurement> accepted_{1024};
  Store &store_;
};

} // namespace

int main() {
  heddle::run([] {
    Store store;
    Service service(store);
    auto [context, cancel] = heddle::with_cancel(heddle::background());
    heddle::CancelOnExit cancel_on_exit(cancel);
    heddle::WaitGroup workers;
    workers.spawn([&] { service.run(context); });

    const std::uint64_t accepted = 1'000'100;
    for (std::uint32_t i = 0; i < accepted; ++i)
      service.accept({.sensor = i % 97, .value = i});
    cancel();
    workers.wait();

    std::printf("%llu accepted\n", static_cast<unsigned long long>(accepted));
    std::fprintf(stderr, "%llu lost\n",
                 static_cast<unsigned long long>(accepted - store.stored()));
  });
  return 0;
}
