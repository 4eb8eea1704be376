// RUN: %check_rewrite %s task-local

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/time.h"

#include <string>

namespace {

thread_local int depth = 0;
static thread_local std::string user;

void enter() {
  ++depth;
  heddle::sleep_for(heddle::Duration(1));
  --depth;
}

std::size_t greet(const std::string &name) {
  user = name;
  return user.size();
}

} // namespace

// Others may use it.
extern thread_local int visible;
thread_local int visible = 0;

int use() {
  heddle::spawn([] { enter(); });
  ++visible;
  return depth + int(greet("a"));
}
//--- after.cpp
#include "heddle/spawn.h"
#include "heddle/task_local.h"
#include "heddle/time.h"

#include <string>

namespace {

heddle::TaskLocal<int> depth;
static heddle::TaskLocal<std::string> user;

void enter() {
  ++*depth;
  heddle::sleep_for(heddle::Duration(1));
  --*depth;
}

std::size_t greet(const std::string &name) {
  *user = name;
  return user->size();
}

} // namespace

// Others may use it.
extern thread_local int visible;
thread_local int visible = 0;

int use() {
  heddle::spawn([] { enter(); });
  ++visible;
  return *depth + int(greet("a"));
}
