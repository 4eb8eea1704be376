// Which types are channels, and which stand for one.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// An object of `type` is a channel: its methods send, receive and close.
bool isChannel(Unit &unit, clang::QualType type);
bool isChannelClass(Unit &unit, const clang::CXXRecordDecl &record);

/// A smart pointer, or a base of one in libstdc++.
bool isHandleClass(const clang::CXXRecordDecl &record);

/// A channel, a reference or pointer to one, or a handle of one.
bool denotesChannel(Unit &unit, clang::QualType type);

} // namespace heddle::checks
