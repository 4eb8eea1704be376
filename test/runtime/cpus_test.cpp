#include "sched/cpus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace heddle::detail {
namespace {

namespace fs = std::filesystem;

// A directory that looks like a system's /proc and /sys.
class Cpus : public testing::Test {
protected:
  Cpus() {
    std::string name =
        (fs::temp_directory_path() / "heddle-cpus-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~Cpus() override { fs::remove_all(root_); }

  void write(const std::string &path, std::string_view text) const {
    fs::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text;
  }
  unsigned available(unsigned affinity) const {
    return available_procs(CgroupLimits(root_), affinity);
  }
  void unified(std::string_view group) const {
    write("/proc/self/cgroup", "0::" + std::string(group) + "\n");
    write("/proc/self/mountinfo",
          "29 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n");
  }
  void version_1(std::string_view group) const {
    write("/proc/self/cgroup",
          "3:memory:/x\n2:cpu,cpuacct:" + std::string(group) + "\n0::/\n");
    write("/proc/self/mountinfo",
          "30 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
          "rw,cpu,cpuacct\n"
          "31 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  }

  std::string root_;
};

TEST_F(Cpus, WithoutQuotaAffinityCounts) {
  EXPECT_EQ(available(8), 8u);
  EXPECT_EQ(available(0), 1u);
  unified("/");
  EXPECT_EQ(available(8), 8u);
  write("/sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(available(8), 8u);
}

TEST_F(Cpus, RoundsDownButNotToZero) {
  unified("/");
  write("/sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_EQ(available(8), 2u);
  EXPECT_EQ(available(1), 1u);
  write("/sys/fs/cgroup/cpu.max", "20000 100000\n");
  EXPECT_EQ(available(8), 1u);
}

TEST_F(Cpus, AncestorsCount) {
  unified("/a/b/c");
  write("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  write("/sys/fs/cgroup/a/b/cpu.max", "600000 100000\n");
  write("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
  EXPECT_EQ(available(8), 3u);
}

TEST_F(Cpus, Version1) {
  version_1("/a/b");
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "400000\n");
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.stat",
        "nr_periods 9\nnr_throttled 4\nthrottled_time 1\n");
  EXPECT_EQ(available(8), 4u);
  write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "250000\n");
  EXPECT_EQ(available(8), 2u);
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.stat",
        "nr_periods 9\nnr_throttled 3\nthrottled_time 1\n");
  EXPECT_EQ(CgroupLimits(root_).throttled_periods(), 7u);
}

TEST_F(Cpus, ContainerSeesOnlyItsPart) {
  write("/proc/self/cgroup", "0::/docker/abc\n");
  write("/proc/self/mountinfo", "29 23 0:26 /docker/abc /sys/fs/cgroup rw - "
                                "cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  write("/sys/fs/cgroup/memory.max", "1000000\n");
  EXPECT_EQ(available(8), 1u);
  EXPECT_EQ(CgroupLimits(root_).memory(), 1'000'000u);
}

} // namespace
} // namespace heddle::detail
