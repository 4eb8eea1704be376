// A dispatcher with 64 workers, who all take their jobs from one channel.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>

namespace {

struct Job {
  std::uint32_t id;
};

class Checksum {
public:
  void process(const Job &job) {
    std::uint64_t value = job.id;
    for (int round = 0; round < 4; ++round)
      value = value * 6364136223846793005u + 1442695040888963407u;
    sum_.add(static_cast<std::int64_t>(value >> 40));
  }

  std::int64_t value() const { return sum_.value(); }

private:
  heddle::Counter sum_;
};

constexpr std::uint32_t jobs_in_all = 20'000'000;

} // namespace

int main() {
  heddle::run([] {
    Checksum checksum;
    heddle::WorkerPool<Job> jobs(64, 1024, [&](Job job) {
      checksum.process(job);
    });
    for (std::uint32_t id = 0; id < jobs_in_all; ++id)
      jobs.submit({id});
    jobs.close();
    jobs.wait();

    std::printf("%u jobs, checksum %lld\n", jobs_in_all,
                static_cast<long long>(checksum.value()));
  });
  return 0;
}
