/// What differs between the versions of LLVM that the checks build with.
#pragma once

#include "clang-tidy/ClangTidyDiagnosticConsumer.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "llvm/Config/llvm-config.h"

#include <string>
#include <vector>

#if LLVM_VERSION_MAJOR < 22
#include "clang-tidy/ClangTidyModuleRegistry.h"
#endif

namespace heddle::checks {

/// Takes what checks say in `context` to `consumer`.
class TidyEngine {
public:
#if LLVM_VERSION_MAJOR >= 21
  TidyEngine(clang::tidy::ClangTidyContext &context,
             clang::DiagnosticConsumer &consumer)
      : options(std::make_unique<clang::DiagnosticOptions>()),
        engine(clang::DiagnosticIDs::create(), *options, &consumer,
               /*ShouldOwnClient=*/false) {
    context.setDiagnosticsEngine(std::move(options), &engine);
  }

private:
  std::unique_ptr<clang::DiagnosticOptions> options;
#else
  TidyEngine(clang::tidy::ClangTidyContext &context,
             clang::DiagnosticConsumer &consumer)
      : engine(new clang::DiagnosticIDs, new clang::DiagnosticOptions,
               &consumer, /*ShouldOwnClient=*/false) {
    context.setDiagnosticsEngine(&engine);
  }

private:
#endif
  clang::DiagnosticsEngine engine;
};

/// What `RemovedArgs` takes from a unit's command; LLVM 19 knows no such key.
template <class Options>
std::vector<std::string> removedArguments(const Options &options) {
  if constexpr (requires { options.RemovedArgs; })
    if (options.RemovedArgs)
      return *options.RemovedArgs;
  return {};
}

} // namespace heddle::checks
