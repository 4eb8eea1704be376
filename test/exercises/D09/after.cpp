// Workers that wait until the index is loaded, in a program that loads it by
// computing.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

class Index {
public:
  void load(std::uint32_t words) {
    entries_.reserve(words);
    std::uint32_t hash = 2166136261u;
    for (std::uint32_t word = 0; word < words; ++word) {
      for (int round = 0; round < 16; ++round)
        hash = (hash ^ word) * 16777619u;
      entries_.push_back(hash);
    }
    loaded_.set();
  }

  /// Returns once the index may be used.
  void wait() {
    loaded_.wait();
  }

  std::uint32_t find(std::uint32_t word) const { return entries_[word]; }

private:
  heddle::Event loaded_;
  std::vector<std::uint32_t> entries_;
};

} // namespace

int main() {
  return heddle::run([] {
    Index index;
    std::atomic<std::uint64_t> sum = 0;
    heddle::WaitGroup workers;
    for (std::uint32_t worker = 0; worker < 8; ++worker)
      workers.spawn([&index, &sum, worker] {
        index.wait();
        sum += index.find(worker * 1000);
      });
    workers.spawn([&] { index.load(10'000'000); });
    workers.wait();
    std::printf("sum %llu\n", static_cast<unsigned long long>(sum.load()));
    return 0;
  });
}
