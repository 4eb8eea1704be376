// A pool that works off jobs and counts what it has done.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

struct Batch {
  std::uint32_t first, last;
};

constexpr std::uint32_t jobs_in_all = 8'000'000;
constexpr std::uint32_t batch_size = 1000;

std::atomic<std::uint64_t> checksum = 0;

std::uint64_t process(std::uint32_t job) {
  return (job * 2654435761u) >> 16;
}

void work(heddle::Channel<Batch> &batches, heddle::Counter &completed) {
  for (Batch batch : batches) {
    std::uint64_t sum = 0;
    for (std::uint32_t job = batch.first; job < batch.last; ++job) {
      sum += process(job);
      completed.increment();
    }
    checksum.fetch_add(sum, std::memory_order_relaxed);
  }
}

} // namespace

int main() {
  heddle::run([] {
    heddle::Channel<Batch> batches(64);
    heddle::Counter completed;

    std::int64_t total = 0;

    heddle::WaitGroup workers;
    for (int worker = 0; worker < 4; ++worker)
      workers.spawn([&] { work(batches, completed); });
    for (std::uint32_t job = 0; job < jobs_in_all; job += batch_size)
      batches.send({job, job + batch_size});
    batches.close();
    workers.wait();
    total += completed.value();

    std::printf("%lld jobs, checksum %llu\n", static_cast<long long>(total),
                static_cast<unsigned long long>(checksum.load()));
  });
  return 0;
}
