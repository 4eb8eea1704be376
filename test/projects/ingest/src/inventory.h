#pragma once

#include <heddle/heddle.h>

#include <map>
#include <string>
#include <string_view>

namespace ingest {

/// Tells where each host stands, from a file of `host region` lines that
/// operators extend while the service runs.
class Inventory {
public:
  explicit Inventory(std::string path) : path_(std::move(path)) {}

  /// The region of `host`, or "unknown". Stays valid as long as the inventory.
  std::string_view region_of(std::string_view host);
  std::size_t known_hosts();

private:
  std::string look_up(std::string_view host) const;

  const std::string path_;
  heddle::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> regions_;
};

} // namespace ingest
