#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace heddle::detail {

/// How much CPU the cgroups of a process grant, as `root` has it: "" for the
/// system, or a directory with copies of /proc/self/… and /sys/fs/cgroup/….
class CpuQuota {
public:
  explicit CpuQuota(std::string root = "") : root_(std::move(root)) {}

  /// The smallest quota of the cgroup and its ancestors, in CPUs; none:
  /// unlimited.
  std::optional<double> cpus() const;
  /// The smallest memory limit, in bytes.
  std::optional<std::uint64_t> memory() const;
  /// Periods in which the quota ran out.
  std::uint64_t throttled_periods() const;

private:
  std::string root_;
};

/// available_procs() for a given root and number of CPUs in the affinity mask.
unsigned available_procs(const CpuQuota &quota, unsigned affinity);

} // namespace heddle::detail
