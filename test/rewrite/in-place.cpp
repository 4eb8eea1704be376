// RUN: %check_rewrite %s in-place

//--- before.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);
bool ready();

void detached(int number) {
  heddle::spawn([number] { use(number); });
}

void several(int number) {
  heddle::spawn([number] {
    use(number);
    use(number + 1);
  });
}

void function() { heddle::spawn([] { use(1); }); }

void counted(int number) {
  heddle::WaitGroup group;
  group.spawn([number] { use(number); });
  group.wait();
}

// It ends early.
void early(int number) {
  heddle::spawn([number] {
    if (!ready())
      return;
    use(number);
  });
  use(0);
}

// Its own variable would meet the spawner's.
void names(int number) {
  heddle::spawn([number] {
    int twice = 2 * number;
    use(twice);
  });
  int twice = 0;
  use(twice);
}
//--- after.cpp
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

void use(int);
bool ready();

void detached(int number) {
  use(number);
}

void several(int number) {
  use(number);
  use(number + 1);
}

void function() { use(1); }

void counted(int number) {
  use(number);
}

// It ends early.
void early(int number) {
  heddle::spawn([number] {
    if (!ready())
      return;
    use(number);
  });
  use(0);
}

// Its own variable would meet the spawner's.
void names(int number) {
  {
    int twice = 2 * number;
    use(twice);
  }
  int twice = 0;
  use(twice);
}
