// A rolling restart: each server that closes writes its metrics to an archive.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

class Archive {
public:
  void add(std::uint64_t requests) {
    heddle::sleep_for(50us); // the write
    requests_.fetch_add(requests, std::memory_order_relaxed);
    servers_.fetch_add(1, std::memory_order_release);
  }

  /// Waits until that many servers have told: nobody else knows when.
  void wait_for(int servers) const {
    while (servers_.load(std::memory_order_acquire) < servers)
      heddle::sleep_for(1ms);
  }

  std::uint64_t requests() const { return requests_.load(); }

private:
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<int> servers_ = 0;
};

Archive archive;

class Server {
public:
  void serve(std::uint64_t requests) {
    for (std::uint64_t i = 0; i < requests; ++i)
      requests_ += i % 7 != 0;
  }

  void close() {
    open_ = false;
    flush_metrics();
  }

private:
  void flush_metrics() { archive.add(requests_); }

  bool open_ = true;
  std::uint64_t requests_ = 0;
};

} // namespace

int main() {
  return heddle::run([] {
    for (int i = 1; i <= 200; ++i) {
      Server server;
      server.serve(static_cast<std::uint64_t>(i) * 1000);
      server.close();
      archive.wait_for(i);
    }
    std::printf("%llu requests served\n",
                static_cast<unsigned long long>(archive.requests()));
    return 0;
  });
}
