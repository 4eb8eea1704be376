// RUN: %check_rewrite %s capacity

//--- before.cpp
#include "heddle/channel.h"

#include <memory>

struct Pipeline {
  heddle::Channel<int> in;
  heddle::Channel<int> out{4};
};

void make() {
  heddle::Channel<int> plain;
  heddle::Channel<int> zero(0);
  auto assigned = heddle::Channel<int>();
  auto owned = std::make_unique<heddle::Channel<int>>();
  plain.send(1);
  zero.send(1);
  assigned.send(1);
  owned->send(1);
}
//--- after.cpp
#include "heddle/channel.h"

#include <memory>

struct Pipeline {
  heddle::Channel<int> in;
  heddle::Channel<int> out{4};
};

void make() {
  heddle::Channel<int> plain(64);
  heddle::Channel<int> zero(64);
  auto assigned = heddle::Channel<int>();
  auto owned = std::make_unique<heddle::Channel<int>>(64);
  plain.send(1);
  zero.send(1);
  assigned.send(1);
  owned->send(1);
}
