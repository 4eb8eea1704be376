#include "unit_runner.h"

#include "cache.h"
#include "edited_files.h"
#include "paths.h"
#include "system_bodies.h"

#include "framework/check.h"
#include "framework/llvm_versions.h"

#include "clang-tidy/ClangTidy.h"
#include "clang-tidy/ClangTidyDiagnosticConsumer.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "clang/Tooling/ArgumentsAdjusters.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace clang;
using namespace clang::tidy;
using namespace clang::tooling;
using namespace llvm;

namespace heddle::tool {
namespace {

class OneUnit final : public CompilationDatabase {
public:
  explicit OneUnit(const Unit &unit) : unit(unit) {}
  std::vector<CompileCommand> getCompileCommands(StringRef) const override {
    return unit.commands;
  }

private:
  const Unit &unit;
};

class LintAction final : public ASTFrontendAction {
public:
  LintAction(ClangTidyASTConsumerFactory &checks, StringMap<Dependency> &read)
      : checks(checks), read(read) {}

private:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &compiler,
                                                 StringRef file) override {
    std::vector<std::unique_ptr<ASTConsumer>> consumers;
    consumers.push_back(checks.createASTConsumer(compiler, file));
    consumers.push_back(withoutSystemBodies());
    return std::make_unique<MultiplexConsumer>(std::move(consumers));
  }

  void EndSourceFileAction() override {
    SourceManager &sources = getCompilerInstance().getSourceManager();
    for (unsigned i = 1; i < sources.local_sloc_entry_size(); ++i) {
      const SrcMgr::SLocEntry &entry = sources.getLocalSLocEntry(i);
      if (!entry.isFile() ||
          SrcMgr::isSystem(entry.getFile().getFileCharacteristic()))
        continue;
      const SrcMgr::ContentCache &content = entry.getFile().getContentCache();
      std::optional<StringRef> text = content.getBufferDataIfLoaded();
      if (content.OrigEntry && text)
        read.try_emplace(content.OrigEntry->getFileEntry().tryGetRealPathName(),
                         Dependency{"", xxh3_64bits(*text)});
    }
  }

  ClangTidyASTConsumerFactory &checks;
  StringMap<Dependency> &read;
};

class LintActions final : public FrontendActionFactory {
public:
  LintActions(ClangTidyContext &context,
              IntrusiveRefCntPtr<vfs::OverlayFileSystem> files)
      : checks(context, std::move(files)) {}

  StringMap<Dependency> read;

private:
  std::unique_ptr<FrontendAction> create() override {
    return std::make_unique<LintAction>(checks, read);
  }

  bool runInvocation(std::shared_ptr<CompilerInvocation> invocation,
                     FileManager *files,
                     std::shared_ptr<PCHContainerOperations> containers,
                     DiagnosticConsumer *consumer) override {
    // clang-tidy defines __clang_analyzer__, so code may look at it.
    invocation->getPreprocessorOpts().SetUpStaticAnalyzer = true;
    invocation->getFrontendOpts().SkipFunctionBodies = true;
    return FrontendActionFactory::runInvocation(
        std::move(invocation), files, std::move(containers), consumer);
  }

  ClangTidyASTConsumerFactory checks;
};

/// A warning that the project's build makes an error is still only a warning
/// here: the unit is understood in spite of it.
CommandLineArguments withoutWerror(const CommandLineArguments &arguments,
                                   StringRef) {
  CommandLineArguments result;
  for (StringRef argument : arguments) {
    if (argument == "-Werror" || argument == "-pedantic-errors")
      continue;
    if (argument.consume_front("-Werror="))
      result.push_back(("-W" + argument).str());
    else
      result.push_back(argument.str());
  }
  return result;
}

CommandLineArguments withResourceDirectory(CommandLineArguments arguments,
                                           StringRef) {
  if (none_of(arguments, [](StringRef argument) {
        return argument.starts_with("-resource-dir") ||
               argument.starts_with("--resource-dir");
      }))
    arguments.insert(arguments.begin() + 1,
                     "-resource-dir=" HEDDLE_CLANG_RESOURCE_DIR);
  return arguments;
}

/// What `ExtraArgs`, `ExtraArgsBefore` and `RemovedArgs` of a `.clang-tidy`
/// make of a command.
ArgumentsAdjuster configuredArguments(ClangTidyContext &context) {
  return [&context](CommandLineArguments arguments, StringRef file) {
    ClangTidyOptions options = context.getOptionsForFile(file);
    std::vector<std::string> removed = checks::removedArguments(options);
    llvm::erase_if(arguments, [&](const std::string &argument) {
      return is_contained(removed, argument);
    });
    if (options.ExtraArgsBefore)
      arguments.insert(arguments.begin() + !arguments.empty(),
                       options.ExtraArgsBefore->begin(),
                       options.ExtraArgsBefore->end());
    if (options.ExtraArgs)
      llvm::append_range(arguments, *options.ExtraArgs);
    return arguments;
  };
}

class ResultBuilder {
public:
  explicit ResultBuilder(const Configuration &configuration)
      : configuration(configuration) {}

  UnitResult take(const std::vector<ClangTidyError> &errors) && {
    for (const ClangTidyError &error : errors)
      add(error);
    return std::move(result);
  }

private:
  void add(const ClangTidyError &error) {
    directory = error.BuildDirectory;
    if (!StringRef(error.DiagnosticName).starts_with("heddle-")) {
      if (error.DiagLevel == ClangTidyError::Error || isConfiguration(error))
        addProblem(error);
      return;
    }
    Finding finding;
    finding.check = error.DiagnosticName;
    finding.isError =
        error.IsWarningAsError || error.DiagLevel == ClangTidyError::Error;
    finding.message = message(error.Message);
    addFix(finding, error.Message, /*safe=*/true);
    for (const DiagnosticMessage &note : error.Notes) {
      if (note.Fix.empty())
        finding.notes.push_back(message(note));
      else
        addFix(finding, note, /*safe=*/false);
    }
    result.findings.push_back(std::move(finding));
  }

  static bool isConfiguration(const ClangTidyError &error) {
    return error.DiagnosticName == "clang-tidy-config" ||
           error.DiagnosticName == "clang-tidy-nolint";
  }

  void addProblem(const ClangTidyError &error) {
    Problem problem;
    problem.kind = isConfiguration(error) ? "configuration" : "parse";
    problem.message = message(error.Message);
    if (error.DiagnosticName == "clang-tidy-config") {
      if (StringRef(problem.message.text)
              .starts_with("unknown option 'heddle-"))
        return; // The configuration has told it, with the place.
      problem.message.where = configuration.placeOf(problem.message.text);
    }
    for (const DiagnosticMessage &note : error.Notes)
      problem.notes.push_back(message(note));
    result.problems.push_back(std::move(problem));
  }

  Message message(const DiagnosticMessage &from) const {
    Message to;
    to.text = from.Message;
    if (!from.FilePath.empty())
      to.where = {realPath(from.FilePath, directory), from.FileOffset, 0};
    for (const FileByteRange &range : from.Ranges)
      to.ranges.push_back({realPath(range.FilePath, directory),
                           range.FileOffset, range.Length});
    return to;
  }

  void addFix(Finding &finding, const DiagnosticMessage &from,
              bool safe) const {
    Fix fix{safe, safe ? "" : from.Message, {}};
    for (const auto &[path, replacements] : from.Fix)
      for (const Replacement &edit : replacements)
        fix.edits.push_back({{realPath(edit.getFilePath(), directory),
                              edit.getOffset(), edit.getLength()},
                             edit.getReplacementText().str()});
    llvm::sort(fix.edits,
               [](const Edit &a, const Edit &b) { return a.key() < b.key(); });
    if (!fix.edits.empty())
      finding.fixes.push_back(std::move(fix));
  }

  const Configuration &configuration;
  StringRef directory;
  UnitResult result;
};

} // namespace

UnitResult lintUnit(const Request &request) {
  const Unit &unit = request.unit;
  checks::setFixPolicy(checks::FixPolicy::Alone);
  checks::setProjectRoot(request.root);
  auto recorder = makeIntrusiveRefCnt<InputRecorder>(
      withEditedFiles(vfs::createPhysicalFileSystem(), *request.edited,
                      request.absent),
      request.root);
  auto files = makeIntrusiveRefCnt<vfs::OverlayFileSystem>(recorder);
  auto provider = std::make_unique<Configuration>(request.selection, files);
  Configuration &configuration = *provider;
  ClangTidyContext context(std::move(provider));

  OneUnit database(unit);
  ClangTool tool(database, {unit.file},
                 std::make_shared<PCHContainerOperations>(), files);
  tool.setPrintErrorMessage(false);
  tool.appendArgumentsAdjuster(configuredArguments(context));
  tool.appendArgumentsAdjuster(getStripPluginsAdjuster());
  tool.appendArgumentsAdjuster(withoutWerror);
  tool.appendArgumentsAdjuster(withResourceDirectory);

  // Conflicts between fixes are for the fixer, which sees all units.
  ClangTidyDiagnosticConsumer consumer(context, nullptr,
                                       /*RemoveIncompatibleErrors=*/false);
  checks::TidyEngine engine(context, consumer);
  tool.setDiagnosticConsumer(&consumer);

  LintActions actions(context, files);
  int status = tool.run(&actions);
  UnitResult result = ResultBuilder(configuration).take(consumer.take());
  for (const Configuration::Mistake &mistake : configuration.mistakes())
    result.problems.push_back(
        {"configuration", {mistake.text, mistake.where, {}}, {}, ""});
  if (status != 0 && result.problems.empty())
    result.problems.push_back(
        {"parse", {"clang could not run its command", {}, {}}, {}, ""});

  StringRef directory =
      unit.commands.empty() ? StringRef() : unit.commands.front().Directory;
  StringSet<> seen;
  for (auto &[path, dependency] : actions.read) {
    std::string file = realPath(path, directory);
    if (seen.insert(file).second)
      result.dependencies.push_back({file, dependency.hash});
  }
  if (!request.cache.empty() && result.problems.empty())
    Cache(request.cache).store(request, recorder->inputs(), result);
  return result;
}

json::Value toJSON(const Request &request) {
  json::Array commands, edited;
  for (const CompileCommand &command : request.unit.commands)
    commands.push_back(json::Object{{"directory", command.Directory},
                                    {"file", command.Filename},
                                    {"arguments", command.CommandLine},
                                    {"output", command.Output}});
  for (const auto &[file, text] : *request.edited)
    edited.push_back(json::Array{file, encodeBytes(text)});
  return json::Object{
      {"file", request.unit.file},      {"commands", std::move(commands)},
      {"selection", request.selection}, {"root", request.root},
      {"edited", std::move(edited)},    {"absent", request.absent},
      {"cache", request.cache},         {"cacheKey", request.cacheKey}};
}

bool fromJSON(const json::Value &value, Request &request, json::Path path) {
  json::ObjectMapper map(value, path);
  if (!map || !map.map("file", request.unit.file) ||
      !map.map("selection", request.selection) ||
      !map.map("root", request.root) || !map.map("absent", request.absent) ||
      !map.map("cache", request.cache) ||
      !map.map("cacheKey", request.cacheKey))
    return false;
  const json::Object &object = *value.getAsObject();
  const json::Array *commands = object.getArray("commands");
  const json::Array *edited = object.getArray("edited");
  if (!commands || !edited)
    return false;
  for (const json::Value &entry : *commands) {
    json::ObjectMapper fields(entry, path);
    CompileCommand command;
    if (!fields || !fields.map("directory", command.Directory) ||
        !fields.map("file", command.Filename) ||
        !fields.map("arguments", command.CommandLine) ||
        !fields.map("output", command.Output))
      return false;
    request.unit.commands.push_back(std::move(command));
  }
  auto contents = std::make_shared<Contents>();
  for (const json::Value &entry : *edited) {
    std::vector<std::string> pair;
    if (!json::fromJSON(entry, pair, path) || pair.size() != 2)
      return false;
    std::optional<std::string> text = decodeBytes(pair[1]);
    if (!text)
      return false;
    contents->insert_or_assign(pair[0], std::move(*text));
  }
  request.edited = std::move(contents);
  return true;
}

} // namespace heddle::tool
