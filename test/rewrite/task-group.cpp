// RUN: %check_rewrite %s task-group

//--- before.cpp
#include "heddle/context.h"
#include "heddle/mutex.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <exception>
#include <mutex>
#include <vector>

void load(const heddle::Context &context, int id);

void loadAll(const heddle::Context &parent, const std::vector<int> &ids) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::exception_ptr first;
  for (int id : ids)
    group.spawn([&, id] {
      try {
        load(context, id);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!first) {
          first = std::current_exception();
          cancel();
        }
      }
    });
  group.wait();
  if (first)
    std::rethrow_exception(first);
}
//--- after.cpp
#include "heddle/context.h"
#include "heddle/mutex.h"
#include "heddle/spawn.h"
#include "heddle/task_group.h"
#include "heddle/wait_group.h"

#include <exception>
#include <mutex>
#include <vector>

void load(const heddle::Context &context, int id);

void loadAll(const heddle::Context &parent, const std::vector<int> &ids) {
  heddle::TaskGroup group(parent);
  for (int id : ids)
    group.spawn([&, id](const heddle::Context &context) {
      load(context, id);
    });
  group.wait();
}
