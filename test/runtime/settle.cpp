#include "settle.h"

#include "heddle/testing.h"

namespace heddle {

void settle() { testing::settle(); }

} // namespace heddle
