#pragma once

#include <cstdint>
#include <string>

namespace ingest {

struct Settings {
  std::string input;     ///< a log file; none if empty
  std::string inventory; ///< see Inventory
  std::string output;    ///< an existing directory
  std::uint16_t port = 0;
  unsigned connections = 0; ///< to serve on `port` before the end
};

/// Takes in all lines from the file and the connections; leaves in the output
/// directory `report.txt`, the errors of each service, alerts and metrics.
void ingest(const Settings &settings);

} // namespace ingest
