#include "heddle/udp.h"

#include "heddle/future.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <system_error>

namespace heddle {
namespace {

using namespace std::chrono_literals;

const SocketAddress anywhere{IpAddress::loopback(), 0};

template <class F> std::error_code error_of(F &&f) {
  try {
    f();
  } catch (const std::system_error &error) {
    return error.code();
  }
  return {};
}

TEST(Udp, ADatagramComesBack) {
  run([] {
    UdpSocket server = UdpSocket::bind(anywhere);
    auto echo = async([&] {
      char buffer[1500];
      while (auto datagram = server.receive(buffer))
        server.send_to({buffer, datagram->size}, datagram->from);
    });
    UdpSocket client = UdpSocket::connect(server.local_address());
    for (int i = 0; i < 100; ++i) {
      const std::string text = "datagram " + std::to_string(i);
      client.send(text);
      char buffer[1500];
      const auto answer = client.receive(buffer);
      ASSERT_TRUE(answer);
      EXPECT_EQ(std::string(buffer, answer->size), text);
      EXPECT_EQ(answer->from, server.local_address());
      EXPECT_FALSE(answer->truncated);
    }
    server.close();
    echo.get();
  });
}

TEST(Udp, WhatDoesNotFitIsToldToBeCut) {
  run([] {
    UdpSocket receiver = UdpSocket::bind(anywhere);
    UdpSocket sender = UdpSocket::bind(anywhere);
    sender.send_to("a long one", receiver.local_address());
    sender.send_to("", receiver.local_address());
    char buffer[4];
    const auto first = receiver.receive(buffer);
    EXPECT_EQ(first->size, 4u);
    EXPECT_TRUE(first->truncated);
    EXPECT_EQ(first->from, sender.local_address());
    EXPECT_EQ(receiver.receive(buffer)->size, 0u);
  });
}

TEST(Udp, SeveralTasksReceiveEachItsOwn) {
  run([] {
    UdpSocket receiver = UdpSocket::bind(anywhere);
    UdpSocket sender = UdpSocket::bind(anywhere);
    std::atomic<int> sum{0}, count{0};
    WaitGroup receivers;
    for (int i = 0; i < 4; ++i)
      receivers.spawn([&] {
        unsigned char byte[1];
        while (receiver.receive(byte)) {
          sum += byte[0];
          if (++count == 100)
            receiver.close();
        }
      });
    for (unsigned char i = 0; i < 100; ++i)
      sender.send_to({&i, 1}, receiver.local_address());
    receivers.wait();
    EXPECT_EQ(sum, 99 * 100 / 2);
  });
}

TEST(Udp, WaitsEndWithContextAndDeadline) {
  run([] {
    UdpSocket socket = UdpSocket::bind(anywhere);
    char buffer[4];
    auto [context, cancel] = with_timeout(background(), 2ms);
    EXPECT_EQ(error_of([&, &context = context] {
                (void)socket.receive(context, buffer);
              }),
              std::errc::timed_out);
    socket.set_deadline(Clock::now() + 2ms);
    EXPECT_EQ(error_of([&] { (void)socket.receive(buffer); }),
              std::errc::timed_out);
  });
}

TEST(Udp, APeerThatIsNotThereRefuses) {
  run([] {
    UdpSocket gone = UdpSocket::bind(anywhere);
    const SocketAddress address = gone.local_address();
    gone.close();
    UdpSocket socket = UdpSocket::connect(address);
    socket.send("x");
    char buffer[4];
    EXPECT_EQ(error_of([&] { (void)socket.receive(buffer); }),
              std::errc::connection_refused);
  });
}

} // namespace
} // namespace heddle
