// What is ours in clangd. The linker calls each function here in place of the
// one that it is named for (`--wrap` in CMakeLists.txt), which stays in reach.
// Of clangd's own types only the names are needed.
#include "messages.h"
#include "preamble.h"

#include "framework/enabled.h"

#include "clang-tidy/ClangTidyOptions.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>
#include <string>

#define WRAPPER(SYMBOL) asm("__wrap_" SYMBOL)
#define WRAPPED(SYMBOL) asm("__real_" SYMBOL)

namespace clang::clangd {
struct CodeAction;
struct PublishDiagnosticsParams;
} // namespace clang::clangd

namespace heddle::tool {

using namespace clang;
using namespace llvm;

#define VERSION "_ZN5clang6clangd13versionStringB5cxx11Ev"
std::string clangdVersion() WRAPPED(VERSION);
std::string version() WRAPPER(VERSION);

std::string version() {
  return clangdVersion() + " with heddle " HEDDLE_VERSION;
}

// Left to itself, clangd runs only checks that it has measured.
#define IS_FAST "_ZN5clang6clangd15isFastTidyCheckEN4llvm9StringRefE"
std::optional<bool> isFastOther(StringRef check) WRAPPED(IS_FAST);
std::optional<bool> isFast(StringRef check) WRAPPER(IS_FAST);

std::optional<bool> isFast(StringRef check) {
  return checks::findCheck(check) ? true : isFastOther(check);
}

// What `.clang-tidy` and `.clangd` say, or clangd's own defaults.
#define OPTIONS                                                                \
  "_ZN5clang6clangd21getTidyOptionsForFileEN4llvm12function_refIFvRNS_4tidy16" \
  "ClangTidyOptionsENS1_9StringRefEEEES6_"
using Provider = function_ref<void(tidy::ClangTidyOptions &, StringRef)>;
tidy::ClangTidyOptions configured(Provider, StringRef file) WRAPPED(OPTIONS);
tidy::ClangTidyOptions withOurChecks(Provider, StringRef file) WRAPPER(OPTIONS);

tidy::ClangTidyOptions withOurChecks(Provider provider, StringRef file) {
  tidy::ClangTidyOptions options = configured(provider, file);
  options.Checks = checks::enabledChecks(options.Checks.value_or(""));
  return options;
}

#define BUILD_PREAMBLE                                                         \
  "_ZN5clang19PrecompiledPreamble5BuildERKNS_18CompilerInvocationEPKN4llvm12"  \
  "MemoryBufferENS_14PreambleBoundsENS4_18IntrusiveRefCntPtrINS_17Diagnostics" \
  "EngineEEENS9_INS4_3vfs10FileSystemEEESt10shared_ptrINS_22PCHContainer"      \
  "OperationsEEbNS4_9StringRefERNS_17PreambleCallbacksE"
#define PREAMBLE_PARAMETERS                                                    \
  const CompilerInvocation &invocation, const MemoryBuffer *text,              \
      PreambleBounds bounds, IntrusiveRefCntPtr<DiagnosticsEngine> engine,     \
      IntrusiveRefCntPtr<vfs::FileSystem> files,                               \
      std::shared_ptr<PCHContainerOperations> containers, bool inMemory,       \
      StringRef path, PreambleCallbacks &callbacks
ErrorOr<PrecompiledPreamble> buildAsClangd(PREAMBLE_PARAMETERS)
    WRAPPED(BUILD_PREAMBLE);
ErrorOr<PrecompiledPreamble> buildPreamble(PREAMBLE_PARAMETERS)
    WRAPPER(BUILD_PREAMBLE);

ErrorOr<PrecompiledPreamble> buildPreamble(PREAMBLE_PARAMETERS) {
  WholeHeaders whole(callbacks);
  return buildAsClangd(invocation, text, bounds, std::move(engine),
                       std::move(files), std::move(containers), inMemory, path,
                       whole);
}

#define ACTION_JSON "_ZN5clang6clangd6toJSONERKNS0_10CodeActionE"
json::Value clangdJSON(const clangd::CodeAction &) WRAPPED(ACTION_JSON);
json::Value toJSON(const clangd::CodeAction &) WRAPPER(ACTION_JSON);

json::Value toJSON(const clangd::CodeAction &action) {
  json::Value json = clangdJSON(action);
  refineCodeAction(*json.getAsObject());
  return json;
}

#define PUBLISH_JSON "_ZN5clang6clangd6toJSONERKNS0_24PublishDiagnosticsParamsE"
using Diagnostics = clangd::PublishDiagnosticsParams;
json::Value clangdJSON(const Diagnostics &) WRAPPED(PUBLISH_JSON);
json::Value toJSON(const Diagnostics &) WRAPPER(PUBLISH_JSON);

json::Value toJSON(const Diagnostics &diagnostics) {
  json::Value json = clangdJSON(diagnostics);
  for (json::Value &each : *json.getAsObject()->getArray("diagnostics"))
    refineDiagnostic(*each.getAsObject());
  return json;
}

} // namespace heddle::tool
