// Writes log lines for a trial: the same seed gives the same lines.
#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

constexpr unsigned services = 120;
constexpr unsigned hosts = 320;
constexpr std::int64_t lines_per_second = 400;

/// SplitMix64: short, and the same everywhere, which the distributions of the
/// standard library are not.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  unsigned below(unsigned end) { return next() % end; }

private:
  std::uint64_t state_;
};

/// Small ones are much more likely, as with real services and hosts.
unsigned skewed(Random &random, unsigned end) {
  return std::min(random.below(end), random.below(end));
}

void write_inventory(std::FILE *to) {
  static const char *const regions[] = {"eu-west", "eu-north", "us-east",
                                        "us-west", "ap-south"};
  // The last hosts are new: the inventory does not list them yet.
  for (unsigned host = 0; host < hosts - 5; ++host)
    std::fprintf(to, "web-%u %s\n", host, regions[host % 5]);
}

void write_line(std::FILE *to, Random &random, std::int64_t number) {
  static const char *const areas[] = {"cart", "checkout", "search", "profile"};
  if (random.below(1000) == 0) {
    std::fprintf(to, "connection reset, %" PRId64 " lines so far\n", number);
    return;
  }
  const unsigned chance = random.below(100);
  const char *level = chance < 4    ? "error"
                      : chance < 12 ? "warning"
                      : chance < 90 ? "info"
                                    : "debug";
  const unsigned status = chance < 3    ? 500 + random.below(4)
                          : chance < 10 ? 404
                                        : 200;
  const unsigned latency_us =
      200 + (1u << random.below(16)) + random.below(900);
  const std::int64_t second = number / lines_per_second;
  std::fprintf(to,
               "2026-03-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64
               ".%03uZ level=%s service=svc-%03u host=web-%u status=%u "
               "latency_us=%u bytes=%u path=/api/%s/%u\n",
               1 + second / 86'400, second / 3'600 % 24, second / 60 % 60,
               second % 60, random.below(1000), level, skewed(random, services),
               skewed(random, hosts), status, latency_us, random.below(20'000),
               areas[random.below(4)], random.below(100'000));
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) {
    std::fputs("usage: generate-logs LINES SEED LOG INVENTORY\n", stderr);
    return 2;
  }
  const std::int64_t lines = std::atoll(argv[1]);
  Random random(std::strtoull(argv[2], nullptr, 10));
  std::FILE *log = std::fopen(argv[3], "w");
  std::FILE *inventory = std::fopen(argv[4], "w");
  if (!log || !inventory) {
    std::perror("generate-logs");
    return 1;
  }
  for (std::int64_t number = 0; number < lines; ++number)
    write_line(log, random, number);
  write_inventory(inventory);
  if (std::fclose(log) != 0 || std::fclose(inventory) != 0) {
    std::perror("generate-logs");
    return 1;
  }
}
