#include "sched/cpus.h"

#include "heddle/runtime.h"
#include "memory/collector.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <sched.h>
#include <sstream>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace heddle::detail {
namespace {

std::string read(const std::string &path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number that a file starts with; 0: none.
std::uint64_t number(const std::string &path) {
  std::uint64_t value = 0;
  std::istringstream(read(path)) >> value;
  return value;
}

// The value of `key` in a file of keys and values; 0: none.
std::uint64_t entry(const std::string &path, std::string_view key) {
  std::istringstream words(read(path));
  std::string word;
  for (std::uint64_t value; words >> word >> value;)
    if (word == key)
      return value;
  return 0;
}

std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string> &list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// In mountinfo, blanks and backslashes are octal.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 +
                                 (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// A hierarchy of cgroups as it is mounted, and the process's place in it.
struct Hierarchy {
  bool unified = false;
  std::string mount; // where its files are
  std::string path;  // from there to the process's cgroup; "" or "/a/b"
};

// The hierarchy with `controller`: version 1 if that has it, else the unified.
std::optional<Hierarchy> find_hierarchy(const std::string &root,
                                        std::string_view controller) {
  std::string v1_path, v2_path;
  bool has_v1 = false, has_v2 = false;
  for (const std::string &line :
       split(read(root + "/proc/self/cgroup"), '\n')) {
    // id:controllers:path
    std::size_t a = line.find(':'), b = line.find(':', a + 1);
    if (a == std::string::npos || b == std::string::npos)
      continue;
    std::string controllers = line.substr(a + 1, b - a - 1);
    if (controllers.empty()) {
      has_v2 = true;
      v2_path = line.substr(b + 1);
    } else if (contains(split(controllers, ','), controller)) {
      has_v1 = true;
      v1_path = line.substr(b + 1);
    }
  }
  std::optional<Hierarchy> found;
  for (const std::string &line :
       split(read(root + "/proc/self/mountinfo"), '\n')) {
    std::vector<std::string> fields = split(line, ' ');
    auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 6 || fields.end() - dash < 4)
      continue;
    bool unified = dash[1] == "cgroup2";
    bool v1 = dash[1] == "cgroup" && contains(split(dash[3], ','), controller);
    if (!(v1 && has_v1) && !(unified && has_v2 && (!found || found->unified)))
      continue;
    // The mount may show only a part of the hierarchy, from its own root on.
    std::string shown = unescape(fields[3]);
    std::string path = unified ? v2_path : v1_path;
    if (shown != "/" && path.starts_with(shown))
      path.erase(0, shown.size());
    else if (shown != "/" || path == "/" || path.starts_with("/.."))
      path.clear();
    found = Hierarchy{unified, root + unescape(fields[4]), path};
    if (!unified)
      break;
  }
  return found;
}

// Calls `visit(directory)` for the process's cgroup and all its ancestors.
void for_each_level(const Hierarchy &hierarchy,
                    const std::function<void(const std::string &)> &visit) {
  std::string path = hierarchy.path;
  for (;;) {
    visit(hierarchy.mount + path);
    std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
      return;
    path.erase(slash);
  }
}

// The smallest that `read_limit` finds in the files of any level.
template <class T, class F>
std::optional<T> smallest(const std::string &root, std::string_view controller,
                          F &&read_limit) {
  std::optional<T> found;
  if (std::optional<Hierarchy> hierarchy = find_hierarchy(root, controller))
    for_each_level(*hierarchy, [&](const std::string &directory) {
      std::optional<T> limit = read_limit(directory, hierarchy->unified);
      if (limit && (!found || *limit < *found))
        found = limit;
    });
  return found;
}

} // namespace

constinit const char *CgroupLimits::default_root = "";

std::optional<double> CgroupLimits::cpus() const {
  return smallest<double>(
      root_, "cpu",
      [](const std::string &directory, bool unified) -> std::optional<double> {
        double quota = 0, period = 0;
        if (unified) {
          std::istringstream(read(directory + "/cpu.max")) >> quota >> period;
        } else {
          std::istringstream(read(directory + "/cpu.cfs_quota_us")) >> quota;
          std::istringstream(read(directory + "/cpu.cfs_period_us")) >> period;
        }
        if (quota > 0 && period > 0)
          return quota / period;
        return {};
      });
}

std::optional<std::uint64_t> CgroupLimits::memory() const {
  // Version 1 says "no limit" by a number close to the largest.
  constexpr std::uint64_t unlimited = std::uint64_t{1} << 60;
  return smallest<std::uint64_t>(
      root_, "memory",
      [](const std::string &directory,
         bool unified) -> std::optional<std::uint64_t> {
        std::uint64_t limit = number(
            directory + (unified ? "/memory.max" : "/memory.limit_in_bytes"));
        if (limit > 0 && limit < unlimited)
          return limit;
        return {};
      });
}

std::optional<std::uint64_t> CgroupLimits::threads() const {
  return smallest<std::uint64_t>(
      root_, "pids",
      [](const std::string &directory, bool) -> std::optional<std::uint64_t> {
        std::uint64_t limit = number(directory + "/pids.max");
        if (limit == 0)
          return {};
        std::uint64_t used = number(directory + "/pids.current");
        return limit - std::min(used, limit);
      });
}

std::uint64_t CgroupLimits::throttled_periods() const {
  std::uint64_t periods = 0;
  if (std::optional<Hierarchy> hierarchy = find_hierarchy(root_, "cpu"))
    for_each_level(*hierarchy, [&](const std::string &directory) {
      periods += entry(directory + "/cpu.stat", "nr_throttled");
    });
  return periods;
}

unsigned available_procs(const CgroupLimits &limits, unsigned affinity) {
  unsigned count = std::max(affinity, 1u);
  if (std::optional<double> cpus = limits.cpus(); cpus && *cpus < count)
    count = std::max(1u, static_cast<unsigned>(std::floor(*cpus)));
  return count;
}

void warn_of_missing_limits(const Options &options) {
  CgroupLimits limits;
  std::optional<double> cpus = limits.cpus();
  std::optional<std::uint64_t> memory = limits.memory();
  std::ostringstream text;
  if (cpus && options.procs > std::max(*cpus, 1.0))
    text
        << "heddle: " << options.procs << " processors for " << *cpus
        << " CPUs that the cgroup grants: the system will stop all of them for "
           "a part of each period; see heddle::available_procs\n";
  if ((cpus || memory) && memory_limit() == 0) {
    text << "heddle: the cgroup grants ";
    if (cpus)
      text << *cpus << " CPUs" << (memory ? " and " : "");
    if (memory)
      text << (*memory >> 20) << " MiB";
    text << ", and the runtime has no memory limit; see "
            "heddle::Options::for_container\n";
  }
  // Once, and not at each of a thousand starts.
  static std::size_t told = 0;
  std::size_t hash = std::hash<std::string>()(text.str());
  if (std::exchange(told, hash) != hash)
    std::fputs(text.str().c_str(), stderr);
}

} // namespace heddle::detail

namespace heddle {
namespace {

unsigned affinity() noexcept {
  // The mask of a machine with more CPUs than cpu_set_t has needs a larger set.
  for (int cpus = CPU_SETSIZE; cpus <= 1 << 16; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC(cpus);
    if (!set)
      break;
    std::size_t size = CPU_ALLOC_SIZE(cpus);
    int count =
        sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0)
      return static_cast<unsigned>(count);
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

} // namespace

unsigned available_procs() noexcept {
  try {
    return detail::available_procs(detail::CgroupLimits(), affinity());
  } catch (...) {
    return affinity();
  }
}

Options Options::for_container() {
  Options options;
  detail::CgroupLimits limits;
  std::uint64_t memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  memory = std::min(memory, limits.memory().value_or(memory));
  options.memory_limit = static_cast<std::size_t>(memory / 10 * 9);
  // The other half is left to the program's own threads and processes.
  if (std::optional<std::uint64_t> threads = limits.threads())
    options.max_threads = static_cast<unsigned>(std::clamp<std::uint64_t>(
        *threads / 2, 2 * available_procs(), options.max_threads));
  return options;
}

} // namespace heddle
