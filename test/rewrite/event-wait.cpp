// RUN: %check_rewrite %s event-wait

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/time.h"

#include <atomic>
#include <chrono>

namespace {

class Server {
public:
  void start() {
    ready = true;
  }

  void await() {
    while (!ready)
      heddle::yield();
  }

  bool is_ready() const { return ready; }

private:
  std::atomic<bool> ready = false;
};

// It is taken back.
class Door {
public:
  void open() { isOpen = true; }
  void close() { isOpen = false; }
  void await() {
    while (!isOpen)
      heddle::sleep_for(std::chrono::milliseconds(1));
  }

private:
  std::atomic<bool> isOpen = false;
};

} // namespace

bool use() {
  Server server;
  heddle::spawn([&] { server.start(); });
  server.await();
  Door door;
  door.open();
  door.await();
  door.close();
  return server.is_ready();
}
//--- after.cpp
#include "heddle/event.h"
#include "heddle/spawn.h"
#include "heddle/time.h"

#include <atomic>
#include <chrono>

namespace {

class Server {
public:
  void start() {
    ready.set();
  }

  void await() {
    ready.wait();
  }

  bool is_ready() const { return ready.is_set(); }

private:
  heddle::Event ready;
};

// It is taken back.
class Door {
public:
  void open() { isOpen.set(); }
  void close() { isOpen.reset(); }
  void await() {
    isOpen.wait();
  }

private:
  heddle::Event isOpen;
};

} // namespace

bool use() {
  Server server;
  heddle::spawn([&] { server.start(); });
  server.await();
  Door door;
  door.open();
  door.await();
  door.close();
  return server.is_ready();
}
