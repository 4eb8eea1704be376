#pragma once

#include "task/stack.h"

#include <cstddef>
#include <string>
#include <vector>

namespace heddle::detail {

/// The return addresses on a stack that does not run, innermost first; at most
/// `most`.
std::vector<void *> backtrace(const Stack &stack, std::size_t most);

/// The function that a return address is in, and where to look it up:
/// "serve(Request&) (server+0x1a2b)". Names come from the symbol table of the
/// program or library, as far as it has one.
std::string describe_address(void *address);

/// Whether that is the runtime's own machinery, which tells its user nothing.
bool is_machinery(const std::string &described) noexcept;

} // namespace heddle::detail
