// Uploads: each is accepted at once and processed in the background.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

class Backend {
public:
  /// Checks an upload, and has it stored elsewhere.
  void process(std::uint64_t upload) {
    std::uint64_t checksum = upload;
    for (int block = 0; block < 20'000; ++block)
      checksum = checksum * 2862933555777941757u + 3037000493u;
    heddle::sleep_for(200us); // the round trip to the store
    checksums_.fetch_add(checksum, std::memory_order_relaxed);
    stored_.fetch_add(1, std::memory_order_release);
  }

  void wait_for(std::uint64_t uploads) const {
    while (stored_.load(std::memory_order_acquire) < uploads)
      heddle::sleep_for(1ms);
  }

  std::uint64_t checksums() const { return checksums_.load(); }

private:
  std::atomic<std::uint64_t> checksums_ = 0;
  std::atomic<std::uint64_t> stored_ = 0;
};

} // namespace

int main() {
  return heddle::run([] {
    constexpr std::uint64_t uploads = 50'000;
    Backend backend;
    std::atomic<std::uint64_t> accepted = 0;

    exercise::Router router;
    router.handle("/upload", [&](const exercise::Request &request) {
      heddle::spawn([&backend, id = request.id] { backend.process(id); });
      accepted.fetch_add(1, std::memory_order_relaxed); // 202
    });
    router.serve("/upload", uploads, 16);

    backend.wait_for(uploads);
    std::printf("%llu accepted, checksums %016llx\n",
                static_cast<unsigned long long>(accepted.load()),
                static_cast<unsigned long long>(backend.checksums()));
    return 0;
  });
}
