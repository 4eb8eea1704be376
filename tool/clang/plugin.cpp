#include "command.h"
#include "emitter.h"

#include "framework/llvm_versions.h"

#include "clang-tidy/ClangTidy.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Frontend/MultiplexConsumer.h"

using namespace clang;
using namespace clang::tidy;
using llvm::StringRef;

namespace heddle::tool {
namespace {

/// clang-tidy, with the compiler's AST.
struct Tidy {
  explicit Tidy(std::unique_ptr<Configuration> provider)
      : configuration(*provider), context(std::move(provider)),
        consumer(context, nullptr, /*RemoveIncompatibleErrors=*/false),
        engine(context, consumer) {}

  Configuration &configuration;
  ClangTidyContext context;
  ClangTidyDiagnosticConsumer consumer;
  checks::TidyEngine engine;
};

class LintConsumer final : public MultiplexConsumer {
public:
  LintConsumer(std::unique_ptr<Tidy> tidy,
               std::vector<std::unique_ptr<ASTConsumer>> checks,
               CompilerInstance &compiler, std::optional<checks::Tier> failOn)
      : MultiplexConsumer(std::move(checks)), tidy(std::move(tidy)),
        compiler(compiler), failOn(failOn) {}

  void HandleTranslationUnit(ASTContext &context) override {
    if (compiler.getDiagnostics().hasUncompilableErrorOccurred())
      return;
    tidy->consumer.BeginSourceFile(context.getLangOpts(),
                                   &compiler.getPreprocessor());
    MultiplexConsumer::HandleTranslationUnit(context);
    tidy->consumer.EndSourceFile();

    Emitter emitter(compiler.getDiagnostics(), failOn);
    for (const Configuration::Mistake &each : tidy->configuration.mistakes())
      emitter.emit(each);
    for (const ClangTidyError &each : tidy->consumer.take())
      emitter.emit(each);
  }

private:
  std::unique_ptr<Tidy> tidy;
  CompilerInstance &compiler;
  std::optional<checks::Tier> failOn;
};

class LintAction final : public PluginASTAction {
  /// No flag but -fplugin is needed. Before code is generated, so that none is
  /// where a finding is an error.
  ActionType getActionType() override { return AddBeforeMainAction; }

  bool ParseArgs(const CompilerInstance &compiler,
                 const std::vector<std::string> &words) override;

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &compiler,
                                                 StringRef file) override {
    if (!compiler.getLangOpts().CPlusPlus)
      return std::make_unique<ASTConsumer>();
    auto tidy = std::make_unique<Tidy>(std::make_unique<Configuration>(
        std::move(selection),
        compiler.getFileManager().getVirtualFileSystemPtr()));
    std::vector<std::unique_ptr<ASTConsumer>> checks;
    checks.push_back(ClangTidyASTConsumerFactory(tidy->context)
                         .createASTConsumer(compiler, file));
    return std::make_unique<LintConsumer>(std::move(tidy), std::move(checks),
                                          compiler, failOn);
  }

  CheckSelection selection;
  std::optional<checks::Tier> failOn;
};

/// What `-fplugin-arg-heddle-X` may say, in the words of `heddle lint`.
const Command words = {
    .name = "plugin",
    .usage = {},
    .summary = {},
    .details = {},
    .options = {{"checks", "GLOBS", "which checks run"},
                {"tier", "TIER", "the least severe tier to run",
                 "bug|cost|advice"},
                {"fail-on", "TIER",
                 "findings of this tier or a worse one are errors",
                 "bug|cost|advice|never"}},
    .run = nullptr};

bool LintAction::ParseArgs(const CompilerInstance &compiler,
                           const std::vector<std::string> &given) {
  DiagnosticsEngine &engine = compiler.getDiagnostics();
  auto refuse = [&](llvm::Error error) {
    engine.Report(engine.getCustomDiagID(DiagnosticsEngine::Error,
                                         "-fplugin-arg-heddle: %0"))
        << llvm::toString(std::move(error));
    return false;
  };
  std::vector<std::string> options;
  for (const std::string &each : given)
    options.push_back("--" + each);
  std::vector<const char *> pointers;
  for (const std::string &each : options)
    pointers.push_back(each.c_str());
  llvm::Expected<Arguments> arguments = parseArguments(words, pointers);
  if (!arguments)
    return refuse(arguments.takeError());
  llvm::Expected<CheckSelection> parsed =
      CheckSelection::parse(arguments->get("checks"), arguments->get("tier"));
  if (!parsed)
    return refuse(parsed.takeError());
  selection = std::move(*parsed);
  for (checks::Tier tier :
       {checks::Tier::Bug, checks::Tier::Cost, checks::Tier::Advice})
    if (checks::spelling(tier) == arguments->get("fail-on"))
      failOn = tier;
  return true;
}

FrontendPluginRegistry::Add<LintAction>
    registration("heddle", "finds anti-patterns of code on a task scheduler");

} // namespace
} // namespace heddle::tool
