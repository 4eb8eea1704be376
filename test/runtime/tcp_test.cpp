#include "heddle/tcp.h"

#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/foreign.h"
#include "heddle/future.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

const SocketAddress anywhere{IpAddress::loopback(), 0};

struct Pair {
  TcpStream client;
  TcpStream server;
};

Pair connected() {
  TcpListener listener = TcpListener::bind(anywhere);
  TcpStream client = TcpStream::connect(listener.local_address());
  return {std::move(client), listener.accept().value()};
}

void echo(TcpStream stream) {
  char buffer[4096];
  while (std::size_t count = stream.read(buffer))
    stream.write_all({buffer, count});
}

std::string read_to_end(TcpStream &stream) {
  std::string all;
  char buffer[4096];
  while (std::size_t count = stream.read(buffer))
    all.append(buffer, count);
  return all;
}

template <class F> std::error_code error_of(F &&f) {
  try {
    f();
  } catch (const std::system_error &error) {
    return error.code();
  }
  return {};
}

TEST(Tcp, AnEchoComesBack) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    spawn([&] { listener.serve(echo); });
    TcpStream client = TcpStream::connect(listener.local_address());
    client.write_all("hello");
    client.shutdown_write();
    EXPECT_EQ(read_to_end(client), "hello");
  });
}

TEST(Tcp, AServerServesUntilItIsClosed) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    std::atomic<int> ended{0};
    auto server = async([&] {
      listener.serve([&](TcpStream stream) {
        echo(std::move(stream));
        ++ended;
      });
      return ended.load();
    });
    WaitGroup clients;
    for (int i = 0; i < 50; ++i)
      clients.spawn([&, i] {
        TcpStream client = TcpStream::connect(listener.local_address());
        const std::string text = "client " + std::to_string(i);
        client.write_all(text);
        client.shutdown_write();
        EXPECT_EQ(read_to_end(client), text);
      });
    clients.wait();
    listener.close();
    EXPECT_EQ(server.get(), 50);
    EXPECT_FALSE(listener.accept());
    EXPECT_FALSE(listener.is_open());
  });
}

TEST(Tcp, ServeBoundsItsConnectionsAndEndsWithItsContext) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    auto [context, cancel] = with_cancel(background());
    std::atomic<int> now{0}, most{0};
    auto server = async([&, context = context] {
      listener.serve(
          context,
          [&](TcpStream stream) {
            const int count = ++now;
            if (count > most)
              most = count;
            echo(std::move(stream));
            --now;
          },
          2);
    });
    WaitGroup clients;
    for (int i = 0; i < 20; ++i)
      clients.spawn([&] {
        TcpStream client = TcpStream::connect(listener.local_address());
        client.write_all("x");
        client.shutdown_write();
        EXPECT_EQ(read_to_end(client), "x");
      });
    clients.wait();
    cancel();
    server.get();
    EXPECT_LE(most, 2);
    EXPECT_TRUE(listener.is_open());
  });
}

TEST(Tcp, AConnectionThatIsLostEndsItsHandlerAlone) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    auto server = async([&] {
      listener.serve([](TcpStream stream) {
        stream.close();
        char byte[1];
        (void)stream.read(byte);
      });
    });
    for (int i = 0; i < 3; ++i) {
      TcpStream client = TcpStream::connect(listener.local_address());
      EXPECT_EQ(read_to_end(client), "");
    }
    listener.close();
    server.get();
  });
}

TEST(Tcp, HalfAConnectionMayEndBeforeTheOther) {
  run([] {
    auto [client, server] = connected();
    client.write_all("question");
    client.shutdown_write();
    EXPECT_EQ(read_to_end(server), "question");
    server.write_all("answer");
    server.close();
    EXPECT_EQ(read_to_end(client), "answer");
  });
}

TEST(Tcp, AFastWriterWaitsForASlowReader) {
  run([] {
    auto [client, server] = connected();
    constexpr std::size_t total = 32 << 20;
    auto sum = async([&server = server] {
      std::vector<std::uint8_t> buffer(64 * 1024);
      std::size_t received = 0;
      bool right = true;
      for (int round = 0; std::size_t count = server.read(buffer); ++round) {
        for (std::size_t i = 0; i < count; ++i)
          right &= buffer[i] == static_cast<std::uint8_t>((received + i) % 251);
        received += count;
        if (round % 16 == 0)
          yield();
      }
      return right ? received : 0;
    });
    std::vector<std::uint8_t> data(total);
    for (std::size_t i = 0; i < total; ++i)
      data[i] = static_cast<std::uint8_t>(i % 251);
    client.write_all(data);
    client.shutdown_write();
    EXPECT_EQ(sum.get(), total);
  });
}

TEST(Tcp, BothDirectionsGoOnAtOnce) {
  run([] {
    auto [client, server] = connected();
    constexpr std::size_t total = 4 << 20;
    auto pump = [](TcpStream &stream) {
      auto written = async([&stream] {
        stream.write_all(std::string(total, 'x'));
        stream.shutdown_write();
      });
      const std::size_t read = read_to_end(stream).size();
      written.get();
      return read;
    };
    auto there = async([&, &server = server] { return pump(server); });
    EXPECT_EQ(pump(client), total);
    EXPECT_EQ(there.get(), total);
  });
}

TEST(Tcp, ClosingEndsAReadThatWaits) {
  run([] {
    auto [client, server] = connected();
    Channel<int> begun;
    auto result = async([&, &client = client] {
      return error_of([&] {
        begun.send(1);
        char byte[1];
        (void)client.read(byte);
      });
    });
    begun.receive();
    settle();
    client.close();
    EXPECT_EQ(result.get(), std::errc::bad_file_descriptor);
    EXPECT_EQ(error_of([&, &client = client] { client.write_all("x"); }),
              std::errc::bad_file_descriptor);
    EXPECT_EQ(read_to_end(server), "");
  });
}

TEST(Tcp, ClosingEndsAWriteThatWaits) {
  run([] {
    auto [client, server] = connected();
    auto result = async([&client = client] {
      return error_of([&] { client.write_all(std::string(64 << 20, 'x')); });
    });
    char byte[1];
    (void)server.read(byte);
    client.close();
    EXPECT_EQ(result.get(), std::errc::bad_file_descriptor);
  });
}

TEST(Tcp, ClosingEndsEveryAcceptThatWaits) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    WaitGroup acceptors;
    std::atomic<int> empty{0};
    for (int i = 0; i < 10; ++i)
      acceptors.spawn([&] { empty += !listener.accept(); });
    settle();
    listener.close();
    acceptors.wait();
    EXPECT_EQ(empty, 10);
  });
}

TEST(Tcp, SeveralTasksAcceptFromOneListener) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    WaitGroup acceptors;
    std::atomic<int> accepted{0};
    for (int i = 0; i < 4; ++i)
      acceptors.spawn([&] {
        while (listener.accept())
          if (++accepted == 100)
            listener.close();
      });
    std::vector<TcpStream> clients;
    for (int i = 0; i < 100; ++i)
      clients.push_back(TcpStream::connect(listener.local_address()));
    acceptors.wait();
    EXPECT_EQ(accepted, 100);
  });
}

TEST(Tcp, EveryWaitEndsWithItsContext) {
  run([] {
    auto [client, server] = connected();
    TcpListener listener = TcpListener::bind(anywhere);
    auto [context, cancel] = with_timeout(background(), 5ms);
    char byte[1];
    const std::string much(64 << 20, 'x');
    EXPECT_EQ(error_of([&, &context = context, &client = client] {
                (void)client.read(context, byte);
              }),
              std::errc::timed_out);
    auto [later, cancel_later] = with_timeout(background(), 5ms);
    EXPECT_EQ(error_of([&, &later = later, &client = client] {
                client.write_all(later, much);
              }),
              std::errc::timed_out);
    auto [other, cancel_other] = with_cancel(background());
    auto accepting = async([&, other = other] {
      return error_of([&] { (void)listener.accept(other); });
    });
    settle();
    cancel_other();
    EXPECT_EQ(accepting.get(), std::errc::operation_canceled);
    // A context that has ended refuses what would not have waited, too.
    server.write_all("x");
    EXPECT_EQ(error_of([&, &other = other, &client = client] {
                (void)client.read(other, byte);
              }),
              std::errc::operation_canceled);
    EXPECT_EQ(client.read(byte), 1u);
  });
}

TEST(Tcp, ContextsAndDataRaceWithoutALoss) {
  run([] {
    auto [client, server] = connected();
    constexpr int total = 2000;
    auto reader = async([&server = server] {
      int received = 0;
      while (received < total) {
        auto [context, cancel] = with_timeout(background(), 20us);
        char byte[1];
        if (!error_of([&, &context = context] {
              received += static_cast<int>(server.read(context, byte));
            }))
          cancel();
      }
      return received;
    });
    for (int i = 0; i < total; ++i) {
      client.write_all("x");
      if (i % 8 == 0)
        sleep_for(20us);
    }
    EXPECT_EQ(reader.get(), total);
  });
}

TEST(Tcp, ADeadlineEndsWaitsUntilItIsSetAnew) {
  run([] {
    auto [client, server] = connected();
    char byte[1];
    client.set_read_deadline(Clock::now() + 2ms);
    auto read = [&, &client = client] { (void)client.read(byte); };
    EXPECT_EQ(error_of(read), std::errc::timed_out);
    EXPECT_EQ(error_of(read), std::errc::timed_out);
    server.write_all("xy");
    EXPECT_EQ(error_of(read), std::errc::timed_out);
    client.set_deadline(Clock::now() + 1h);
    EXPECT_EQ(client.read(byte), 1u);
    client.set_deadline(TimePoint::max());
    EXPECT_EQ(client.read(byte), 1u);
    client.set_deadline(Clock::now() - 1h);
    EXPECT_EQ(error_of(read), std::errc::timed_out);
    client.set_write_deadline(TimePoint::max());
    client.write_all("z");
    EXPECT_EQ(server.read(byte), 1u);
  });
}

TEST(Tcp, ADeadlineMayMoveWhileATaskWaits) {
  run([] {
    auto [client, server] = connected();
    client.set_read_deadline(Clock::now() + 1h);
    auto result = async([&client = client] {
      char byte[1];
      return error_of([&] { (void)client.read(byte); });
    });
    for (int i = 0; i < 100; ++i) {
      client.set_read_deadline(Clock::now() + 1h);
      yield();
    }
    client.set_read_deadline(Clock::now() + 1ms);
    EXPECT_EQ(result.get(), std::errc::timed_out);
  });
}

TEST(Tcp, APeerThatResetsIsAnErrorThatNamesIt) {
  run([] {
    auto [client, server] = connected();
    // Closing with something unread resets the connection.
    server.write_all("unread");
    char byte[1];
    EXPECT_EQ(client.read(byte), 1u);
    client.close();
    try {
      while (server.read(byte) > 0)
        ;
      ADD_FAILURE() << "read to an end";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::connection_reset);
    }
    // The system would end the process by a signal here.
    try {
      for (int i = 0; i < 100; ++i)
        server.write_all("x");
      ADD_FAILURE() << "written";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::broken_pipe);
      EXPECT_THAT(error.what(), testing::HasSubstr("cannot write to"));
    }
  });
}

TEST(Tcp, ARefusedConnectionNamesTheAddress) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    const SocketAddress address = listener.local_address();
    listener.close();
    try {
      (void)TcpStream::connect(address);
      ADD_FAILURE() << "connected";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::connection_refused);
      EXPECT_THAT(error.what(), testing::HasSubstr(address.to_string()));
    }
    EXPECT_EQ(error_of([] { (void)TcpListener::bind({{192, 0, 2, 1}, 0}); }),
              std::errc::address_not_available);
  });
}

TEST(Tcp, ConnectsByName) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    const std::uint16_t port = listener.local_address().port;
    TcpStream client = TcpStream::connect("localhost", port);
    EXPECT_EQ(client.peer_address(), listener.local_address());
    TcpStream other = TcpStream::connect(background(), "localhost", port);
    EXPECT_EQ(other.peer_address(), listener.local_address());
    client.set_nodelay(false);
    client.set_keepalive(true);
  });
}

TEST(Tcp, WorksFromThreadsThatRunNoTasks) {
  run([] {
    auto [client, server] = connected();
    auto answer = async([&server = server] {
      char buffer[16];
      const std::size_t count = server.read(buffer);
      server.write_all({buffer, count});
    });
    std::string got;
    std::thread thread([&, &client = client] {
      client.write_all("ping");
      char buffer[16];
      got.assign(buffer, client.read(buffer));
    });
    answer.get();
    foreign([&] { thread.join(); });
    EXPECT_EQ(got, "ping");
    // Within a foreign section a task waits as a thread.
    server.write_all("pong");
    foreign([&, &client = client] {
      char buffer[16];
      got.assign(buffer, client.read(buffer));
    });
    EXPECT_EQ(got, "pong");
  });
}

TEST(Tcp, AThreadAloneIsServed) {
  run([] {
    auto [client, server] = connected();
    for (int round = 0; round < 20; ++round) {
      std::thread writer([&server = server] {
        std::this_thread::sleep_for(1ms);
        server.write_all("x");
      });
      // All workers are asleep by the time the byte comes.
      foreign([&, &client = client] {
        char byte[1];
        EXPECT_EQ(client.read(byte), 1u);
      });
      foreign([&] { writer.join(); });
    }
  });
}

TEST(Tcp, ABusyProcessorDoesNotKeepADescriptorWaiting) {
  run(
      [] {
        auto [client, server] = connected();
        std::atomic<bool> arrived{false};
        auto waiter = async([&, &client = client] {
          char byte[1];
          (void)client.read(byte);
          arrived = true;
        });
        settle();
        server.write_all("x");
        // Neither waits nor yields, and has the only processor.
        while (!arrived)
          ;
        waiter.get();
      },
      {.procs = 1});
}

TEST(Tcp, ABlockedProcessorDoesNotKeepADescriptorWaiting) {
  run(
      [] {
        auto [client, server] = connected();
        std::atomic<bool> arrived{false};
        auto waiter = async([&, &client = client] {
          char byte[1];
          (void)client.read(byte);
          arrived = true;
        });
        settle();
        blocking([&, &server = server] {
          server.write_all("x");
          while (!arrived)
            std::this_thread::sleep_for(100us);
        });
        waiter.get();
      },
      {.procs = 1});
}

TEST(Tcp, WhoWaitsForAPeerIsNoDeadlock) {
  // Without the count of waits this ends the program with a report.
  run([] {
    auto [client, server] = connected();
    std::thread peer([&server = server] {
      std::this_thread::sleep_for(150ms);
      server.write_all("x");
    });
    char byte[1];
    EXPECT_EQ(client.read(byte), 1u);
    foreign([&] { peer.join(); });
  });
}

TEST(Tcp, StreamsOutliveTheRuntimeAndServeTheNext) {
  std::optional<Pair> pair;
  run([&] {
    pair.emplace(connected());
    spawn([&] {
      char byte[1];
      (void)pair->client.read(byte);
      ADD_FAILURE() << "went on in another runtime";
    });
    settle();
  });
  run([&] {
    pair->server.write_all("x");
    char byte[1];
    EXPECT_EQ(pair->client.read(byte), 1u);
  });
  pair.reset();
}

// Lowers the number of descriptors that the process may open, for its life.
class FewDescriptors {
public:
  explicit FewDescriptors(rlim_t spare) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next) + spare;
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_;
};

TEST(Tcp, WithoutDescriptorsAcceptWaitsForSome) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    std::vector<TcpStream> clients;
    for (int i = 0; i < 8; ++i)
      clients.push_back(TcpStream::connect(listener.local_address()));
    std::atomic<int> accepted{0};
    Channel<TcpStream> streams(8);
    std::optional<FewDescriptors> few(3);
    auto acceptor = async([&] {
      while (auto stream = listener.accept()) {
        ++accepted;
        streams.send(std::move(*stream));
      }
    });
    std::vector<TcpStream> held;
    held.push_back(streams.receive().value());
    settle();
    EXPECT_LT(accepted, 8);
    few.reset();
    while (held.size() < 8)
      held.push_back(streams.receive().value());
    listener.close();
    acceptor.get();
    EXPECT_EQ(accepted, 8);
  });
}

TEST(Tcp, ClosingEndsAnAcceptThatLacksDescriptors) {
  run([] {
    TcpListener listener = TcpListener::bind(anywhere);
    TcpStream client = TcpStream::connect(listener.local_address());
    FewDescriptors few(0);
    auto acceptor = async([&] { return listener.accept().has_value(); });
    settle();
    listener.close();
    EXPECT_FALSE(acceptor.get());
  });
}

TEST(Tcp, TenThousandConnectionsNeedNoThreads) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "too large under a sanitizer";
#endif
#endif
  constexpr int connections = 10'000;
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  // Within one process a connection takes two.
  const int count = static_cast<int>(
      std::min<rlim_t>(connections, (limit.rlim_cur - 100) / 2));
  if (count < connections * 9 / 10)
    GTEST_SKIP() << "the limit of descriptors is " << limit.rlim_cur;
  run(
      [&] {
        const auto hand_offs = stats().hand_offs;
        TcpListener listener = TcpListener::bind(anywhere);
        auto server = async([&] { listener.serve(echo); });
        std::vector<TcpStream> clients;
        for (int i = 0; i < count; ++i)
          clients.push_back(TcpStream::connect(listener.local_address()));
        for (TcpStream &client : clients) {
          client.write_all("x");
          char byte[1];
          ASSERT_EQ(client.read(byte), 1u);
        }
        // A thread that lost its CPU for long was replaced.
        const auto replaced = stats().hand_offs - hand_offs;
        EXPECT_LE(stats().threads, procs() + 4 + replaced);
        clients.clear();
        listener.close();
        server.get();
      },
      {.procs = 2});
  setrlimit(RLIMIT_NOFILE, &before);
}

} // namespace
} // namespace heddle
