// RUN: %check_rewrite %s lazy

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <memory>

struct Table {
  explicit Table(int);
  int rows() const;
};

class Store {
public:
  Table &table() {
    if (!table_)
      table_ = std::make_unique<Table>(size_);
    return *table_;
  }

private:
  int size_ = 3;
  std::unique_ptr<Table> table_;
};

void use() {
  Store store;
  heddle::WaitGroup group;
  for (int i = 0; i < 100; ++i)
    group.spawn([&store] { (void)store.table().rows(); });
  group.wait();
}
//--- after.cpp
#include "heddle/once.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <memory>

struct Table {
  explicit Table(int);
  int rows() const;
};

class Store {
public:
  Table &table() {
    return *table_;
  }

private:
  int size_ = 3;
  heddle::Lazy<Table> table_{[this] { return Table(size_); }};
};

void use() {
  Store store;
  heddle::WaitGroup group;
  for (int i = 0; i < 100; ++i)
    group.spawn([&store] { (void)store.table().rows(); });
  group.wait();
}
