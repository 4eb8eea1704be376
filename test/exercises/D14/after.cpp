// Devices enrol with a service that refuses everybody for its first 40 ms.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct Device {
  std::uint32_t id = 0;
  std::atomic<bool> enrolled = false;
};

class Service {
public:
  void start() { up_ = std::chrono::steady_clock::now() + 40ms; }

  bool enrol(Device &device) {
    std::uint32_t proof = device.id;
    for (int round = 0; round < 10'000; ++round)
      proof = proof * 1664525u + 1013904223u;
    proofs_.fetch_xor(proof, std::memory_order_relaxed);
    if (std::chrono::steady_clock::now() < up_)
      return false;
    device.enrolled.store(true);
    return true;
  }

private:
  std::chrono::steady_clock::time_point up_;
  std::atomic<std::uint32_t> proofs_ = 0;
};

Service service;

bool enrol(Device &device) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (service.enrol(device))
      return true;
    heddle::sleep_for((1 << attempt) * 100us);
  }
  return false;
}

} // namespace

int main() {
  static std::vector<Device> devices(100);
  return heddle::run([] {
    for (std::size_t i = 0; i < devices.size(); ++i)
      devices[i].id = static_cast<std::uint32_t>(i);
    service.start();
    heddle::parallel_for(devices, [](Device &device) {
      while (!enrol(device))
        heddle::sleep_for(1ms);
    });
    std::size_t enrolled = 0;
    for (const Device &device : devices)
      enrolled += device.enrolled.load();
    std::printf("%zu devices enrolled\n", enrolled);
    return 0;
  });
}
