#include "heddle/unix.h"

#include "heddle/future.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <unistd.h>

namespace heddle {
namespace {

std::string path_of_test() {
  return testing::TempDir() + "heddle-unix-" + std::to_string(getpid());
}

void echo(UnixStream stream) {
  char buffer[64];
  while (std::size_t count = stream.read(buffer))
    stream.write_all({buffer, count});
}

TEST(Unix, AnEchoComesBack) {
  run([] {
    for (const std::string &path :
         {path_of_test(), "@heddle-" + std::to_string(getpid())}) {
      UnixListener listener = UnixListener::bind(path);
      auto server = async([&] { listener.serve(echo); });
      WaitGroup clients;
      for (int i = 0; i < 10; ++i)
        clients.spawn([&] {
          UnixStream client = UnixStream::connect(path);
          client.write_all("hello");
          char buffer[64];
          EXPECT_EQ(std::string(buffer, client.read(buffer)), "hello");
        });
      clients.wait();
      listener.close();
      server.get();
      EXPECT_NE(access(path.c_str(), F_OK), 0);
      EXPECT_THROW((void)UnixStream::connect(path), std::system_error);
    }
  });
}

TEST(Unix, APairIsConnected) {
  run([] {
    auto [one, other] = UnixStream::pair();
    auto answer = async([&other = other] { echo(std::move(other)); });
    one.write_all("ping");
    char buffer[64];
    EXPECT_EQ(std::string(buffer, one.read(buffer)), "ping");
    one.close();
    answer.get();
  });
}

TEST(Unix, APathThatIsTakenOrTooLongIsRefused) {
  run([] {
    const std::string path = path_of_test();
    UnixListener listener = UnixListener::bind(path);
    try {
      (void)UnixListener::bind(path);
      ADD_FAILURE() << "bound twice";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::address_in_use);
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
    }
    EXPECT_EQ(access(path.c_str(), F_OK), 0);
    EXPECT_THROW((void)UnixListener::bind(std::string(200, 'x')),
                 std::system_error);
    EXPECT_THROW((void)UnixListener::bind(""), std::system_error);
  });
}

} // namespace
} // namespace heddle
