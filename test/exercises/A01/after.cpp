// Prices a day's orders.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct Order {
  std::uint32_t product;
  std::uint32_t quantity;
  std::uint64_t cents;
};

std::uint64_t unit_price(std::uint32_t product) {
  std::uint64_t state = product;
  for (int round = 0; round < 16; ++round)
    state = state * 6364136223846793005u + 1442695040888963407u;
  return 100 + (state >> 33) % 9900;
}

void price(Order &order) {
  std::uint64_t cents = unit_price(order.product) * order.quantity;
  order.cents = order.quantity >= 10 ? cents * 95 / 100 : cents;
}

void price_all(std::vector<Order> &orders) {
  heddle::parallel_for(orders, [](Order &order) {
    price(order);
  });
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<Order> orders;
    orders.reserve(1'000'000);
    for (std::uint32_t i = 0; i < 1'000'000; ++i)
      orders.push_back({.product = i % 5000, .quantity = i % 17, .cents = 0});

    price_all(orders);

    std::uint64_t revenue = 0;
    for (const Order &order : orders)
      revenue += order.cents;
    std::printf("%zu orders, %llu cents\n", orders.size(),
                static_cast<unsigned long long>(revenue));
    return 0;
  });
}
