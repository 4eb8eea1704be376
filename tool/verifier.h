#pragma once

#include "command.h"

#include <optional>

namespace heddle::tool {

/// A command of the project's own that tells whether the sources on the disk
/// are right, as its build or its tests.
class Verifier {
public:
  /// What `--verify` asks for; nothing where parsing is enough.
  static std::optional<Verifier> make(const Arguments &arguments);

  /// Runs the command in the current directory. Why it fails, with the last it
  /// says; nothing if it succeeds.
  std::optional<std::string> whyFails() const;

private:
  explicit Verifier(std::string command) : command(std::move(command)) {}

  std::string command;
};

/// While there is one, an interrupt is noted and does not end the program; a
/// second one does.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  static bool wasInterrupted();
};

} // namespace heddle::tool
