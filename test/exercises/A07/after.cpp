// Account statements: each request asks a backend and formats what it says.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

namespace {

struct Account {
  std::uint64_t id;
  std::uint64_t cents;
};

Account fetch_account(std::uint64_t id) {
  heddle::sleep_for(1ms); // the round trip to the backend
  return {id, id * 7919 % 1'000'000};
}

std::string statement(const Account &account) {
  std::string text = "account " + std::to_string(account.id) + ": ";
  text += std::to_string(account.cents / 100);
  text += '.';
  text += std::to_string(account.cents % 100);
  return text;
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::size_t> bytes = 0;

    exercise::Router router;
    router.handle("/statement", [&](const exercise::Request &request) {
      Account account = fetch_account(request.id);
      bytes.fetch_add(statement(account).size(), std::memory_order_relaxed);
    });
    router.serve("/statement", 5'000, 200);

    std::printf("%zu bytes of statements\n", bytes.load());
    return 0;
  });
}
