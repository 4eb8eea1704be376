/// Tickers for what gives ticks without one.
#pragma once

#include "analysis/loops.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Paces the rounds of `loop` by a ticker in place of `sleep`. Fails where that
/// is no statement of its own, or its length is not known before the loop.
Edits pacedByTicker(Unit &unit, const Source &source, const Loop &loop,
                    const Call &sleep);

/// Makes a ticker for `ticks`, a call of `tick(d)`, before `loop` over it.
Edits tickerBefore(Unit &unit, const Source &source, const Call &ticks,
                   const clang::CXXForRangeStmt &loop);

/// Makes `variable`, a reference to what `ticks` returns, a ticker.
Edits asTicker(Unit &unit, const Source &source, const Call &ticks,
               const clang::VarDecl *variable);

} // namespace heddle::checks
