// Loops that nothing ends and nothing interrupts.
#pragma once

#include "analysis/loops.h"

namespace heddle::checks {

/// Once entered, `loop` goes on for ever and keeps its processor: nothing in it
/// leaves it, and nothing that it runs waits, yields, throws, ends the program
/// or is not in view.
bool neverPauses(Unit &unit, const Loop &loop);

/// `loop` is endless and nothing in it leaves it: no break, return, goto, throw
/// or call that does not return.
bool neverEnds(Unit &unit, const Loop &loop);

/// `loop` goes on for ever, or until a flag or a context ends it: not once per
/// item.
bool goesOn(Unit &unit, const Loop &loop);

} // namespace heddle::checks
