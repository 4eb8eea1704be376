/// Runs the programs of this directory, and others, for tests.
#pragma once

#include "task/sanitizers.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace heddle {

struct Outcome {
  int status = -1;
  std::string output;
};

inline Outcome run_command(const std::string &command) {
  Outcome outcome;
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe)
    return outcome;
  std::array<char, 4096> part;
  while (std::size_t count = std::fread(part.data(), 1, part.size(), pipe))
    outcome.output.append(part.data(), count);
  int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return outcome;
}

inline std::string program(const std::string &name) {
  return HEDDLE_TEST_PROGRAMS "/heddle_test_" + name;
}

/// Why a test cannot do with a sanitizer; null: there is none.
inline constexpr const char *sanitizer =
#if defined(HEDDLE_ASAN) || defined(HEDDLE_TSAN)
    "a sanitizer watches this program already";
#else
    nullptr;
#endif

} // namespace heddle
