// RUN: %check_rewrite %s counter

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

bool isGood(int);

long count(const std::vector<int> &items) {
  heddle::Channel<int> hits(100);
  long total = 0;
  heddle::WaitGroup counter;
  counter.spawn([&] {
    for (int hit : hits)
      total += hit;
  });
  heddle::WaitGroup workers;
  for (int item : items)
    workers.spawn([&hits, item] {
      if (isGood(item))
        hits.send(1);
    });
  workers.wait();
  hits.close();
  counter.wait();
  return total;
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/counter.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

bool isGood(int);

long count(const std::vector<int> &items) {
  heddle::Counter hits;
  long total = 0;
  heddle::WaitGroup workers;
  for (int item : items)
    workers.spawn([&hits, item] {
      if (isGood(item))
        hits.increment();
    });
  workers.wait();
  total += hits.value();
  return total;
}
