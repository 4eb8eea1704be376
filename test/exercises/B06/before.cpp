// A bank: requests move money between accounts, which one task owns.
#include "../router.h"

#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <unordered_map>

namespace {

struct Transfer {
  std::uint64_t from, to, amount;
  heddle::Channel<bool> *done;
};

class Bank {
public:
  Bank() {
    owner_.spawn([this] { own(); });
  }

  ~Bank() {
    transfers_.close();
    owner_.wait();
  }

  void transfer(std::uint64_t from, std::uint64_t to, std::uint64_t amount) {
    heddle::Channel<bool> done(1);
    transfers_.send({from, to, amount, &done});
    done.receive();
  }

  std::uint64_t balance(std::uint64_t account) { return balances_[account]; }

private:
  void own() {
    for (Transfer transfer : transfers_) {
      balances_[transfer.from] -= transfer.amount;
      balances_[transfer.to] += transfer.amount;
      transfer.done->send(true);
    }
  }

  heddle::Channel<Transfer> transfers_;
  heddle::WaitGroup owner_;
  std::unordered_map<std::uint64_t, std::uint64_t> balances_;
};

constexpr std::uint64_t accounts = 1'000;

} // namespace

int main() {
  return heddle::run([] {
    Bank bank;
    exercise::Router router;
    router.handle("/transfer", [&](const exercise::Request &request) {
      for (std::uint64_t part = 0; part < 20; ++part)
        bank.transfer(request.id % accounts, (request.id + part) % accounts,
                      request.id * part % 97);
    });
    router.serve("/transfer", 200'000, 16);

    std::uint64_t sum = 0;
    for (std::uint64_t account = 0; account < accounts; ++account)
      sum += account * bank.balance(account);
    std::printf("checksum %llu\n", static_cast<unsigned long long>(sum));
    return 0;
  });
}
