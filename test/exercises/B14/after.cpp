// A producer that passes the events of one source on, "as fast as possible but
// cooperatively".
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

struct Event {
  std::uint32_t user;
  std::uint32_t amount;
};

/// Passes on what is worth looking at.
void produce(heddle::Channel<Event> &source, heddle::Channel<Event> &out) {
  for (Event event : source) {
    if (event.amount != 0)
      out.send(event);
  }
  out.close();
}

std::uint64_t total(heddle::Channel<Event> &events) {
  std::uint64_t sum = 0;
  while (auto event = events.receive())
    sum += event->amount;
  return sum;
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Event> source(256), out(256);
    heddle::spawn([&] {
      for (std::uint32_t i = 0; i < 2'000'000; ++i)
        source.send({i % 1000, i % 7});
      source.close();
    });
    heddle::spawn([&] { produce(source, out); });
    std::printf("total %llu\n", static_cast<unsigned long long>(total(out)));
    return 0;
  });
}
