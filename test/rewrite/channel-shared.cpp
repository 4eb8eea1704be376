// RUN: %check_rewrite %s shared-channel

//--- before.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"

int compute(int);

int first() {
  heddle::Channel<int> answers;
  for (int i = 0; i < 3; ++i)
    heddle::spawn([&answers, i] { answers.send(compute(i)); });
  return *answers.receive();
}
//--- after.cpp
#include "heddle/channel.h"
#include "heddle/spawn.h"

int compute(int);

int first() {
  auto answers = heddle::make_channel<int>(64);
  for (int i = 0; i < 3; ++i)
    heddle::spawn([answers, i] { answers->send(compute(i)); });
  return *answers->receive();
}
