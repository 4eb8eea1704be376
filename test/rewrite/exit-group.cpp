// RUN: %check_rewrite %s exit-group

//--- before.cpp
#include "heddle/runtime.h"
#include "heddle/spawn.h"

void flush(int);
void serve();

int main() {
  heddle::run([] {
    heddle::spawn([] { flush(1); });
    serve();
    heddle::spawn([] { flush(2); });
    serve();
  });
}
//--- after.cpp
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/task_group.h"

void flush(int);
void serve();

int main() {
  heddle::run([] {
    heddle::TaskGroup tasks;
    tasks.spawn([] { flush(1); });
    serve();
    tasks.spawn([] { flush(2); });
    serve();
    tasks.wait();
  });
}
