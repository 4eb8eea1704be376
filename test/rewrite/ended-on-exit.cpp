// RUN: %check_rewrite %s ended-on-exit

//--- before.cpp
#include "heddle/context.h"

void use(const heddle::Context &context);

void parts(const heddle::Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  use(context);
}

void nested(const heddle::Context &parent, bool once) {
  if (once) {
    auto [context, cancel] = heddle::with_cancel(parent);
    use(context);
  }
}
//--- after.cpp
#include "heddle/context.h"

void use(const heddle::Context &context);

void parts(const heddle::Context &parent) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::CancelOnExit cancel_on_exit(cancel);
  use(context);
}

void nested(const heddle::Context &parent, bool once) {
  if (once) {
    auto [context, cancel] = heddle::with_cancel(parent);
    heddle::CancelOnExit cancel_on_exit(cancel);
    use(context);
  }
}
