#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/detail/descriptor.h"
#include "heddle/pipe.h"

#include <csignal>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace heddle {

/// Another program that runs as a child of this one.
///
/// A task that waits for it holds no thread. The child gets the three standard
/// descriptors and, where the C library can see to it, no other; default signal
/// handlers; and no blocked signals.
/// Errors: std::system_error, with the program's name.
/// Lifetime: a process that was not waited for when its object goes is killed,
/// and leaves no zombie.
///
/// Example: test/runtime/process_test.cpp, "AFilterReadsAndWrites".
class Process {
public:
  /// What one of the child's standard descriptors is.
  enum class Stdio {
    inherit, ///< this program's
    pipe,    ///< a pipe to here: input(), output() or error_output()
    null,    ///< nothing
    output,  ///< for errors: what the output is
  };

  struct Options {
    /// Of the form "NAME=value"; empty: this program's.
    std::optional<std::vector<std::string>> environment = std::nullopt;
    /// Where it starts; empty: where this program is.
    std::string directory = {};
    Stdio input = Stdio::inherit;
    Stdio output = Stdio::inherit;
    Stdio error_output = Stdio::inherit;
  };

  /// How a process has ended.
  struct Status {
    int exit_code = 0; ///< where it ended by itself
    int signal = 0;    ///< where a signal ended it
    [[nodiscard]] bool success() const noexcept {
      return exit_code == 0 && signal == 0;
    }
  };

  /// Starts `program`, looked for in PATH if it has no '/', with `arguments`
  /// after its name.
  [[nodiscard]] static Process
  spawn(const std::string &program, const std::vector<std::string> &arguments,
        const Options &options) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
  [[nodiscard]] static Process
  spawn(const std::string &program,
        const std::vector<std::string> &arguments = {})
      HEDDLE_BLOCKS HEDDLE_HANDS_OFF {
    return spawn(program, arguments, Options{});
  }

  Process(Process &&other) noexcept = default;
  Process &operator=(Process &&other) noexcept HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
  ~Process() HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// How it has ended, waiting until it has. Close or read its pipes first if
  /// it may wait for that. May be asked again, by one task at a time.
  Status wait() HEDDLE_SUSPENDS;
  Status wait(const Context &context) HEDDLE_SUSPENDS;

  /// Sends it a signal. Does nothing once it has ended.
  void kill(int signal = SIGKILL);

  /// What the system knows it by.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Our ends of its pipes. Requires: asked for in the options; else they
  /// refuse everything.
  PipeWriter &input() noexcept { return input_; }
  PipeReader &output() noexcept { return output_; }
  PipeReader &error_output() noexcept { return error_output_; }

private:
  Process() noexcept = default;

  Status wait_until(const Context *context) HEDDLE_SUSPENDS;

  pid_t pid_ = -1;
  // Becomes readable when the process ends. Empty: moved from.
  detail::Descriptor end_;
  std::optional<Status> status_;
  std::string program_;
  PipeWriter input_;
  PipeReader output_;
  PipeReader error_output_;
};

} // namespace heddle
