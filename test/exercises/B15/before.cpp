// Imports orders: each is parsed, validated and filed by one of eight workers.
#include <heddle/heddle.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

struct Job {
  std::uint32_t order;
};

class Importer {
public:
  void work(heddle::Channel<Job> &jobs) {
    while (auto job = jobs.receive()) {
      heddle::WaitGroup stages;
      stages.spawn([&] { parse(*job); });
      stages.spawn([&] { validate(*job); });
      stages.spawn([&] { file(*job); });
      stages.wait();
    }
  }

  void print() const {
    std::printf("%llu fields, %llu faulty, shelves",
                static_cast<unsigned long long>(fields_.load()),
                static_cast<unsigned long long>(faulty_.load()));
    for (const std::atomic<std::uint64_t> &shelf : shelves_)
      std::printf(" %llu", static_cast<unsigned long long>(shelf.load()));
    std::printf("\n");
  }

private:
  void parse(const Job &job) {
    std::uint64_t fields = 0;
    for (std::uint32_t rest = job.order | 1; rest != 0; rest /= 3)
      fields += 1 + rest % 3;
    fields_.fetch_add(fields, std::memory_order_relaxed);
  }
  void validate(const Job &job) {
    std::uint32_t sum = 0;
    for (std::uint32_t rest = job.order; rest != 0; rest /= 10)
      sum += rest % 10;
    if (sum % 11 == 0)
      faulty_.fetch_add(1, std::memory_order_relaxed);
  }
  void file(const Job &job) {
    shelves_[job.order * 2654435761u >> 30].fetch_add(
        1, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> fields_ = 0;
  std::atomic<std::uint64_t> faulty_ = 0;
  std::array<std::atomic<std::uint64_t>, 4> shelves_ = {};
};

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Job> jobs(256);
    Importer importer;
    heddle::WaitGroup workers;
    for (int worker = 0; worker < 8; ++worker)
      workers.spawn([&] { importer.work(jobs); });
    for (std::uint32_t order = 0; order < 300'000; ++order)
      jobs.send({order});
    jobs.close();
    workers.wait();
    importer.print();
    return 0;
  });
}
