#include "heddle/flat_map.h"

#include <gtest/gtest.h>

#include <string>

namespace heddle {
namespace {

TEST(FlatMap, IsAMap) {
  FlatMap<std::string, int> stock{{"pears", 3}};
  stock["apples"] += 2;
  ++stock["apples"];
  for (auto &[name, count] : stock)
    count *= 10;
  EXPECT_EQ(stock.at("apples"), 30);
  EXPECT_EQ(stock.find("pears")->second, 30);
  EXPECT_EQ(stock.erase("pears"), 1u);
  EXPECT_FALSE(stock.contains("pears"));
  EXPECT_EQ(stock.size(), 1u);
}

TEST(FlatMap, GrowsAndKeepsAll) {
  FlatMap<int, int> squares;
  for (int i = 0; i < 10'000; ++i)
    squares.emplace(i, i * i);
  for (int i = 0; i < 10'000; i += 7)
    EXPECT_EQ(squares.at(i), i * i);
}

} // namespace
} // namespace heddle
