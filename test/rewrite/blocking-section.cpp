// RUN: %check_rewrite %s blocking-section

//--- before.cpp
#include "heddle/annotations.h"

int load(int) HEDDLE_BLOCKS;
void use(int);

void statement() {
  load(1);
}

void branch(bool needed) {
  if (needed)
    load(1);
}

int value() { return load(1) + 1; }

void argument() { use(load(2)); }
//--- after.cpp
#include "heddle/annotations.h"
#include "heddle/foreign.h"

int load(int) HEDDLE_BLOCKS;
void use(int);

void statement() {
  heddle::blocking([&] { load(1); });
}

void branch(bool needed) {
  if (needed)
    heddle::blocking([&] { load(1); });
}

int value() { return heddle::blocking([&] { return load(1); }) + 1; }

void argument() { use(heddle::blocking([&] { return load(2); })); }
