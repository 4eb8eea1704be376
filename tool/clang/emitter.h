#pragma once

#include "clang-tidy/ClangTidyDiagnosticConsumer.h"
#include "clang/Basic/Diagnostic.h"

#include "check_selection.h"

namespace heddle::tool {

/// Hands what clang-tidy has collected to the compiler, which shows it as its
/// own.
class Emitter {
public:
  /// Findings of a tier up to `failOn` are errors.
  Emitter(clang::DiagnosticsEngine &engine, std::optional<checks::Tier> failOn)
      : engine(engine), sources(engine.getSourceManager()), failOn(failOn) {}

  void emit(const clang::tidy::ClangTidyError &finding);
  void emit(const Configuration::Mistake &mistake);

private:
  void report(unsigned id, const clang::tooling::DiagnosticMessage &message,
              llvm::StringRef label);
  clang::SourceLocation locate(llvm::StringRef file, unsigned offset);

  clang::DiagnosticsEngine &engine;
  clang::SourceManager &sources;
  std::optional<checks::Tier> failOn;
};

} // namespace heddle::tool
