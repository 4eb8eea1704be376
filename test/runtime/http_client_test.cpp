#include "heddle/http_client.h"

#include "heddle/channel.h"
#include "heddle/http_server.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace heddle::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

template <class Prepare, class F> void with_server(Prepare prepare, F f) {
  run(
      [&] {
        Server server;
        prepare(server);
        TcpListener listener = TcpListener::bind({IpAddress::loopback(), 0});
        const std::string url =
            "http://" + listener.local_address().to_string();
        WaitGroup group;
        group.spawn([&] { server.serve(std::move(listener)); });
        f(url);
        server.stop();
        group.wait();
      },
      {.procs = 2});
}

/// A server that answers each request of connection i with `answers[i]`, as it
/// stands, and then closes it; `heard` is what came.
template <class F>
void with_answers(const std::vector<std::string> &answers, F f) {
  run(
      [&] {
        TcpListener listener = TcpListener::bind({IpAddress::loopback(), 0});
        const std::string url =
            "http://" + listener.local_address().to_string() + "/x";
        std::vector<std::string> heard;
        WaitGroup group;
        group.spawn([&] {
          for (const std::string &answer : answers) {
            auto stream = listener.accept();
            if (!stream)
              return;
            std::string text(4096, '\0');
            text.resize(stream->read(text));
            heard.push_back(text);
            stream->write_all(answer);
          }
        });
        f(url, heard);
        listener.close();
        group.wait();
      },
      {.procs = 2});
}

TEST(HttpClient, AsksAndIsAnswered) {
  auto prepare = [](Server &server) {
    server.handle(
        "/hello", [](const Request &request, ResponseWriter &response) {
          response.header("X-Query", request.query());
          response.write("hello " +
                         std::string(request.header("X-Name").value_or("you")));
        });
  };
  with_server(prepare, [](const std::string &url) {
    Client client;
    Response response = client.get(url + "/hello?a=b#part");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.reason, "OK");
    EXPECT_EQ(response.header("x-query"), "a=b");
    EXPECT_EQ(response.header("x-other"), std::nullopt);
    EXPECT_EQ(response.body, "hello you");
    response =
        client.send({.url = url + "/hello", .headers = {{"X-Name", "world"}}});
    EXPECT_EQ(response.body, "hello world");
    EXPECT_EQ(client.get(url + "/no").status, 404);
    response = client.send({.method = "HEAD", .url = url + "/hello"});
    EXPECT_EQ(response.header("Content-Length"), "9");
    EXPECT_EQ(response.body, "");
  });
}

TEST(HttpClient, ConnectionsAreKept) {
  std::atomic<int> requests = 0;
  std::vector<std::uint16_t> ports;
  auto prepare = [&](Server &server) {
    server.handle("/", [&](const Request &request, ResponseWriter &response) {
      ++requests;
      ports.push_back(request.peer().port);
      response.write(std::string(50'000, 'x'));
    });
  };
  with_server(prepare, [](const std::string &url) {
    Client client;
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(client.get(url).body.size(), 50'000u);
  });
  EXPECT_EQ(requests, 5);
  EXPECT_EQ(ports, std::vector(5, ports.front()));
}

TEST(HttpClient, LargeBodiesGoBothWays) {
  auto prepare = [](Server &server) {
    server.handle("POST /echo",
                  [](const Request &request, ResponseWriter &response) {
                    std::array<char, 10'000> part;
                    while (std::size_t size = request.read(part))
                      response.write({part.data(), size});
                  });
  };
  with_server(prepare, [](const std::string &url) {
    std::string body;
    for (int i = 0; i < 200'000; ++i)
      body += std::to_string(i) + ' ';
    Client client;
    EXPECT_EQ(client.post(url + "/echo", body).body, body);
    EXPECT_EQ(client.post(url + "/echo", "").body, "");
  });
}

TEST(HttpClient, ManyTasksShareIt) {
  auto prepare = [](Server &server) {
    server.handle("/", [](const Request &request, ResponseWriter &response) {
      yield();
      response.write(request.query());
    });
  };
  with_server(prepare, [](const std::string &url) {
    Client client({.max_idle_connections = 3});
    WaitGroup group;
    for (int task = 0; task < 20; ++task)
      group.spawn([&, task] {
        for (int i = 0; i < 20; ++i) {
          const std::string query = std::to_string(task * 100 + i);
          ASSERT_EQ(client.get(url + "?" + query).body, query);
        }
      });
    group.wait();
  });
}

TEST(HttpClient, UnderstandsEveryKindOfBody) {
  with_answers(
      {
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nTrailer: t\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\nabc",
          "HTTP/1.0 200 OK\r\n\r\nabc",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n"
          "\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
      },
      [](const std::string &url, const std::vector<std::string> &heard) {
        for (int i = 0; i < 5; ++i) {
          Client client;
          Response response = client.get(url);
          EXPECT_EQ(response.status, 200);
          EXPECT_EQ(response.body, "abc");
        }
        EXPECT_THAT(heard[0], HasSubstr("GET /x HTTP/1.1\r\nHost: 127.0.0.1:"));
      });
}

TEST(HttpClient, RefusesWhatIsMalformed) {
  const std::vector<std::string> answers = {
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: " + std::string(2000, 'x') + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n",
  };
  with_answers(answers, [&](const std::string &url, auto &) {
    Client client({.max_header_bytes = 1000, .max_body_bytes = 1000});
    for (const std::string &answer : answers)
      EXPECT_THROW((void)client.get(url), ProtocolError) << answer;
  });
}

TEST(HttpClient, AStaleConnectionIsReplaced) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
  with_answers({answer + "11", answer + "22", answer + "33"},
               [](const std::string &url, auto &) {
                 Client client;
                 EXPECT_EQ(client.get(url).body, "11");
                 EXPECT_EQ(client.get(url).body, "22");
                 EXPECT_THROW(client.post(url, "once"), std::system_error);
                 EXPECT_EQ(client.post(url, "again").body, "33");
               });
}

TEST(HttpClient, EndsWithItsContextAndItsTimeOut) {
  run([] {
    const auto url_of = [](const TcpListener &listener) {
      return "http://" + listener.local_address().to_string();
    };
    TcpListener deaf = TcpListener::bind({IpAddress::loopback(), 0});
    Client client({.timeout = 10ms});
    try {
      (void)client.get(url_of(deaf));
      ADD_FAILURE() << "nobody answers";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::timed_out);
    }
    TcpListener listener = TcpListener::bind({IpAddress::loopback(), 0});
    Client patient;
    auto [context, cancel] = with_cancel(background());
    WaitGroup group;
    group.spawn([&, cancel = cancel] {
      auto stream = listener.accept();
      std::array<char, 100> some;
      EXPECT_GT(stream->read(some), 0u);
      cancel();
      while (stream->read(some) > 0)
        ;
    });
    try {
      (void)patient.get(context, url_of(listener));
      ADD_FAILURE() << "nobody answers";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::operation_canceled);
    }
    group.wait();
  });
}

TEST(HttpClient, RefusesWhatItCannotAsk) {
  run([] {
    Client client;
    for (const char *url :
         {"", "hello", "https://example.org/", "ftp://example.org/", "http://",
          "http://:80/", "http://a b/", "http://a:/", "http://a:99999/",
          "http://a:8x/", "http://user@a/", "http://[::1/",
          "http://a/\r\nX: y"})
      EXPECT_THROW((void)client.get(url), std::invalid_argument) << url;
    const std::string url = "http://127.0.0.1:1/";
    EXPECT_THROW(client.send({.method = "G T", .url = url}),
                 std::invalid_argument);
    EXPECT_THROW(client.send({.url = url, .headers = {{"A", "b\r\nC: d"}}}),
                 std::invalid_argument);
    EXPECT_THROW(client.send({.url = url, .headers = {{"Host", "b"}}}),
                 std::invalid_argument);
    EXPECT_THROW((void)client.get(url), std::system_error) << "nobody listens";
  });
}

} // namespace
} // namespace heddle::http
