#include "heddle/http_server.h"

#include "heddle/channel.h"
#include "heddle/event.h"
#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

namespace heddle::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Reads until the server ends the connection, or breaks it.
std::string read_all(TcpStream &stream) {
  std::string all;
  std::array<char, 4096> part;
  try {
    while (std::size_t size = stream.read(part))
      all.append(part.data(), size);
  } catch (const std::system_error &) {
    all += "<reset>";
  }
  for (std::size_t date; (date = all.find("Date: ")) != all.npos;)
    all.erase(date, all.find("\r\n", date) + 2 - date);
  return all;
}

/// What the server answers to `text`, up to the end of the connection.
std::string ask(const SocketAddress &server, std::string_view text) {
  TcpStream stream = TcpStream::connect(server);
  stream.write_all(text);
  return read_all(stream);
}

/// Reads until what came ends with `end`.
std::string read_until(TcpStream &stream, std::string_view end) {
  std::string all;
  char byte;
  while (!all.ends_with(end) && stream.read(Bytes(&byte, 1)) == 1)
    all += byte;
  return all;
}

/// Runs `client(address, server)` beside a server that `prepare` has told what
/// it handles.
template <class Prepare, class ClientSide>
void serve(const ServerOptions &options, Prepare prepare, ClientSide client) {
  run(
      [&] {
        Server server(options);
        prepare(server);
        TcpListener listener = TcpListener::bind({IpAddress::loopback(), 0});
        const SocketAddress address = listener.local_address();
        WaitGroup group;
        group.spawn([&] { server.serve(std::move(listener)); });
        client(address, server);
        server.stop();
        group.wait();
      },
      {.procs = 2});
}

void hello(Server &server) {
  server.handle("GET /hello", [](const Request &, ResponseWriter &response) {
    response.header("Content-Type", "text/plain");
    response.write("hello\n");
  });
}

void echo(Server &server) {
  server.handle("/echo", [](const Request &request, ResponseWriter &response) {
    response.write(request.body());
  });
}

TEST(HttpServer, SaysHello) {
  serve({}, hello, [](const SocketAddress &address, Server &) {
    EXPECT_EQ(ask(address, "GET /hello HTTP/1.1\r\nHost: x\r\n"
                           "Connection: close\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
              "Content-Length: 6\r\nConnection: close\r\n\r\nhello\n");
  });
}

TEST(HttpServer, ToldWhatTheClientAsks) {
  auto tell = [](Server &server) {
    server.handle("/", [](const Request &request, ResponseWriter &response) {
      response.write(
          std::string(request.method()) + '|' + std::string(request.target()) +
          '|' + std::string(request.path()) + '|' +
          std::string(request.query()) + '|' +
          std::string(request.header("x-thing").value_or("none")) + '|' +
          std::to_string(request.headers().size()) + '|' +
          (request.peer().ip == IpAddress::loopback() ? "here" : "there"));
    });
  };
  serve({}, tell, [](const SocketAddress &address, Server &) {
    EXPECT_THAT(
        ask(address, "PUT /a%20b?c=d?e HTTP/1.1\r\nhOsT: x\r\n"
                     "X-Thing:  some thing \r\nConnection: close\r\n\r\n"),
        EndsWith("\r\n\r\nPUT|/a%20b?c=d?e|/a%20b|c=d?e|some thing|3|here"));
    EXPECT_THAT(ask(address, "GET http://h:1/x?y HTTP/1.0\r\n\r\n"),
                EndsWith("\r\n\r\nGET|http://h:1/x?y|/x|y|none|0|here"));
  });
}

TEST(HttpServer, ConnectionsAreKept) {
  serve({}, hello, [](const SocketAddress &address, Server &) {
    TcpStream stream = TcpStream::connect(address);
    for (int i = 0; i < 3; ++i) {
      stream.write_all("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_THAT(read_until(stream, "hello\n"),
                  testing::Not(HasSubstr("Connection")));
    }
    stream.write_all("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(read_until(stream, "hello\n"),
                HasSubstr("Connection: keep-alive"));
    stream.write_all("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_THAT(read_all(stream), HasSubstr("Connection: close"));
  });
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  serve({}, echo, [](const SocketAddress &address, Server &) {
    std::string text, expected;
    for (int i = 0; i < 200; ++i) {
      const std::string body = "body " + std::to_string(i);
      text += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body;
      expected +=
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body;
    }
    text += "GET /no HTTP/1.0\r\n\r\n";
    const std::string all = ask(address, text);
    EXPECT_EQ(all.substr(0, expected.size()), expected);
    EXPECT_THAT(all.substr(expected.size()), StartsWith("HTTP/1.1 404 "));
  });
}

TEST(HttpServer, PiecesOfAnySizeMakeARequest) {
  serve({}, echo, [](const SocketAddress &address, Server &) {
    const std::string text =
        "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\nA;ext=\"1\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t piece : {1u, 2u, 3u, 7u, 50u}) {
      TcpStream stream = TcpStream::connect(address);
      for (std::size_t at = 0; at < text.size(); at += piece) {
        stream.write_all(std::string_view(text).substr(at, piece));
        sleep_for(100us);
      }
      EXPECT_THAT(read_all(stream), EndsWith("\r\n\r\nabc0123456789"));
    }
  });
}

TEST(HttpServer, HeadHasNoBody) {
  serve({}, hello, [](const SocketAddress &address, Server &) {
    EXPECT_EQ(ask(address, "HEAD /hello HTTP/1.1\r\nHost: x\r\n"
                           "Connection: close\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
              "Content-Length: 6\r\nConnection: close\r\n\r\n");
  });
}

TEST(HttpServer, FindsTheHandler) {
  auto prepare = [](Server &server) {
    auto say = [](std::string text) {
      return [text](const Request &, ResponseWriter &response) {
        response.write(text);
      };
    };
    server.handle("GET /item", say("get item"));
    server.handle("POST /item", say("post item"));
    server.handle("/item/", say("below item"));
    server.handle("/item/deep/", say("deep"));
    server.handle("/any", say("any"));
    EXPECT_THROW(server.handle("/any", say("again")), std::invalid_argument);
    EXPECT_THROW(server.handle("any", say("")), std::invalid_argument);
    EXPECT_THROW(server.handle("G(T /any", say("")), std::invalid_argument);
  };
  serve({}, prepare, [](const SocketAddress &address, Server &) {
    auto get = [&](std::string_view method, std::string_view path) {
      std::string text(method);
      text.append(" ").append(path).append(" HTTP/1.0\r\n\r\n");
      return ask(address, text);
    };
    EXPECT_THAT(get("GET", "/item?x"), EndsWith("get item"));
    EXPECT_THAT(get("POST", "/item"), EndsWith("post item"));
    EXPECT_THAT(get("GET", "/item/1"), EndsWith("below item"));
    EXPECT_THAT(get("GET", "/item/deep/er/x"), EndsWith("deep"));
    EXPECT_THAT(get("DELETE", "/any"), EndsWith("any"));
    EXPECT_THAT(get("GET", "/"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_THAT(get("GET", "/items"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(get("GET", "*"), StartsWith("HTTP/1.1 404 "));
    const std::string refused = get("DELETE", "/item");
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
    EXPECT_THAT(refused, HasSubstr("\r\nAllow: GET, HEAD, POST\r\n"));
  });
}

TEST(HttpServer, RefusesWhatIsMalformed) {
  const std::pair<const char *, int> requests[] = {
      {"\x16\x03\x01 hello\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET /hello\r\n\r\n", 400},
      {"GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"G\"T /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\nHost: x\n\n", 400},
      {"GET /hello HTTP/1.1\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nA\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
       "Content-Length: 2\r\n\r\nab",
       400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       501},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
       "Content-Length: 5\r\n\r\n0\r\n\r\n",
       400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
       501},
      {"POST /echo HTTP/1.1\r\nHost: x\r\n"
       "Transfer-Encoding: chunked, gzip\r\n\r\n",
       501},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
       "xyz\r\n",
       400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
       "1\r\nabc\r\n0\r\n\r\n",
       400},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
       "FFFFFFFFFFFFFFFFF\r\n",
       400},
  };
  auto prepare = [](Server &server) {
    hello(server);
    echo(server);
  };
  serve({}, prepare, [&](const SocketAddress &address, Server &) {
    for (const auto &[text, status] : requests) {
      const std::string answer = ask(address, text);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status)))
          << text;
      EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n")) << text;
      EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos) << text;
    }
    EXPECT_THAT(ask(address, "\r\n\r\nGET /hello HTTP/1.0\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));
  });
}

TEST(HttpServer, LimitsHold) {
  const ServerOptions options{.max_header_bytes = 1000, .max_body_bytes = 100};
  serve(options, echo, [](const SocketAddress &address, Server &) {
    const std::string large(5000, 'x');
    const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    EXPECT_THAT(ask(address, post + "A: " + large + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(ask(address, "GET /" + large), StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(ask(address, post + "Content-Length: 101\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask(address, post +
                                 "Transfer-Encoding: chunked\r\n\r\n"
                                 "33\r\n" +
                                 std::string(0x33, 'y') + "\r\n33\r\n" +
                                 std::string(0x33, 'y') + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(
        ask(address, post + "Transfer-Encoding: chunked\r\n\r\n1;" + large),
        StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask(address, post +
                                 "Connection: close\r\nContent-Length: 100"
                                 "\r\n\r\n" +
                                 std::string(100, 'y')),
                EndsWith("\r\n\r\n" + std::string(100, 'y')));
  });
}

// Short is only the time that is tested: whoever writes may be slow, too.
TEST(HttpServer, WhoIsSlowIsTold) {
  const auto patient = [] {
    return ServerOptions{
        .header_timeout = 1h, .body_timeout = 1h, .idle_timeout = 1h};
  };
  ServerOptions options = patient();
  options.idle_timeout = 20ms;
  serve(options, echo, [](const SocketAddress &address, Server &) {
    EXPECT_EQ(ask(address, ""), "");
  });
  options = patient();
  options.body_timeout = 20ms;
  serve(options, echo, [](const SocketAddress &address, Server &) {
    EXPECT_THAT(ask(address, "POST /echo HTTP/1.1\r\nHost: x\r\n"
                             "Content-Length: 5\r\n\r\nab"),
                StartsWith("HTTP/1.1 408 "));
  });
  options = patient();
  options.header_timeout = 20ms;
  serve(options, echo, [](const SocketAddress &address, Server &) {
    EXPECT_THAT(ask(address, "GET /ec"), StartsWith("HTTP/1.1 408 "));
    // A byte now and then does not help.
    TcpStream slow = TcpStream::connect(address);
    EXPECT_THROW(
        for (;;) {
          slow.write_all("x");
          sleep_for(5ms);
        },
        std::system_error);
  });
}

TEST(HttpServer, TheBodyIsAskedForWhenItIsWanted) {
  auto prepare = [](Server &server) {
    echo(server);
    server.handle("/refuse", [](const Request &, ResponseWriter &) {
      throw Error(403, "no");
    });
  };
  serve({}, prepare, [](const SocketAddress &address, Server &) {
    const std::string fields = " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                               "Expect: 100-Continue\r\n\r\n";
    TcpStream stream = TcpStream::connect(address);
    stream.write_all("POST /echo" + fields);
    EXPECT_EQ(read_until(stream, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all("abc");
    EXPECT_THAT(read_until(stream, "abc"), StartsWith("HTTP/1.1 200 OK\r\n"));
    stream.write_all("POST /echo" + fields + "def");
    EXPECT_THAT(read_until(stream, "def"), HasSubstr("HTTP/1.1 200 OK\r\n"));
    stream.write_all("POST /refuse" + fields);
    const std::string refusal = read_all(stream);
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
    EXPECT_THAT(refusal, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(ask(address, "GET /echo HTTP/1.1\r\nHost: x\r\n"
                             "Connection: close\r\nExpect: cake\r\n\r\n"),
                StartsWith("HTTP/1.1 417 "));
  });
}

TEST(HttpServer, ABodyThatNobodyReadDoesNotStandInTheWay) {
  serve({}, hello, [](const SocketAddress &address, Server &) {
    const std::string next = "GET /hello HTTP/1.0\r\n\r\n";
    const std::string all =
        ask(address,
            "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" +
                std::string(5000, 'x') + next);
    EXPECT_THAT(all, StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(all, EndsWith("hello\n"));

    TcpStream stream = TcpStream::connect(address);
    stream.write_all(
        "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n");
    EXPECT_THAT(read_until(stream, "Not Found\n"), StartsWith("HTTP/1.1 404 "));
    try {
      for (int i = 0; i < 9000; ++i)
        stream.write_all(std::string(1000, 'x'));
    } catch (const std::system_error &) {
      // Closed before all of it was sent: as well.
    }
  });
}

TEST(HttpServer, WhatHandlersThrowIsAnswered) {
  std::atomic<int> told = 0;
  ServerOptions options;
  options.on_error = [&](const Request &request, std::exception_ptr error) {
    ++told;
    EXPECT_THROW(std::rethrow_exception(error), std::runtime_error);
    EXPECT_THAT(std::string(request.path()), StartsWith("/"));
  };
  auto prepare = [](Server &server) {
    server.handle("/fail", [](const Request &, ResponseWriter &response) {
      response.header("X-Half", "done");
      response.write("half");
      throw std::runtime_error("no");
    });
    server.handle("/late", [](const Request &, ResponseWriter &response) {
      response.write("half");
      response.flush();
      throw std::runtime_error("no");
    });
    server.handle("/teapot", [](const Request &, ResponseWriter &) {
      throw Error(418, "short and stout");
    });
  };
  serve(options, prepare, [](const SocketAddress &address, Server &) {
    const std::string answer =
        ask(address, "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n"
                     "GET /teapot HTTP/1.0\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("half")));
    EXPECT_THAT(answer, testing::Not(HasSubstr("X-Half")));
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 418 \r\n"));
    EXPECT_THAT(answer, EndsWith("short and stout\n"));
    const std::string late =
        ask(address, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(late, HasSubstr("4\r\nhalf\r\n"));
    EXPECT_THAT(late, testing::Not(HasSubstr("0\r\n\r\n")));
  });
  EXPECT_EQ(told, 2);
}

TEST(HttpServer, LongResponsesGoOutInPieces) {
  auto prepare = [](Server &server) {
    server.handle("/pieces", [](const Request &, ResponseWriter &response) {
      response.write("one ");
      response.flush();
      response.write("two");
      response.flush();
    });
    server.handle("/known", [](const Request &, ResponseWriter &response) {
      response.header("Content-Length", "40000");
      for (int i = 0; i < 40; ++i)
        response.write(std::string(1000, 'k'));
      EXPECT_THROW(response.write("more"), std::logic_error);
    });
    server.handle("/short", [](const Request &, ResponseWriter &response) {
      response.header("Content-Length", "10");
      response.write("less");
    });
    server.handle("/none", [](const Request &, ResponseWriter &response) {
      response.status(204);
      response.write("ignored");
      EXPECT_THROW(response.status(99), std::logic_error);
      EXPECT_THROW(response.header("A\r\nB", "c"), std::logic_error);
      EXPECT_THROW(response.header("A", "b\r\nC: d"), std::logic_error);
      EXPECT_THROW(response.header("Transfer-Encoding", "x"), std::logic_error);
      response.flush();
      EXPECT_THROW(response.status(200), std::logic_error);
      EXPECT_THROW(response.header("A", "b"), std::logic_error);
    });
  };
  serve({}, prepare, [](const SocketAddress &address, Server &) {
    const std::string end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(ask(address, "GET /pieces" + end),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
              "Connection: close\r\n\r\n"
              "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n");
    EXPECT_EQ(ask(address, "GET /pieces HTTP/1.0\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none two");
    EXPECT_EQ(ask(address, "HEAD /pieces" + end),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
              "Connection: close\r\n\r\n");
    const std::string known = ask(address, "GET /known" + end);
    EXPECT_THAT(known, HasSubstr("\r\nContent-Length: 40000\r\n"));
    EXPECT_THAT(known, EndsWith("\r\n\r\n" + std::string(40000, 'k')));
    EXPECT_THAT(ask(address, "GET /short HTTP/1.1\r\nHost: x\r\n\r\n"),
                EndsWith("\r\n\r\nless"));
    EXPECT_EQ(ask(address, "GET /none" + end),
              "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
}

TEST(HttpServer, StopLetsRequestsFinish) {
  Channel<char> inside, go;
  auto prepare = [&](Server &server) {
    server.handle("/wait",
                  [&](const Request &request, ResponseWriter &response) {
                    inside.send('i');
                    go.receive();
                    EXPECT_FALSE(request.context().cancelled());
                    response.write("done");
                  });
  };
  serve({}, prepare, [&](const SocketAddress &address, Server &server) {
    TcpStream idle = TcpStream::connect(address);
    TcpStream busy = TcpStream::connect(address);
    busy.write_all("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    inside.receive();
    WaitGroup stopping;
    Event stopped;
    stopping.spawn([&] {
      server.stop();
      stopped.set();
    });
    EXPECT_EQ(read_all(idle), "");
    EXPECT_FALSE(stopped.is_set());
    go.send('g');
    const std::string answer = read_all(busy);
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, EndsWith("done"));
    stopping.wait();
    EXPECT_THROW((void)TcpStream::connect(address), std::system_error);
  });
}

TEST(HttpServer, StopInHasteEndsTheRequestsContexts) {
  Channel<char> inside;
  auto prepare = [&](Server &server) {
    server.handle("/wait", [&](const Request &request, ResponseWriter &) {
      inside.send('i');
      request.context().done().wait();
    });
  };
  serve({}, prepare, [&](const SocketAddress &address, Server &server) {
    TcpStream busy = TcpStream::connect(address);
    busy.write_all("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    inside.receive();
    ScopedContext soon = with_timeout(background(), 5ms);
    EXPECT_FALSE(server.stop(soon));
    EXPECT_TRUE(server.stop(background()));
  });
}

TEST(HttpServer, ClientsThatGoDoNoHarm) {
  std::atomic<int> cut = 0, told = 0;
  ServerOptions options;
  options.on_error = [&](const Request &, std::exception_ptr) { ++told; };
  auto prepare = [&](Server &server) {
    hello(server);
    server.handle("/upload", [&](const Request &request, ResponseWriter &) {
      try {
        (void)request.body();
      } catch (const Error &error) {
        EXPECT_EQ(error.status(), 400);
        ++cut;
        throw;
      }
    });
    server.handle("/flood", [&](const Request &, ResponseWriter &response) {
      for (;;)
        response.write(std::string(100'000, 'x'));
    });
  };
  serve(options, prepare, [&](const SocketAddress &address, Server &) {
    for (int i = 0; i < 10; ++i) {
      TcpStream::connect(address).write_all("GET /hel");
      TcpStream::connect(address).write_all(
          "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
      TcpStream flood = TcpStream::connect(address);
      flood.write_all("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
      std::array<char, 1000> some;
      EXPECT_GT(flood.read(some), 0u);
    }
    EXPECT_THAT(ask(address, "GET /hello HTTP/1.0\r\n\r\n"),
                EndsWith("hello\n"));
    while (cut < 10)
      sleep_for(1ms);
  });
  EXPECT_EQ(told, 0) << "that is nobody's fault";
}

TEST(HttpServer, WhoDoesNotReadIsCutOff) {
  std::atomic<bool> cut = false;
  auto prepare = [&](Server &server) {
    server.handle("/flood", [&](const Request &, ResponseWriter &response) {
      try {
        for (;;)
          response.write(std::string(100'000, 'x'));
      } catch (const std::system_error &error) {
        EXPECT_EQ(error.code(), std::errc::timed_out);
        cut = true;
        throw;
      }
    });
    server.handle("/late", [](const Request &, ResponseWriter &response) {
      sleep_for(60ms);
      response.write("still there");
    });
  };
  serve({.write_timeout = 30ms}, prepare,
        [&](const SocketAddress &address, Server &) {
          TcpStream stream = TcpStream::connect(address);
          stream.write_all("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
          while (!cut)
            sleep_for(1ms);
          EXPECT_THAT(ask(address, "GET /late HTTP/1.0\r\n\r\n"),
                      EndsWith("still there"));
        });
}

TEST(HttpServer, ConnectionsAreLimited) {
  std::atomic<int> now = 0, most = 0;
  auto prepare = [&](Server &server) {
    server.handle("/", [&](const Request &, ResponseWriter &) {
      most = std::max(most.load(), ++now);
      for (int i = 0; i < 50; ++i)
        yield();
      --now;
    });
  };
  serve({.max_connections = 2}, prepare,
        [](const SocketAddress &address, Server &) {
          WaitGroup group;
          for (int i = 0; i < 10; ++i)
            group.spawn([&] {
              EXPECT_THAT(ask(address, "GET / HTTP/1.0\r\n\r\n"),
                          StartsWith("HTTP/1.1 200 "));
            });
          group.wait();
        });
  EXPECT_GE(most, 1);
  EXPECT_LE(most, 2);
}

std::string shell(const std::string &command) {
  return blocking([&] {
    std::FILE *pipe = ::popen((command + " 2>&1").c_str(), "re");
    std::string said;
    std::array<char, 4096> part;
    while (std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
      said.append(part.data(), size);
    ::pclose(pipe);
    return said;
  });
}

TEST(HttpServer, CurlUnderstandsIt) {
  if (shell("command -v curl").empty())
    GTEST_SKIP() << "curl is not installed";
  auto prepare = [](Server &server) {
    hello(server);
    echo(server);
  };
  serve({}, prepare, [](const SocketAddress &address, Server &) {
    const std::string url = " http://" + address.to_string();
    const std::string curl = "curl -sS --max-time 240 ";
    EXPECT_EQ(shell(curl + url + "/hello"), "hello\n");
    EXPECT_EQ(shell(curl + "--http1.0" + url + "/hello"), "hello\n");
    EXPECT_THAT(shell(curl + "-I" + url + "/hello"),
                HasSubstr("Content-Length: 6\r\n"));
    // The second on the same connection.
    EXPECT_EQ(
        shell(curl + url + "/hello" + url + "/hello -w '%{num_connects}'"),
        "hello\n1hello\n0");
    const std::string make = "head -c 3000000 /dev/zero | tr '\\0' x | ";
    const std::string count = " | wc -c";
    EXPECT_EQ(shell(make + curl + "--data-binary @-" + url + "/echo" + count),
              "3000000\n");
    EXPECT_EQ(shell(make + curl + "-T - -X POST" + url + "/echo" + count),
              "3000000\n");
    EXPECT_EQ(shell(curl + "-o /dev/null -w '%{http_code}'" + url + "/no"),
              "404");
  });
}

} // namespace
} // namespace heddle::http
