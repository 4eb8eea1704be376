/// What the system grants the process: CPUs, memory, threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace heddle {
struct Options;
}

namespace heddle::detail {

/// What a process's cgroups grant, as `root` has it: "" for the system, or a
/// directory with copies of /proc/self/… and /sys/fs/cgroup/….
class CgroupLimits {
public:
  explicit CgroupLimits(std::string root = default_root)
      : root_(std::move(root)) {}

  /// The smallest quota of the cgroup and its ancestors, in CPUs; none:
  /// unlimited.
  std::optional<double> cpus() const;
  /// The smallest memory limit, in bytes.
  std::optional<std::uint64_t> memory() const;
  /// How many more threads may be started.
  std::optional<std::uint64_t> threads() const;
  /// Periods in which a quota ran out, added up.
  std::uint64_t throttled_periods() const;

  /// For tests of what looks at the system by itself.
  static const char *default_root;

private:
  std::string root_;
};

/// available_procs() for given limits and number of CPUs in the affinity mask.
unsigned available_procs(const CgroupLimits &limits, unsigned affinity);

/// Tells on standard error that the cgroup has limits and the runtime knows
/// none of them.
void warn_of_missing_limits(const Options &options);

} // namespace heddle::detail
