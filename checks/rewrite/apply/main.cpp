// Makes one rewrite wherever the facts that it needs hold in a file, whatever
// the rules think of that, and prints the file, for the tests of the rewrites:
//   heddle-apply-rewrite --rewrite=NAME FILE -- COMPILER-FLAGS
#include "analysis/cancellation.h"
#include "analysis/cancelled_loops.h"
#include "analysis/channels.h"
#include "analysis/endless.h"
#include "analysis/error_group.h"
#include "analysis/exit_joins.h"
#include "analysis/fork_join.h"
#include "analysis/guarded_integral.h"
#include "analysis/guarded_map.h"
#include "analysis/lazy_init.h"
#include "analysis/lock_regions.h"
#include "analysis/loops.h"
#include "analysis/pins.h"
#include "analysis/polling.h"
#include "analysis/shared_state.h"
#include "analysis/spawns.h"
#include "analysis/sums.h"
#include "analysis/suspends.h"
#include "rewrite/atomic_integral.h"
#include "rewrite/blocking_section.h"
#include "rewrite/captured_parts.h"
#include "rewrite/channel_counter.h"
#include "rewrite/channel_edits.h"
#include "rewrite/context_scope.h"
#include "rewrite/direct_call.h"
#include "rewrite/drain.h"
#include "rewrite/ended_loop.h"
#include "rewrite/event_wait.h"
#include "rewrite/exit_group.h"
#include "rewrite/inclusions.h"
#include "rewrite/invoke_all.h"
#include "rewrite/lazy_value.h"
#include "rewrite/limit_spawn.h"
#include "rewrite/narrow_lock.h"
#include "rewrite/narrow_pin.h"
#include "rewrite/own_stack.h"
#include "rewrite/parallel_loop.h"
#include "rewrite/pooled_run.h"
#include "rewrite/removal.h"
#include "rewrite/shared_map.h"
#include "rewrite/task_group.h"
#include "rewrite/task_local.h"
#include "rewrite/task_lock.h"
#include "rewrite/ticker.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/CommonOptionsParser.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/CommandLine.h"

#include <functional>
#include <map>

using namespace clang;
using namespace heddle::checks;

namespace {

llvm::cl::OptionCategory category("heddle-apply-rewrite options");
llvm::cl::opt<std::string> rewrite("rewrite", llvm::cl::Required,
                                   llvm::cl::cat(category),
                                   llvm::cl::desc("which rewrite to make"));

class Applier {
public:
  Applier(Unit &unit, const Source &source) : unit(unit), source(source) {}

  bool apply() {
    const std::map<std::string, std::function<void()>> rewrites = {
        // Of the statements and calls that a test names.
        {"remove",
         [&] {
           forCalls("gone", [&](const Call &call) {
             Edits all(source);
             make(removeCall(all, unit, call));
           });
         }},
        {"insert", [&] { insert(); }},
        {"insert-in-body", [&] { insertInBody(); }},
        {"include", [&] { include(); }},
        {"own-stack",
         [&] {
           forCalls("deep", [&](const Call &call) {
             make(calledOnStack(unit, source, call, 65536));
           });
         }},

        // Of what the analyses find.
        {"parallel-for", [&] { forSpawns(asParallelForOf); }},
        {"consume", [&] { forSpawns(asConsumeOf); }},
        {"captured-parts", [&] { capturedParts(); }},
        {"blocking-section",
         [&] {
           forRole(Role::Blocks, [&](const Call &call) {
             make(inBlockingSection(unit, source, call));
           });
         }},
        {"task-sleep",
         [&] {
           forCalls("sleep_for", [&](const Call &call) {
             make(asTaskSleep(unit, source, call));
           });
         }},
        {"paced-by-ticker",
         [&] {
           forRole(Role::Sleeps, [&](const Call &call) {
             if (const Loop *loop = lexicalLoop(unit, call.site))
               make(pacedByTicker(unit, source, *loop, call));
           });
         }},
        {"ended-on-exit", [&] { endedOnExits(); }},
        {"pinned-until", [&] { narrowedPins(); }},
        {"limit-spawn", [&] { forSpawns(asLimitedSpawnOf); }},
        {"in-place", [&] { forSpawns(inPlaceOf); }},
        {"direct-call", [&] { forkJoinsTo(asDirectCall); }},
        {"invoke-all", [&] { forkJoinsTo(asInvokeAll); }},
        {"exit-group", [&] { exitGroups(); }},
        {"task-group", [&] { each(errorGroups, asTaskGroup); }},
        {"local-static", [&] { each(unsynchronisedInits, asLocalStatic); }},
        {"lazy", [&] { each(unsynchronisedInits, asLazy); }},
        {"pooled-run", [&] { each(pinnedRegions, asPooledRun); }},
        {"lock-before", [&] { locks(takenBefore); }},
        {"lock-out", [&] { locks(takenOut); }},
        {"task-lock", [&] { taskLocks(); }},
        {"atomic",
         [&] {
           for (const GuardedIntegral &guarded : guardedIntegrals(unit))
             make(asAtomic(unit, source, guarded));
         }},
        {"shared-map",
         [&] {
           for (const GuardedMap &guarded : guardedMaps(unit))
             make(asSharedMap(unit, source, guarded, "heddle::ShardedMap"));
         }},
        {"task-local",
         [&] {
           for (const VarDecl *variable : unit.threadLocals())
             make(asTaskLocal(unit, source, *variable));
         }},
        {"event-wait",
         [&] { forLoops([&](const Loop &loop) { waits(loop); }); }},
        {"ended-loop", [&] { endedLoops(); }},
        {"drain",
         [&] {
           for (const CancelledLoop &loop : undrainedLoops(unit))
             make(drained(unit, source, loop));
         }},
        {"counter",
         [&] {
           for (const ChannelInfo *channel : channels(unit))
             if (auto sum = summedUp(unit, *channel))
               make(asCounter(unit, source, *channel, *sum));
         }},
        {"close-behind",
         [&] {
           for (const ChannelInfo *channel : channels(unit))
             make(closeBehind(unit, source, *channel));
         }},
        {"close-at-end",
         [&] {
           forMade([&](const ChannelInfo &, const Made &made) {
             return closeAtEnd(unit, source, made);
           });
         }},
        {"capacity",
         [&] {
           forMade([&](const ChannelInfo &, const Made &made) {
             return withCapacity(source, made, "64");
           });
         }},
        {"shared-channel",
         [&] {
           forMade([&](const ChannelInfo &channel, const Made &) {
             return asShared(unit, source, channel, "64");
           });
         }},
    };
    auto found = rewrites.find(rewrite);
    if (found == rewrites.end()) {
      llvm::errs() << "no rewrite is called '" << rewrite << "'\n";
      return false;
    }
    found->second();
    print();
    return true;
  }

private:
  using Made = ChannelInfo::Made;

  // One that would touch another's place is left out.
  void make(const Edits &edits) {
    std::vector<Change> changes = edits.changes();
    bool clashes = llvm::any_of(changes, [&](const Change &change) {
      return change.span.file != file() ||
             llvm::any_of(made, [&](const Change &other) {
               return change.span.begin == other.span.begin ||
                      (change.span.begin < other.span.end &&
                       other.span.begin < change.span.end);
             });
    });
    if (clashes)
      return;
    llvm::append_range(made, changes);
    if (!changes.empty())
      for (const auto &[where, header] : edits.includes())
        headers.insert(header);
  }

  void print() {
    for (const std::string &header : headers)
      if (auto place = source.includeFor(file(), header))
        made.push_back(
            {{file(), place->first, place->first}, std::move(place->second)});
    llvm::stable_sort(made, [](const Change &a, const Change &b) {
      return a.span.begin < b.span.begin;
    });
    llvm::StringRef text = source.contents(file());
    unsigned printed = 0;
    for (const Change &change : made) {
      llvm::outs() << text.slice(printed, change.span.begin) << change.text;
      printed = change.span.end;
    }
    llvm::outs() << text.substr(printed);
  }

  FileID file() const { return source.manager().getMainFileID(); }

  bool inFile(SourceLocation location) const {
    return source.manager().isInMainFile(
        source.manager().getExpansionLoc(location));
  }

  template <class Action> void forFunctions(Action action) {
    for (const Function *fn : unit.functions())
      if (inFile(fn->location()))
        action(*fn);
  }

  template <class Action> void forCalls(llvm::StringRef name, Action action) {
    forFunctions([&](const Function &fn) {
      for (const Call *call : fn.calls)
        if (call->callee && call->callee->getIdentifier() &&
            call->callee->getName() == name)
          action(*call);
    });
  }

  template <class Action> void forLoops(Action action) {
    forFunctions([&](const Function &fn) {
      for (const Loop &loop : loops(unit, fn))
        action(loop);
    });
  }

  template <class Rewrite> void forMade(Rewrite rewrite) {
    for (const ChannelInfo *channel : channels(unit))
      for (const Made &made : channel->made)
        make(rewrite(*channel, made));
  }

  // What `facts` finds in each function, rewritten.
  template <class Fact>
  void each(std::vector<Fact> facts(Unit &, const Function &),
            Edits rewrite(Unit &, const Source &, const Fact &)) {
    forFunctions([&](const Function &fn) {
      for (const Fact &fact : facts(unit, fn))
        make(rewrite(unit, source, fact));
    });
  }

  template <class Rewrite> void forSpawns(Rewrite rewrite) {
    forFunctions([&](const Function &fn) {
      for (const Call *call : fn.calls)
        if (auto spawn = spawns(unit, *call))
          make(rewrite(unit, source, *spawn, lexicalLoop(unit, call->site)));
    });
  }

  static Edits asParallelForOf(Unit &unit, const Source &source,
                               const Spawn &spawn, const Loop *loop) {
    return loop ? asParallelFor(unit, source, *loop, spawn.call())
                : Edits(source);
  }
  static Edits asConsumeOf(Unit &unit, const Source &source, const Spawn &spawn,
                           const Loop *loop) {
    return loop ? asConsume(unit, source, *loop, spawn.call()) : Edits(source);
  }
  static Edits asLimitedSpawnOf(Unit &unit, const Source &source,
                                const Spawn &spawn, const Loop *loop) {
    return loop ? asLimitedSpawn(unit, source, spawn.call(), *loop->stmt,
                                 "2 * %available_procs()")
                : Edits(source);
  }
  static Edits inPlaceOf(Unit &unit, const Source &source, const Spawn &spawn,
                         const Loop *) {
    return inPlace(unit, source, spawn);
  }

  void forkJoinsTo(Edits rewrite(Unit &, const Source &, const ForkJoin &)) {
    each(forkJoins, rewrite);
  }

  void exitGroups() {
    forFunctions([&](const Function &fn) {
      std::vector<Spawn> left = unjoinedAtExit(unit, fn);
      if (!left.empty())
        make(inExitGroup(unit, source, fn, left));
    });
  }

  void locks(Edits rewrite(Unit &, const Source &, const LockRegion &,
                           llvm::ArrayRef<const Call *>)) {
    forFunctions([&](const Function &fn) {
      for (const LockRegion &region : lockRegions(unit, fn)) {
        llvm::SmallVector<const Call *> waits;
        for (const Call *call : region.calls)
          if (suspends(unit, *call) || blocks(unit, *call))
            waits.push_back(call);
        if (!waits.empty())
          make(rewrite(unit, source, region, waits));
      }
    });
  }

  void taskLocks() {
    forFunctions([&](const Function &fn) {
      for (const LockRegion &region : lockRegions(unit, fn))
        if (region.threadBound && region.variable)
          make(asTaskLock(unit, source, *region.variable));
    });
  }

  void waits(const Loop &loop) {
    auto found = polling(unit, loop);
    AskedState asked;
    if (found &&
        llvm::all_of(found->questions,
                     [&](const Expr *question) {
                       return ask(unit, loop, question, asked);
                     }) &&
        asked.state.size() == 1)
      make(asEventWait(unit, source, loop, *asked.state.front()));
  }

  void endedLoops() {
    forFunctions([&](const Function &fn) {
      for (const Call *call : fn.calls)
        if (auto spawn = spawns(unit, *call); spawn && spawn->task)
          if (const ValueDecl *context = contextAt(unit, call->site))
            for (const Loop &loop : loops(unit, *spawn->task))
              make(endedBy(unit, source, *context, loop, *call));
    });
  }

  template <class Action> void forRole(Role role, Action action) {
    forFunctions([&](const Function &fn) {
      for (const Call *call : fn.calls)
        if (unit.roles(*call).has(role))
          action(*call);
    });
  }

  void capturedParts() {
    forFunctions([&](const Function &fn) {
      if (!fn.lambda)
        return;
      for (const Capture &capture : captures(*fn.lambda))
        if (capture.kind == Capture::Copy && capture.variable)
          if (auto parts = partsRead(unit, *fn.lambda, *capture.variable))
            make(withParts(unit, source, *fn.lambda, capture, *parts));
    });
  }

  // What ends the context is named "cancel" in the tests.
  void endedOnExits() {
    forRole(Role::MakesContext, [&](const Call &call) {
      if (const Stmt *declared = statementOf(unit, call.site))
        make(endedOnExit(unit, source, declared, "cancel"));
    });
  }

  // Behind the last statement that needs the thread.
  void narrowedPins() {
    forFunctions([&](const Function &fn) {
      for (const PinnedRegion &region : pinnedRegions(unit, fn))
        if (auto statements = statementsOf(unit, region)) {
          unsigned end = statements->needs.size();
          while (end > 0 && !statements->needs[end - 1])
            --end;
          if (end > 0)
            make(pinnedUntil(unit, source, region, *statements, end));
        }
    });
  }

  void insert() {
    forCalls("anchor", [&](const Call &call) {
      if (const Stmt *anchor = statementOf(unit, call.site))
        make(Edits(source).insertStatement("inserted();", *anchor));
    });
  }

  void insertInBody() {
    forCalls("anchor", [&](const Call &call) {
      if (const Loop *loop = lexicalLoop(unit, call.site))
        make(Edits(source).insertInBody(
            *loop->body, statementOf(unit, call.site), "inserted();"));
    });
  }

  // Each call of needs("heddle/x.h") brings that header.
  void include() {
    forCalls("needs", [&](const Call &call) {
      const auto *header =
          dyn_cast<StringLiteral>(call.args()[0]->IgnoreParenImpCasts());
      make(Edits(source)
               .replace(call.expr()->getSourceRange(), "has()")
               .include(header->getString(), call.location()));
    });
  }

  Unit &unit;
  const Source &source;
  std::vector<Change> made;
  std::set<std::string> headers;
};

class Consumer : public ASTConsumer {
public:
  explicit Consumer(std::shared_ptr<std::vector<Inclusion>> inclusions)
      : inclusions(std::move(inclusions)) {}

private:
  void HandleTranslationUnit(ASTContext &context) override {
    if (context.getDiagnostics().hasUncompilableErrorOccurred())
      return;
    const SourceManager &sources = context.getSourceManager();
    auto main = sources.getFileEntryRefForID(sources.getMainFileID());
    Source source(context, inclusions,
                  projectRoot(main->getName(),
                              sources.getFileManager().getVirtualFileSystem()));
    if (!Applier(Unit::of(context), source).apply())
      std::exit(1);
  }

  std::shared_ptr<std::vector<Inclusion>> inclusions;
};

class Action : public ASTFrontendAction {
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &compiler,
                                                 llvm::StringRef) override {
    auto inclusions = std::make_shared<std::vector<Inclusion>>();
    compiler.getPreprocessor().addPPCallbacks(
        recordInclusions(compiler.getSourceManager(), inclusions));
    return std::make_unique<Consumer>(inclusions);
  }
};

} // namespace

int main(int argc, const char **argv) {
  auto options = tooling::CommonOptionsParser::create(argc, argv, category);
  if (!options) {
    llvm::errs() << llvm::toString(options.takeError());
    return 2;
  }
  tooling::ClangTool tool(options->getCompilations(),
                          options->getSourcePathList());
  return tool.run(tooling::newFrontendActionFactory<Action>().get());
}
