// Reads a connection's messages until it is closed, cancelled or idle.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>

using namespace std::chrono_literals;

namespace {

struct Message {
  std::uint32_t topic;
  std::uint32_t size;
};

struct Totals {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

Totals read_loop(const heddle::Context &context,
                 heddle::Channel<Message> &messages) {
  Totals totals;
  heddle::Timer timer(5s);
  for (bool reading = true; reading;) {
    timer.reset(5s);
    heddle::select(heddle::on_receive(context.done(), [&] { reading = false; }),
                   heddle::on_receive(messages,
                                      [&](std::optional<Message> message) {
                                        if (!message) {
                                          reading = false;
                                          return;
                                        }
                                        ++totals.messages;
                                        totals.bytes += message->size;
                                      }),
                   heddle::on_receive(timer, [&] {
                     std::puts("idle timeout");
                     reading = false;
                   }));
  }
  return totals;
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Message> messages(64);
    auto [context, cancel] = heddle::with_cancel(heddle::background());

    heddle::WaitGroup peers;
    peers.spawn([&] {
      for (std::uint32_t i = 0; i < 2'000'000; ++i)
        messages.send({.topic = i % 32, .size = 64 + i % 1400});
      messages.close();
    });

    Totals totals = read_loop(context, messages);
    cancel();
    peers.wait();
    std::printf("%llu messages, %llu bytes\n",
                static_cast<unsigned long long>(totals.messages),
                static_cast<unsigned long long>(totals.bytes));
    return 0;
  });
}
