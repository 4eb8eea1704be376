// RUN: %check_rewrite %s include

//--- before.cpp
// What the file is.

#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <vector>

void needs(const char *);
void has();

void use() {
  needs("heddle/parallel.h");
  needs("heddle/timer.h");
  needs("heddle/timer.h");
  needs("heddle/wait_group.h");
  needs("algorithm");
}
//--- after.cpp
// What the file is.

#include "heddle/parallel.h"
#include "heddle/spawn.h"
#include "heddle/timer.h"
#include "heddle/wait_group.h"

#include <algorithm>
#include <vector>

void needs(const char *);
void has();

void use() {
  has();
  has();
  has();
  has();
  has();
}
