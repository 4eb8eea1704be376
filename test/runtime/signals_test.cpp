#include "heddle/signals.h"

#include "heddle/buffered.h"
#include "heddle/net.h"
#include "heddle/runtime.h"
#include "heddle/select.h"
#include "heddle/spawn.h"

#include <gtest/gtest.h>

#include <csignal>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Signals, ASignalComesThroughAChannel) {
  run([] {
    auto channel = make_channel<int>(4);
    auto subscription = signals::notify(channel, {SIGUSR1, SIGUSR2});
    raise(SIGUSR1);
    EXPECT_EQ(channel->receive(), SIGUSR1);
    raise(SIGUSR2);
    EXPECT_EQ(channel->receive(), SIGUSR2);
    kill(getpid(), SIGUSR1);
    EXPECT_EQ(channel->receive(), SIGUSR1);
  });
}

TEST(Signals, AllWhoAskAreToldUntilTheyStop) {
  run([] {
    auto one = make_channel<int>(4), other = make_channel<int>(4);
    auto first = signals::notify(one, {SIGUSR1});
    {
      auto second = signals::notify(other, {SIGUSR1});
      raise(SIGUSR1);
      EXPECT_EQ(one->receive(), SIGUSR1);
      EXPECT_EQ(other->receive(), SIGUSR1);
    }
    raise(SIGUSR1);
    EXPECT_EQ(one->receive(), SIGUSR1);
    EXPECT_EQ(other->try_receive(), std::nullopt);
  });
}

TEST(Signals, TheFormerEffectComesBack) {
  static volatile std::sig_atomic_t seen;
  seen = 0;
  std::signal(SIGUSR1, [](int) { seen = 1; });
  run([] {
    auto channel = make_channel<int>(1);
    auto subscription = signals::notify(channel, {SIGUSR1});
    raise(SIGUSR1);
    EXPECT_EQ(channel->receive(), SIGUSR1);
    EXPECT_EQ(seen, 0);
    subscription.stop();
    raise(SIGUSR1);
    EXPECT_EQ(seen, 1);
  });
  std::signal(SIGUSR1, SIG_DFL);
}

TEST(Signals, OneThatCannotBeCaughtIsRefused) {
  run([] {
    auto channel = make_channel<int>(1);
    for (int number : {SIGKILL, 0, 1000})
      EXPECT_THROW((void)signals::notify(channel, {SIGUSR1, number}),
                   std::system_error);
  });
}

TEST(Signals, WhoWaitsForOneIsNoDeadlock) {
  run([] {
    auto channel = make_channel<int>(1);
    auto subscription = signals::notify(channel, {SIGUSR1});
    std::jthread other([] {
      std::this_thread::sleep_for(150ms);
      kill(getpid(), SIGUSR1);
    });
    EXPECT_EQ(channel->receive(), SIGUSR1);
  });
}

TEST(Signals, TheFirstSignalEndsTheContext) {
  run([] {
    Context context = signals::shutdown_context();
    EXPECT_FALSE(context.cancelled());
    raise(SIGTERM);
    context.done().wait();
    EXPECT_EQ(context.error(), std::errc::operation_canceled);
    struct sigaction now;
    sigaction(SIGTERM, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
  });
}

// The server of docs/runtime/io.md.
TEST(Signals, AServerServesUntilASignalComes) {
  run([] {
    Context stop = signals::shutdown_context();
    auto listener = TcpListener::bind({IpAddress::loopback(), 0});
    spawn([&] {
      TcpStream client = TcpStream::connect(listener.local_address());
      client.write_all("one\ntwo\n");
      client.shutdown_write();
      EXPECT_EQ(BufferedReader(client).read_all(), "one\ntwo\n");
      raise(SIGTERM);
    });
    listener.serve(stop, [](TcpStream peer) {
      BufferedReader in(peer);
      BufferedWriter out(peer);
      peer.set_deadline(Clock::now() + std::chrono::minutes(1));
      while (auto line = in.read_line()) {
        out.write(*line + "\n");
        out.flush();
      }
    });
    EXPECT_TRUE(stop.cancelled());
  });
}

TEST(Signals, AContextAsksNoLongerThanItsRuntimeRuns) {
  run([] { (void)signals::shutdown_context(); });
  struct sigaction now;
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

} // namespace
} // namespace heddle
