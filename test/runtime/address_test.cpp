#include "heddle/address.h"

#include "heddle/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <system_error>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Address, AnAddressReadsAsItIsWritten) {
  for (const char *text : {"0.0.0.0:0", "127.0.0.1:80", "192.0.2.255:65535",
                           "[::]:1", "[2001:db8::1]:443", "[fe80::1%3]:22"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_EQ(SocketAddress::parse("127.0.0.1:80")->ip, IpAddress::loopback());
  EXPECT_EQ(IpAddress::parse("::1"), IpAddress::loopback_v6());
  EXPECT_EQ(IpAddress::loopback_v6().to_string(), "::1");
}

TEST(Address, WhatIsNoneIsRefused) {
  for (const char *text :
       {"", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:80 ", "256.0.0.1:80", "::1:80", "[::1]",
        "[127.0.0.1]:80", "[::1:80", "[::1%nowhere]:80", "localhost:80"})
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse("1.2.3"));
  EXPECT_FALSE(IpAddress::parse("12345::"));
}

TEST(Resolve, KnowsTheHostItself) {
  run([] {
    const auto addresses = resolve("localhost", 8080);
    ASSERT_FALSE(addresses.empty());
    for (const SocketAddress &address : addresses) {
      EXPECT_EQ(address.port, 8080);
      EXPECT_THAT(address.ip, testing::AnyOf(IpAddress::loopback(),
                                             IpAddress::loopback_v6()));
    }
    EXPECT_EQ(resolve(background(), "localhost", 8080), addresses);
    EXPECT_EQ(resolve("192.0.2.7", 1),
              (std::vector{SocketAddress{{192, 0, 2, 7}, 1}}));
  });
}

TEST(Resolve, SaysWhichNameIsUnknown) {
  run([] {
    try {
      (void)resolve("no-such-host.invalid", 1);
      ADD_FAILURE() << "resolved";
    } catch (const std::system_error &error) {
      EXPECT_STREQ(error.code().category().name(), "resolver");
      EXPECT_THAT(error.what(), testing::HasSubstr("no-such-host.invalid"));
    }
  });
}

TEST(Resolve, EndsWithItsContext) {
  run([] {
    auto [context, cancel] = with_cancel(background());
    cancel();
    try {
      // Either may be first where the name is known at once.
      (void)resolve(context, "no-such-host.invalid", 1);
      ADD_FAILURE() << "resolved";
    } catch (const std::system_error &error) {
      EXPECT_TRUE(error.code() == std::errc::operation_canceled ||
                  error.code().category().name() == std::string("resolver"));
    }
  });
}

} // namespace
} // namespace heddle
