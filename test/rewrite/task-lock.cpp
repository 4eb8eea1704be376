// RUN: %check_rewrite %s task-lock

//--- before.cpp
#include "heddle/channel.h"

#include <mutex>
#include <shared_mutex>

namespace {

std::mutex mutex;
std::shared_mutex shared;
std::mutex native;
int count = 0;

void guarded(heddle::Channel<int> &out) {
  std::lock_guard<std::mutex> lock(mutex);
  out.send(count);
}

void reader(heddle::Channel<int> &out) {
  std::shared_lock lock(shared);
  out.send(count);
}

// Nobody but a thread's lock has a handle.
void handle(heddle::Channel<int> &out) {
  std::lock_guard lock(native);
  (void)native.native_handle();
  out.send(count);
}

} // namespace

void use(heddle::Channel<int> &out) {
  guarded(out);
  reader(out);
  handle(out);
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/mutex.h"

#include <mutex>
#include <shared_mutex>

namespace {

heddle::Mutex mutex;
heddle::SharedMutex shared;
std::mutex native;
int count = 0;

void guarded(heddle::Channel<int> &out) {
  std::lock_guard<heddle::Mutex> lock(mutex);
  out.send(count);
}

void reader(heddle::Channel<int> &out) {
  std::shared_lock lock(shared);
  out.send(count);
}

// Nobody but a thread's lock has a handle.
void handle(heddle::Channel<int> &out) {
  std::lock_guard lock(native);
  (void)native.native_handle();
  out.send(count);
}

} // namespace

void use(heddle::Channel<int> &out) {
  guarded(out);
  reader(out);
  handle(out);
}
