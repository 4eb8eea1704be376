// RUN: %check_rewrite %s invoke-all

//--- before.cpp
#include "heddle/parallel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

int left(int);
int right(int);

int both(int number) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.spawn([&a, number] { a = left(number); });
  group.spawn([&b, number] { b = right(number); });
  group.wait();
  return a + b;
}

int counted(int number) {
  int a = 0, b = 0;
  heddle::WaitGroup group;
  group.add(2);
  heddle::spawn([&] {
    a = left(number);
    group.done();
  });
  heddle::spawn([&] {
    b = right(number);
    group.done();
  });
  group.wait();
  return a + b;
}

int three(int number) {
  int a = 0, b = 0, c = 0;
  heddle::WaitGroup group;
  group.spawn([&] { a = left(number); });
  // The other side.
  group.spawn([&] { b = right(number); });
  group.spawn([&] { c = right(-number); });
  group.wait();
  return a + b + c;
}
//--- after.cpp
#include "heddle/parallel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

int left(int);
int right(int);

int both(int number) {
  int a = 0, b = 0;
  heddle::invoke_all([&a, number] { a = left(number); },
                     [&b, number] { b = right(number); });
  return a + b;
}

int counted(int number) {
  int a = 0, b = 0;
  heddle::invoke_all(
      [&] {
        a = left(number);
      },
      [&] {
        b = right(number);
      });
  return a + b;
}

int three(int number) {
  int a = 0, b = 0, c = 0;
  heddle::invoke_all([&] { a = left(number); },
                     // The other side.
                     [&] { b = right(number); },
                     [&] { c = right(-number); });
  return a + b + c;
}
