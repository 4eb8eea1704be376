/// A group that is written by hand, as a TaskGroup.
#pragma once

#include "analysis/error_group.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Declares the group of `group` as a TaskGroup and takes out what keeps the
/// first exception, the lock around that, and the context that is ended then.
/// Fails where the tasks do more about an exception, or these are used for
/// something else.
Edits asTaskGroup(Unit &unit, const Source &source, const ErrorGroup &group);

} // namespace heddle::checks
