// RUN: %check_rewrite %s insert-in-body

//--- before.cpp
void anchor();
void inserted();
bool ready();

void block() {
  while (ready()) {
    anchor();
  }
}

void noBraces() {
  while (ready())
    anchor();
}

void oneLine() {
  for (;;) anchor();
}

void inABranch() {
  for (int i = 0; i < 100; ++i)
    if (ready())
      anchor();
}

void comment() {
  while (ready())
    // Of the anchor.
    anchor();
}
//--- after.cpp
void anchor();
void inserted();
bool ready();

void block() {
  while (ready()) {
    inserted();
    anchor();
  }
}

void noBraces() {
  while (ready()) {
    inserted();
    anchor();
  }
}

void oneLine() {
  for (;;) anchor();
}

void inABranch() {
  for (int i = 0; i < 100; ++i) {
    inserted();
    if (ready())
      anchor();
  }
}

void comment() {
  while (ready())
    // Of the anchor.
    anchor();
}
