// Adds up the columns of a ledger, in one task beside one that serves queries.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

namespace {

using Column = std::vector<std::int64_t>;

class Ledger {
public:
  explicit Ledger(std::size_t rows) : debits_(rows), credits_(rows) {
    std::iota(debits_.begin(), debits_.end(), 1);
    std::iota(credits_.rbegin(), credits_.rend(), 1);
  }

  std::int64_t balance() const { return sum(credits_) - sum(debits_); }
  std::int64_t turnover() const { return sum(credits_) + sum(debits_); }

private:
  static std::int64_t sum(const Column &column) {
    std::int64_t total = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      total += column[row];
    }
    return total;
  }

  Column debits_, credits_;
};

} // namespace

int main() {
  return heddle::run([] {
    const Ledger ledger(4'000'000);

    heddle::Channel<int> queries(16);
    heddle::Future<int> answered = heddle::async([&] {
      int count = 0;
      while (queries.receive())
        ++count;
      return count;
    });
    for (int query = 0; query < 1000; ++query)
      queries.send(query);
    const std::int64_t balance = ledger.balance();
    const std::int64_t turnover = ledger.turnover();
    queries.close();

    std::printf("balance %lld, turnover %lld, %d queries\n",
                static_cast<long long>(balance),
                static_cast<long long>(turnover), answered.get());
    return 0;
  });
}
