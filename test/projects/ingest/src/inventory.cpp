#include "inventory.h"
#include "posix.h"

#include <algorithm>
#include <mutex>

namespace ingest {

std::string_view Inventory::region_of(std::string_view host) {
  const std::lock_guard lock(mutex_);
  if (const auto known = regions_.find(host); known != regions_.end())
    return known->second;
  std::string region = look_up(host);
  return regions_.emplace(host, std::move(region)).first->second;
}

std::size_t Inventory::known_hosts() {
  const std::lock_guard lock(mutex_);
  return regions_.size();
}

// A host that is not known yet may have been added since: read the file again.
std::string Inventory::look_up(std::string_view host) const {
  const std::string text =
      heddle::blocking([this] { return read_file(path_); });
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos && line.substr(0, space) == host)
      return std::string(line.substr(space + 1));
  }
  return "unknown";
}

} // namespace ingest
