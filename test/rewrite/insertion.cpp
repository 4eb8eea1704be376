// RUN: %check_rewrite %s insert

//--- before.cpp
void anchor();
void inserted();
bool ready();

void plain() {
  int before = 0;
  anchor();
  (void)before;
}

void withComment() {
  // Of the anchor.
  anchor();
}

void	tabs() {
	anchor();
}

void nested() {
  if (ready()) {
    anchor();
  }
}

void noBlock() {
  if (ready())
    anchor();
}

#define ANCHOR anchor()
void macro() { ANCHOR; }

void lastOfAFile() {
      anchor(); }
//--- after.cpp
void anchor();
void inserted();
bool ready();

void plain() {
  int before = 0;
  inserted();
  anchor();
  (void)before;
}

void withComment() {
  inserted();
  // Of the anchor.
  anchor();
}

void	tabs() {
	inserted();
	anchor();
}

void nested() {
  if (ready()) {
    inserted();
    anchor();
  }
}

void noBlock() {
  if (ready())
    anchor();
}

#define ANCHOR anchor()
void macro() { inserted(); ANCHOR; }

void lastOfAFile() {
      inserted();
      anchor(); }
