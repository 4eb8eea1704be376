// RUN: %check_rewrite %s limit-spawn

//--- before.cpp
#include "heddle/runtime.h"
#include "heddle/spawn.h"

#include <vector>

void use(int);

void detached(const std::vector<int> &numbers) {
  for (int number : numbers)
    heddle::spawn([number] { use(number); });
}

using namespace heddle;
void unqualified(const std::vector<int> &numbers) {
  for (int number : numbers) {
    spawn([number] { use(number); });
  }
}

void named(const std::vector<int> &numbers) {
  int slots = 3;
  for (int number : numbers)
    heddle::spawn([number, slots] { use(number + slots); });
}
//--- after.cpp
#include "heddle/runtime.h"
#include "heddle/semaphore.h"
#include "heddle/spawn.h"

#include <vector>

void use(int);

void detached(const std::vector<int> &numbers) {
  static heddle::Semaphore slots(2 * heddle::available_procs());
  for (int number : numbers)
    heddle::spawn_limited(slots, [number] { use(number); });
}

using namespace heddle;
void unqualified(const std::vector<int> &numbers) {
  static heddle::Semaphore slots(2 * heddle::available_procs());
  for (int number : numbers) {
    heddle::spawn_limited(slots, [number] { use(number); });
  }
}

void named(const std::vector<int> &numbers) {
  int slots = 3;
  for (int number : numbers)
    heddle::spawn([number, slots] { use(number + slots); });
}
