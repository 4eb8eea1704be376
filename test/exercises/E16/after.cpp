// A chat server's connections: each is closed when it has been idle.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>

using namespace std::chrono_literals;

namespace {

struct Message {
  std::uint32_t author;
  std::uint32_t length;
};

struct Connection {
  heddle::Channel<Message> inbox{4};
  bool open = true;

  void close() { open = false; }
};

struct Totals {
  std::atomic<std::uint64_t> messages = 0;
  std::atomic<std::uint64_t> characters = 0;

  void count(const Message &message) {
    messages.fetch_add(1, std::memory_order_relaxed);
    characters.fetch_add(message.length, std::memory_order_relaxed);
  }
};

void serve(Connection &connection, Totals &totals) {
  heddle::Timer timer(30s);
  while (connection.open) {
    timer.reset(30s);
    heddle::select(
        heddle::on_receive(connection.inbox,
                           [&](std::optional<Message> message) {
                             if (message)
                               totals.count(*message);
                             else
                               connection.close();
                           }),
        heddle::on_receive(timer, [&] { connection.close(); }));
  }
}

} // namespace

int main() {
  return heddle::run([] {
    std::deque<Connection> connections(1000);
    Totals totals;

    heddle::WaitGroup served;
    for (Connection &connection : connections)
      served.spawn([&] { serve(connection, totals); });

    for (std::uint32_t i = 0; i < 1000; ++i)
      for (Connection &connection : connections)
        connection.inbox.send({.author = i, .length = 1 + i % 80});
    for (Connection &connection : connections)
      connection.inbox.close();
    served.wait();

    std::printf("%llu messages, %llu characters\n",
                static_cast<unsigned long long>(totals.messages.load()),
                static_cast<unsigned long long>(totals.characters.load()));
    return 0;
  });
}
