// RUN: %check_rewrite %s local-static

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

struct Table {
  explicit Table(int);
  int rows() const;
};
int parameter();

Table &pointer() {
  static Table *table = nullptr;
  if (!table)
    table = new Table(parameter());
  return *table;
}

// The argument is the caller's.
Table &ofArgument(int size) {
  static Table *table = nullptr;
  if (!table)
    table = new Table(size);
  return *table;
}

void use() {
  heddle::WaitGroup group;
  for (int i = 0; i < 100; ++i)
    group.spawn([] { (void)(pointer().rows() + ofArgument(2).rows()); });
  group.wait();
}
//--- after.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

struct Table {
  explicit Table(int);
  int rows() const;
};
int parameter();

Table &pointer() {
  static Table *table = new Table(parameter());
  return *table;
}

// The argument is the caller's.
Table &ofArgument(int size) {
  static Table *table = new Table(size);
  return *table;
}

void use() {
  heddle::WaitGroup group;
  for (int i = 0; i < 100; ++i)
    group.spawn([] { (void)(pointer().rows() + ofArgument(2).rows()); });
  group.wait();
}
