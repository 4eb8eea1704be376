// RUN: %check_rewrite %s pooled-run

//--- before.cpp
#include "heddle/pin.h"

#include <string>

std::string draw(int) HEDDLE_NEEDS_THREAD;
void keep(const std::string &);

void guard(int id) {
  heddle::ThreadPin pin;
  draw(id);
}

void paired(int id) {
  heddle::pin_thread();
  draw(id);
  heddle::unpin_thread();
}

// It is left in the middle.
bool early(int id) {
  heddle::ThreadPin pin;
  if (id == 0)
    return false;
  draw(id);
  return true;
}

void result(int id) {
  std::string picture;
  {
    heddle::ThreadPin pin;
    picture = draw(id);
  }
  keep(picture);
}
//--- after.cpp
#include "heddle/pin.h"

#include <string>

std::string draw(int) HEDDLE_NEEDS_THREAD;
void keep(const std::string &);

void guard(int id) {
  static heddle::PinnedPool pinned(heddle::available_procs());
  pinned.run([&] {
    draw(id);
  });
}

void paired(int id) {
  static heddle::PinnedPool pinned(heddle::available_procs());
  pinned.run([&] {
    draw(id);
  });
}

// It is left in the middle.
bool early(int id) {
  heddle::ThreadPin pin;
  if (id == 0)
    return false;
  draw(id);
  return true;
}

void result(int id) {
  std::string picture;
  {
    static heddle::PinnedPool pinned(heddle::available_procs());
    pinned.run([&] {
      picture = draw(id);
    });
  }
  keep(picture);
}
