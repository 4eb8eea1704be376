// Which code runs because of a request or an event.
#pragma once

#include "analysis/callables.h"

#include <optional>

namespace heddle::checks {

struct HandlerPath {
  /// The call that registers the handler.
  const Call *registration;
  const Function *handler;
  /// From the handler down to the code; empty if it is there.
  llvm::SmallVector<const Call *, 4> calls;
};

/// `fn` is a handler, or runs before one returns.
std::optional<HandlerPath> handlerPath(Unit &unit, const Function &fn);

} // namespace heddle::checks
