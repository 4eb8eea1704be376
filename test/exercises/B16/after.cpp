// A map over the shards of a table, each worker with its share of them.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

namespace {

template <typename F>
std::vector<std::uint64_t> parallel_map(const std::vector<int> &shards, F f) {
  std::vector<std::uint64_t> results(shards.size());
  const std::size_t workers = 2 * heddle::available_procs();
  auto map_share = [&](std::size_t worker) {
    for (std::size_t i = worker; i < shards.size(); i += workers)
      results[i] = f(shards[i]);
  };

  heddle::WaitGroup group;
  for (std::size_t worker = 1; worker < workers; ++worker) {
    group.spawn([&, worker] {
      map_share(worker);
    });
  }
  map_share(0);
  group.wait();
  return results;
}

std::uint64_t count_rows(int shard) {
  heddle::sleep_for(10ms); // the shard answers
  return 1000u + static_cast<std::uint64_t>(shard) * 37 % 101;
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<int> shards;
    for (int shard = 0; shard < 64; ++shard)
      shards.push_back(shard);

    std::uint64_t rows = 0;
    for (std::uint64_t count : parallel_map(shards, count_rows))
      rows += count;
    std::printf("%llu rows\n", static_cast<unsigned long long>(rows));
    return 0;
  });
}
