#pragma once

#include "finding.h"

#include <map>

namespace heddle::tool {

/// Puts the findings of units together: what an earlier unit has told is not
/// told again. Units that want different fixes in one place get none.
class Merger {
public:
  void add(const std::vector<Finding> &unit);

  /// In order of place.
  std::vector<Finding> take();

private:
  using Key = std::tuple<std::string, std::string, unsigned>;

  std::vector<Finding> merged;
  std::map<Key, size_t> first;
};

} // namespace heddle::tool
