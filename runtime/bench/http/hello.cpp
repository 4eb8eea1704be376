// The server that http/run.py loads beside Go's: says hello, on as many
// processors as its argument. It prints its address, and serves until its
// standard input ends.
#include "heddle/foreign.h"
#include "heddle/http_server.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"

#include <cstdio>
#include <cstdlib>

using namespace heddle;

int main(int, char **arguments) {
  run(
      [] {
        http::Server server;
        server.handle(
            "GET /", [](const http::Request &, http::ResponseWriter &response) {
              response.header("Content-Type", "text/plain");
              response.write("hello, world\n");
            });
        TcpListener listener = TcpListener::bind({IpAddress::loopback(), 0});
        std::puts(listener.local_address().to_string().c_str());
        std::fflush(stdout);
        spawn([&] {
          blocking([] {
            while (std::getchar() != EOF)
              ;
          });
          server.stop();
        });
        server.serve(std::move(listener));
      },
      {.procs = static_cast<unsigned>(std::atoi(arguments[1]))});
}
