// A chat server: each connection's messages go to the rooms they name.
#include <heddle/heddle.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct Message {
  std::uint32_t room;
  std::uint32_t length;
};

class Connection {
public:
  explicit Connection(std::uint32_t peer) : next_(peer) {}

  /// The peer's next message; none when the peer has gone.
  std::optional<Message> read() HEDDLE_SUSPENDS HEDDLE_RECEIVES {
    if (left_ == 0)
      return std::nullopt;
    if (left_-- % 512 == 0)
      heddle::sleep_for(100us); // until the socket has more
    next_ = next_ * 1664525u + 1013904223u;
    return Message{next_ >> 28, next_ >> 8 & 1023};
  }

private:
  std::uint32_t next_;
  int left_ = 16 * 1024;
};

class Rooms {
public:
  void deliver(const Message &message) {
    Room &room = rooms_[message.room];
    room.bytes.fetch_add(message.length, std::memory_order_relaxed);
    room.messages.fetch_add(1, std::memory_order_release);
  }

  std::uint64_t delivered() const {
    std::uint64_t messages = 0;
    for (const Room &room : rooms_)
      messages += room.messages.load(std::memory_order_acquire);
    return messages;
  }

  void print() const {
    for (const Room &room : rooms_)
      std::printf("%llu bytes\n",
                  static_cast<unsigned long long>(room.bytes.load()));
  }

private:
  struct Room {
    std::atomic<std::uint64_t> messages = 0;
    std::atomic<std::uint64_t> bytes = 0;
  };
  std::array<Room, 16> rooms_;
};

Rooms rooms;

void serve(Connection connection) {
  while (auto message = connection.read())
    heddle::spawn([message] { rooms.deliver(*message); });
}

} // namespace

int main() {
  return heddle::run([] {
    constexpr std::uint32_t peers = 64;
    heddle::WaitGroup connections;
    for (std::uint32_t peer = 0; peer < peers; ++peer)
      connections.spawn([peer] { serve(Connection(peer)); });
    connections.wait();
    while (rooms.delivered() < peers * 16 * 1024)
      heddle::sleep_for(1ms);
    rooms.print();
    return 0;
  });
}
