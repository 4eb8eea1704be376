// Tallies the trades of an exchange's feed by instrument.
#include <heddle/heddle.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

struct Trade {
  std::uint32_t instrument;
  std::uint32_t quantity;
  std::uint32_t cents;
};

class Tally {
public:
  void add(const Trade &trade) {
    Line &line = lines_[trade.instrument % lines_.size()];
    line.quantity.fetch_add(trade.quantity, std::memory_order_relaxed);
    line.turnover.fetch_add(std::uint64_t{trade.quantity} * trade.cents,
                            std::memory_order_relaxed);
  }

  void print() const {
    for (const Line &line : lines_)
      std::printf("%llu for %llu cents\n",
                  static_cast<unsigned long long>(line.quantity.load()),
                  static_cast<unsigned long long>(line.turnover.load()));
  }

private:
  struct Line {
    std::atomic<std::uint64_t> quantity = 0;
    std::atomic<std::uint64_t> turnover = 0;
  };
  std::array<Line, 8> lines_;
};

/// The fees of the venue that a trade went through, by its rules.
std::uint32_t fees(const Trade &trade) {
  std::uint32_t rate = trade.instrument;
  for (int rule = 0; rule < 64; ++rule)
    rate = rate * 1664525u + 1013904223u;
  return rate % 100;
}

void tally(heddle::Channel<Trade> &feed, Tally &total) {
  heddle::consume(feed, 4 * heddle::available_procs(), [&total](Trade trade) {
    total.add({trade.instrument, trade.quantity, trade.cents + fees(trade)});
  });
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Trade> feed(1024);
    heddle::WaitGroup exchange;
    exchange.spawn([&feed] {
      for (std::uint32_t i = 0; i < 1'000'000; ++i)
        feed.send({i * 2654435761u >> 8, 1 + i % 100, 5000 + i % 977});
      feed.close();
    });

    Tally total;
    tally(feed, total);
    exchange.wait();
    total.print();
    return 0;
  });
}
