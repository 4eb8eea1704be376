// RUN: %check_rewrite %s remove

//--- before.cpp
void gone();
int gone(int);
int counted();
void kept();
bool ready();

void alone() {
  kept();
  gone();
  kept();
}

void withItsComment() {
  kept();

  // Says why it is here,
  // at length.
  gone(); // And here.

  kept();
}

void commentOfAnother() {
  kept(); // Stays.
  gone();
  // Of what follows.
  kept();
}

void branch(bool known) {
  kept();
  if (known)
    gone();
  if (known) {
    gone();
  }
  if (ready())
    gone();
  if (ready()) {
    gone();
  }
  if (ready()) {
    gone();
    kept();
  }
  kept();
}

void otherBranch() {
  if (ready())
    kept();
  else
    gone();
  if (ready()) {
    kept();
  } else {
    gone();
  }
}

void result() { return gone(); }

void loopBody() {
  while (ready())
    gone();
}

void argumentWithEffect() { gone(counted()); }

int used() { return gone(1); }

#define GONE() gone()
void macro() {
  GONE();
  kept();
}

void directive() {
  kept();
#ifdef SOMETIMES
  kept();
#endif
  gone();
}

void oneLine() { gone(); kept(); }

template <class T> void instantiated(T) {
  gone();
  kept();
}
void instances() {
  instantiated(1);
  instantiated(1.0);
}
//--- after.cpp
void gone();
int gone(int);
int counted();
void kept();
bool ready();

void alone() {
  kept();
  kept();
}

void withItsComment() {
  kept();

  kept();
}

void commentOfAnother() {
  kept(); // Stays.
  // Of what follows.
  kept();
}

void branch(bool known) {
  kept();
  if (ready())
    gone();
  if (ready()) {
    gone();
  }
  if (ready()) {
    kept();
  }
  kept();
}

void otherBranch() {
  if (ready())
    kept();
  else
    gone();
  if (ready()) {
    kept();
  } else {
    gone();
  }
}

void result() { return; }

void loopBody() {
  while (ready())
    gone();
}

void argumentWithEffect() { gone(counted()); }

int used() { return gone(1); }

#define GONE() gone()
void macro() {
  GONE();
  kept();
}

void directive() {
  kept();
#ifdef SOMETIMES
  kept();
#endif
}

void oneLine() { kept(); }

template <class T> void instantiated(T) {
  kept();
}
void instances() {
  instantiated(1);
  instantiated(1.0);
}
