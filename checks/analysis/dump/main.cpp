// Prints what the analyses find in a file, one fact a line, for their tests:
//   heddle-dump-facts --kind=KIND [--roles=CONFIGURATION] FILE --
//   COMPILER-FLAGS
#include "analysis/attempts.h"
#include "analysis/callables.h"
#include "analysis/cancelled_loops.h"
#include "analysis/captures.h"
#include "analysis/channels.h"
#include "analysis/endings.h"
#include "analysis/endless.h"
#include "analysis/error_group.h"
#include "analysis/exit_joins.h"
#include "analysis/fork_join.h"
#include "analysis/funnels.h"
#include "analysis/guarded_integral.h"
#include "analysis/guarded_map.h"
#include "analysis/handlers.h"
#include "analysis/hot.h"
#include "analysis/lazy_init.h"
#include "analysis/lock_regions.h"
#include "analysis/loops.h"
#include "analysis/map_uses.h"
#include "analysis/owner_tasks.h"
#include "analysis/pins.h"
#include "analysis/polling.h"
#include "analysis/results.h"
#include "analysis/round_trips.h"
#include "analysis/shared_state.h"
#include "analysis/sharing.h"
#include "analysis/stack_frames.h"
#include "analysis/sums.h"
#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "analysis/thread_locals.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Tooling/CommonOptionsParser.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"

#include <functional>
#include <map>

using namespace clang;
using namespace heddle::checks;

namespace {

llvm::cl::OptionCategory category("heddle-dump-facts options");
llvm::cl::opt<std::string>
    configuredRoles("roles", llvm::cl::cat(category),
                    llvm::cl::desc("value of heddle.Roles"));
llvm::cl::opt<std::string> kind("kind", llvm::cl::Required,
                                llvm::cl::cat(category),
                                llvm::cl::desc("which facts to print"));

class Printer {
public:
  Printer(Unit &unit)
      : unit(unit), sources(unit.context().getSourceManager()) {}

  bool print() {
    const std::map<std::string, std::function<void()>> kinds = {
        {"roles", [&] { printRoles(); }},
        {"calls", [&] { printCalls(); }},
        {"tasks", [&] { printTasks(); }},
        {"effects", [&] { printEffects(); }},
        {"summaries", [&] { printSummaries(); }},
        {"contracts", [&] { printContracts(); }},
        {"locks", [&] { printLocks(); }},
        {"integrals", [&] { printIntegrals(); }},
        {"maps", [&] { printMaps(); }},
        {"map-uses", [&] { printMapUses(); }},
        {"lazy", [&] { printLazy(); }},
        {"several", [&] { printSeveral(); }},
        {"pins", [&] { printPins(); }},
        {"loops", [&] { printLoops(); }},
        {"waits", [&] { printWaits(); }},
        {"stack", [&] { printStack(); }},
        {"thread-locals", [&] { printThreadLocals(); }},
        {"hot", [&] { printHot(); }},
        {"handlers", [&] { printHandlers(); }},
        {"joins", [&] { printJoins(); }},
        {"ways", [&] { printWays(); }},
        {"error-groups", [&] { printErrorGroups(); }},
        {"funnels", [&] { printFunnels(); }},
        {"captures", [&] { printCaptures(); }},
        {"uses", [&] { printUses(); }},
        {"channels", [&] { printChannels(); }},
        {"round-trips", [&] { printRoundTrips(); }},
        {"channel-ends", [&] { printChannelEnds(); }},
    };
    auto found = kinds.find(kind);
    if (found == kinds.end()) {
      llvm::errs() << "no facts are called '" << kind << "'\n";
      return false;
    }
    found->second();
    return true;
  }

private:
  unsigned lineOf(SourceLocation location) const {
    return sources.getExpansionLineNumber(location);
  }

  bool inMainFile(SourceLocation location) const {
    return sources.isInMainFile(sources.getExpansionLoc(location));
  }

  static std::string nameOf(const Call &call) {
    if (!call.callee)
      return "(unknown)";
    const auto *method = dyn_cast<CXXMethodDecl>(call.callee);
    std::string name = call.callee->getNameAsString();
    return method ? method->getParent()->getNameAsString() + "::" + name : name;
  }

  static llvm::StringRef nameOf(Execution execution) {
    constexpr llvm::StringLiteral names[] = {
        "called once", "called",  "called in loop", "spawned",
        "main",        "handler", "thread",         "unknown"};
    return names[unsigned(execution)];
  }

  // "f:12 -> g:3": each call with its line.
  std::string listOf(llvm::ArrayRef<const Call *> calls,
                     const char *separator) const {
    std::string text;
    for (const Call *call : calls)
      text += (text.empty() ? "" : separator) + nameOf(*call) + ":" +
              std::to_string(lineOf(call->location()));
    return text;
  }

  std::string pathText(llvm::ArrayRef<const Call *> calls) const {
    return listOf(calls, " -> ");
  }

  void
  forEachFunction(llvm::function_ref<void(const Function &)> action) const {
    for (const Function *fn : unit.functions())
      if (inMainFile(fn->location()))
        action(*fn);
  }

  void forEachCall(llvm::function_ref<void(const Call &)> action) const {
    forEachFunction([&](const Function &fn) {
      for (const Call *call : fn.calls)
        action(*call);
    });
  }

  void printRoles() const {
    forEachCall([&](const Call &call) {
      RoleSet roles = unit.roles(call);
      if (roles.empty())
        return;
      llvm::outs() << lineOf(call.location()) << ": " << nameOf(call);
      for (unsigned role = 0; role < NumRoles; ++role)
        if (roles.has(Role(role)))
          llvm::outs() << ' ' << heddle::checks::nameOf(Role(role));
      llvm::outs() << '\n';
    });
  }

  void printCalls() const {
    forEachCall([&](const Call &call) {
      for (const Invocation &invocation : invocations(unit, call))
        llvm::outs() << lineOf(call.location()) << ": " << call.caller->name()
                     << " calls " << nameOf(call) << ": "
                     << invocation.target->name() << ":"
                     << lineOf(invocation.target->location()) << " "
                     << nameOf(invocation.execution) << '\n';
    });
  }

  void printTasks() const {
    forEachFunction([&](const Function &fn) {
      std::string what =
          std::to_string(lineOf(fn.location())) + ": " + fn.name();
      if (auto path = taskCode(unit, fn)) {
        llvm::outs() << what << ' ' << path->explanation(unit) << ' '
                     << pathText({path->start});
        if (!path->calls.empty())
          llvm::outs() << " by " << pathText(path->calls);
        llvm::outs() << (taskCodeOnProcessor(unit, fn)
                             ? "\n"
                             : ", its processor handed on\n");
      } else if (isOnlyThreadCode(unit, fn)) {
        llvm::outs() << what << " on a plain thread\n";
      }
    });
  }

  void printEffects() const {
    using Effect = std::optional<CallPath> (*)(Unit &, const Call &);
    constexpr std::pair<llvm::StringLiteral, Effect> effects[] = {
        {"suspends", suspends},
        {"blocks", blocks},
        {"hands off", handsOff},
        {"yields", yields},
        {"suspends for lock", suspendsForLock},
        {"needs thread", needsThread},
    };
    forEachCall([&](const Call &call) {
      for (const auto &[name, effect] : effects)
        if (auto path = effect(unit, call))
          llvm::outs() << lineOf(call.location()) << ": " << name << ": "
                       << pathText(path->calls) << '\n';
    });
  }

  void printSummaries() const {
    for (const Summary &summary : summaries(unit)) {
      llvm::outs() << summary.name << ":";
      for (const auto &[effect, next] : summary.effects)
        llvm::outs() << ' ' << effect << '(' << next << ')';
      llvm::outs() << '\n';
    }
  }

  // Of each body in view, in headers too: what its declarations say that it
  // does, and what it is found to do.
  void printContracts() const {
    std::map<std::string, std::string> found;
    for (const Summary &summary : summaries(unit))
      for (const auto &[effect, next] : summary.effects)
        found[summary.usr] += ' ' + effect;
    for (const Function *fn : unit.functions()) {
      if (!fn->decl || fn->lambda)
        continue;
      llvm::SmallString<128> usr;
      index::generateUSRForDecl(fn->decl, usr);
      const FunctionDecl *pattern = fn->decl->getTemplateInstantiationPattern();
      SourceLocation declared =
          (pattern ? pattern : fn->decl)->getFirstDecl()->getLocation();
      llvm::outs() << sources.getFilename(sources.getExpansionLoc(declared))
                   << ':' << lineOf(declared) << ": "
                   << fn->decl->getQualifiedNameAsString() << " declares";
      RoleSet roles = unit.roles(fn->decl);
      for (unsigned role = 0; role < NumRoles; ++role)
        if (roles.has(Role(role)))
          llvm::outs() << ' ' << heddle::checks::nameOf(Role(role));
      llvm::outs() << "; does" << found[usr.str().str()] << '\n';
    }
  }

  void printLocks() const {
    forEachFunction([&](const Function &fn) {
      for (const LockRegion &region : lockRegions(unit, fn)) {
        llvm::outs() << lineOf(region.acquired) << ": " << region.lock;
        if (region.shared)
          llvm::outs() << " shared";
        if (!region.acquire)
          llvm::outs() << " on entry";
        if (!region.threadBound)
          llvm::outs() << " of the task";
        if (region.guard)
          llvm::outs() << " by " << region.guard->getName();
        llvm::outs() << " over [" << listOf(region.calls, ", ") << "]";
        if (region.statements &&
            region.statements->first < region.statements->last)
          llvm::outs()
              << " statements "
              << lineOf(region.statements->statements().front()->getBeginLoc())
              << "-"
              << lineOf(region.statements->statements().back()->getEndLoc());
        for (const Call *release : region.releases)
          llvm::outs() << " released " << lineOf(release->location());
        llvm::outs() << '\n';
      }
    });
  }

  void printMaps() {
    for (const GuardedMap &guarded : guardedMaps(unit)) {
      llvm::outs() << lineOf(guarded.lock->getLocation()) << ": "
                   << guarded.lock->getName() << " guards "
                   << guarded.map->getName();
      for (const LockRegion *section : guarded.sections)
        llvm::outs() << ' ' << lineOf(section->acquired) << '/'
                     << keysUsed(unit, guarded, *section).size();
      if (isOneOfMany(unit, *guarded.lock))
        llvm::outs() << ", one of many";
      llvm::outs() << '\n';
    }
  }

  void printRoundTrips() {
    for (const RoundTrip &trip : roundTrips(unit)) {
      llvm::outs() << lineOf(trip.made->location()) << ": "
                   << trip.made->variable->getName() << " goes with "
                   << lineOf(trip.request->location()) << ", comes back at "
                   << lineOf(trip.receive->location()) << " from";
      for (const ChannelUse *answer : trip.answers)
        llvm::outs() << ' ' << lineOf(answer->location());
      llvm::outs() << '\n';
    }
    for (const OwnerTask &owner : ownerTasks(unit))
      llvm::outs() << lineOf(owner.receive->location()) << ": "
                   << owner.state->getName() << " is owned, with "
                   << owner.trips.size() << " commands\n";
  }

  // Of all maps that have a method called.
  void printMapUses() {
    for (const GuardedMap &guarded : guardedMaps(unit))
      printMapUses(*guarded.map, mapUsesOf(unit, guarded));
    for (const ValueDecl *map : concurrentMaps(unit))
      printMapUses(*map, mapUsesOf(unit, *map));
  }

  void printMapUses(const ValueDecl &map, const MapUses &uses) {
    llvm::outs() << lineOf(map.getLocation()) << ": " << map.getName() << " is"
                 << " read " << uses.reads << " written " << uses.writes
                 << (uses.addsKeys ? ", new keys" : "")
                 << (uses.ownKeys ? ", own keys" : "")
                 << (uses.isFilled ? ", filled" : "")
                 << (uses.unseenReads ? ", unseen reads" : "")
                 << (uses.unseenWrites ? ", unseen writes" : "") << '\n';
  }

  void printLazy() {
    for (const Function *fn : unit.functions())
      for (const LazyInit &init : unsynchronisedInits(unit, *fn))
        llvm::outs() << lineOf(init.check->getBeginLoc()) << ": "
                     << init.variable->getName() << " made at "
                     << lineOf(init.making->getBeginLoc()) << '\n';
  }

  void printHandlers() {
    forEachFunction([&](const Function &fn) {
      if (auto path = handlerPath(unit, fn))
        llvm::outs() << lineOf(fn.location()) << ": " << fn.name()
                     << " in the handler of "
                     << lineOf(path->registration->location()) << " by ["
                     << listOf(path->calls, " -> ") << "]\n";
    });
  }

  // Of the ways on from a call of `start`, one that calls `place` least.
  void printWays() {
    forEachFunction([&](const Function &fn) {
      const Stmt *start = nullptr;
      llvm::SmallVector<const Stmt *, 4> places;
      for (const Call *call : fn.calls)
        if (nameOf(*call) == "start")
          start = call->site;
        else if (nameOf(*call) == "place")
          places.push_back(call->site);
      if (!start)
        return;
      auto way = poorestWay(unit, fn, *start, places);
      llvm::outs() << lineOf(fn.location()) << ": " << fn.name() << " passes "
                   << (way ? std::to_string(way->passed) : "no end") << " of "
                   << places.size();
      if (way && way->leaves)
        llvm::outs() << ", leaving at " << lineOf(way->leaves->getBeginLoc());
      llvm::outs() << '\n';
    });
  }

  void printErrorGroups() {
    forEachFunction([&](const Function &fn) {
      for (const ErrorGroup &group : errorGroups(unit, fn))
        llvm::outs() << lineOf(group.group->getLocation()) << ": "
                     << group.group->getName() << " keeps "
                     << group.slot->getName() << " at "
                     << lineOf(group.kept->getBeginLoc()) << ", stops at "
                     << lineOf(group.stopped->getBeginLoc()) << ", waits at "
                     << lineOf(group.wait->location()) << '\n';
    });
  }

  void printFunnels() {
    for (const Funnel &funnel : funnels(unit))
      llvm::outs() << lineOf(funnel.channel->onlyMade()->location()) << ": "
                   << funnel.channel->name() << " feeds workers of "
                   << lineOf(funnel.spawn->location()) << " that receive at "
                   << lineOf(funnel.receive->location()) << '\n';
  }

  void printSeveral() {
    for (const Function *fn : unit.functions())
      if (runsInSeveralTasks(unit, *fn) &&
          unit.context().getSourceManager().isInMainFile(fn->location()))
        llvm::outs() << lineOf(fn->location()) << ": " << fn->name()
                     << " in several tasks"
                     << (isThisShared(unit, *fn) ? ", of one object" : "")
                     << '\n';
  }

  void printIntegrals() const {
    for (const GuardedIntegral &guarded : guardedIntegrals(unit)) {
      llvm::outs() << lineOf(guarded.lock->getLocation()) << ": "
                   << guarded.lock->getName() << " guards "
                   << guarded.integral->getName() << " in";
      for (const GuardedIntegral::Section &section : guarded.sections)
        llvm::outs() << ' ' << lineOf(section.region->acquired);
      llvm::outs() << '\n';
    }
  }

  // Regions, with a letter for each of their statements: needs the thread,
  // waits, both, or neither. Unpaired pins, with where they are left.
  void printPins() const {
    forEachFunction([&](const Function &fn) {
      for (const PinnedRegion &region : pinnedRegions(unit, fn)) {
        llvm::outs() << lineOf(region.pin->location()) << ": pinned over ["
                     << listOf(region.calls, ", ") << "]";
        if (auto statements = statementsOf(unit, region)) {
          llvm::outs() << ' ';
          for (auto [needs, wait] :
               llvm::zip(statements->needs, statements->waits))
            llvm::outs() << (needs && wait ? 'b'
                             : needs       ? 'n'
                             : wait        ? 'w'
                                           : '-');
        }
        llvm::outs() << '\n';
      }
      for (const UnpairedPin &unpaired : unpairedPins(unit, fn)) {
        llvm::outs() << lineOf(unpaired.pin->location()) << ": unpaired at";
        for (SourceLocation exit : unpaired.exits)
          llvm::outs() << ' ' << lineOf(exit);
        llvm::outs() << '\n';
      }
    });
  }

  void printLoops() const {
    constexpr llvm::StringLiteral trips[] = {"few", "processors", "many",
                                             "endless"};
    forEachFunction([&](const Function &fn) {
      for (const Loop &loop : loops(unit, fn)) {
        llvm::outs() << lineOf(loop.stmt->getBeginLoc()) << ": "
                     << trips[unsigned(loop.trips)];
        if (receiving(unit, loop))
          llvm::outs() << " receiving";
        if (paced(unit, loop))
          llvm::outs() << " paced";
        llvm::outs() << '\n';
      }
    });
    forEachCall([&](const Call &call) {
      if (const Loop *loop = enclosingLoop(unit, call.site);
          loop && loop->callable)
        llvm::outs() << lineOf(call.location()) << ": " << nameOf(call)
                     << " per item of " << lineOf(loop->stmt->getBeginLoc())
                     << " " << trips[unsigned(loop->trips)] << '\n';
    });
  }

  void printWaits() const {
    forEachFunction([&](const Function &fn) {
      for (const Loop &loop : loops(unit, fn)) {
        llvm::outs() << lineOf(loop.stmt->getBeginLoc()) << ": ";
        if (auto found = polling(unit, loop)) {
          llvm::outs() << "polls"
                       << (found->kind == PauseKind::Sleep   ? " sleeping"
                           : found->kind == PauseKind::Yield ? " yielding"
                                                             : "");
          AskedState asked;
          if (llvm::all_of(found->questions, [&](const Expr *question) {
                return ask(unit, loop, question, asked);
              }))
            llvm::outs() << ", asks memory";
          if (asked.rounds < 1000)
            llvm::outs() << " for " << asked.rounds << " rounds";
        } else {
          llvm::outs() << (progresses(unit, loop) ? "progresses" : "waits");
        }
        if (llvm::any_of(fn.calls, [&](const Call *call) {
              return call->callee && lexicalLoop(unit, call->site) == &loop &&
                     nameOf(*call) == "Channel::try_receive" &&
                     failsIdly(unit, loop, *call);
            }))
          llvm::outs() << ", fails idly";
        if (neverEnds(unit, loop))
          llvm::outs() << ", never ends";
        if (neverPauses(unit, loop))
          llvm::outs() << ", never pauses";
        llvm::outs() << '\n';
      }
    });
  }

  void printStack() const {
    forEachFunction([&](const Function &fn) {
      if (fn.lambda)
        return;
      DeepestPath path = deepestPath(unit, fn);
      llvm::outs() << lineOf(fn.location()) << ": " << fn.name() << ": "
                   << path.bytes;
      if (const Call *call = path.steps.front().call)
        llvm::outs() << ", by line " << lineOf(call->location());
      llvm::outs() << '\n';
    });
  }

  void printThreadLocals() const {
    forEachFunction([&](const Function &fn) {
      for (const StaleUse &use : staleUses(unit, fn)) {
        llvm::outs() << lineOf(use.use->getBeginLoc()) << ": "
                     << (use.variable ? use.variable->getName() : "errno");
        if (use.alias)
          llvm::outs() << " by " << use.alias->getName();
        llvm::outs() << ", set in line " << lineOf(use.set->getBeginLoc())
                     << ", after the wait in line "
                     << lineOf(use.wait->location()) << '\n';
      }
    });
  }

  void printHot() const {
    forEachCall([&](const Call &call) {
      if (auto path = hot(unit, call)) {
        llvm::outs() << lineOf(call.location()) << ": " << nameOf(call) << ": "
                     << path->explanation() << ":" << lineOf(path->cause);
        if (!path->calls.empty())
          llvm::outs() << " by " << pathText(path->calls);
        llvm::outs() << '\n';
      }
    });
  }

  // Of each spawn, the waits for its task; of each fork-join, its branches.
  void printJoins() const {
    forEachCall([&](const Call &call) {
      auto spawn = spawns(unit, call);
      if (!spawn)
        return;
      llvm::outs() << lineOf(call.location()) << ": spawn"
                   << (isAlwaysJoined(unit, *spawn) ? " always joined" : "")
                   << (isDetached(unit, *spawn) ? " detached" : "");
      for (const Join &join : joinsOf(unit, *spawn))
        llvm::outs() << (join.limited ? " limited" : "") << " joined "
                     << lineOf(join.site->getEndLoc()) << " through "
                     << (join.through ? join.through->getNameAsString()
                                      : "its result");
      llvm::outs() << '\n';
    });
    forEachFunction([&](const Function &fn) {
      for (const ForkJoin &fork : forkJoins(unit, fn)) {
        llvm::outs() << lineOf(fork.wait->getBeginLoc()) << ": waits for";
        for (const ForkJoin::Branch &branch : fork.branches)
          llvm::outs() << ' ' << lineOf(branch.statement->getBeginLoc());
        llvm::outs() << (fork.isPrivate ? "\n" : " on something shared\n");
      }
    });
  }

  void printCaptures() const {
    constexpr llvm::StringLiteral kinds[] = {"copy", "reference", "this",
                                             "copy of this"};
    forEachFunction([&](const Function &fn) {
      if (!fn.lambda)
        return;
      for (const Capture &capture : captures(*fn.lambda)) {
        llvm::outs() << lineOf(fn.location()) << ": " << kinds[capture.kind];
        if (capture.variable)
          llvm::outs() << " " << capture.variable->getName();
        llvm::outs() << (capture.init ? " initialised" : "")
                     << (capture.implicit ? " implicit" : "") << '\n';
      }
    });
  }

  // Of each local variable, its uses; of each statement of a body, what it
  // touches.
  void printUses() const {
    constexpr llvm::StringLiteral kinds[] = {"read", "write", "method call",
                                             "captured", "escape"};
    forEachFunction([&](const Function &fn) {
      const auto *block = dyn_cast<CompoundStmt>(fn.body);
      if (!block)
        return;
      for (const Stmt *stmt : block->body()) {
        Touched touched = touchedBy(unit, stmt);
        llvm::outs() << lineOf(stmt->getBeginLoc()) << ": touches";
        for (const ValueDecl *decl : touched.mentioned)
          llvm::outs() << ' ' << decl->getNameAsString()
                       << (llvm::is_contained(touched.written, decl) ? "!"
                                                                     : "");
        llvm::outs() << (touched.indirect ? " indirectly" : "")
                     << (touched.unseen ? " and unseen\n" : "\n");
        for (const VarDecl *variable : declaredBy(stmt))
          for (const Use &use : usesOf(unit, variable))
            llvm::outs() << lineOf(use.mention->getExprLoc()) << ": "
                         << variable->getName() << " "
                         << kinds[unsigned(use.kind)] << '\n';
      }
    });
  }

  // What comes of the values sent, and who ends the waits for them.
  void printChannelEnds() const {
    for (const ChannelInfo *channel : channels(unit)) {
      if (channel->made.empty())
        continue;
      std::string what = std::to_string(lineOf(channel->made[0].location())) +
                         ": " + channel->name().str();
      if (auto sum = summedUp(unit, *channel))
        llvm::outs() << what << " is added to "
                     << sum->additions[0].total->getName() << '\n';
      if (auto results = unreceivedResults(unit, *channel))
        llvm::outs() << what << " takes " << results->sends.size()
                     << " results, received on a way out: "
                     << results->way.passed << '\n';
      for (const ChannelUse &use : channel->uses) {
        llvm::outs() << lineOf(use.location()) << ": " << use.function->name();
        if (use.kind == ChannelUse::Receive && endsOnlyByClose(unit, use))
          llvm::outs() << " until it is closed";
        if (isAwaited(unit, *use.function))
          llvm::outs() << " is awaited";
        if (neverEnds(unit, *use.site()))
          llvm::outs() << " goes on for ever";
        llvm::outs() << '\n';
      }
    }
    for (const CancelledLoop &loop : undrainedLoops(unit))
      llvm::outs() << lineOf(loop.loop->stmt->getBeginLoc()) << ": leaves"
                   << (loop.leavesItems ? " items" : "")
                   << (loop.batch ? " a batch" : "") << '\n';
    forEachFunction([&](const Function &fn) {
      for (const Spawn &spawn : unjoinedAtExit(unit, fn))
        llvm::outs() << lineOf(spawn.path[0]->location()) << ": left behind by "
                     << fn.name() << '\n';
    });
  }

  void printChannels() const {
    constexpr llvm::StringLiteral kinds[] = {"sends", "receives", "closes",
                                             "looks"};
    for (const ChannelInfo *channel : channels(unit)) {
      for (const ChannelInfo::Made &made : channel->made)
        llvm::outs() << lineOf(made.location()) << ": " << channel->name()
                     << " holds "
                     << (made.capacity ? std::to_string(*made.capacity)
                                       : "an unknown number")
                     << (channel->escapes ? ", escapes\n" : "\n");
      for (const ChannelUse &use : channel->uses)
        llvm::outs() << lineOf(use.location()) << ": " << use.function->name()
                     << ' ' << kinds[use.kind] << ' ' << channel->name()
                     << (use.loop ? " in a loop" : "")
                     << (use.limited ? " if it can\n" : "\n");
    }
  }

  Unit &unit;
  const SourceManager &sources;
};

class Consumer : public ASTConsumer {
  void HandleTranslationUnit(ASTContext &context) override {
    if (context.getDiagnostics().hasUncompilableErrorOccurred())
      return;
    if (!Printer(Unit::of(context, configuredRoles)).print())
      std::exit(1);
  }
};

class Action : public ASTFrontendAction {
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &,
                                                 llvm::StringRef) override {
    return std::make_unique<Consumer>();
  }
};

} // namespace

int main(int argc, const char **argv) {
  auto options = tooling::CommonOptionsParser::create(argc, argv, category);
  if (!options) {
    llvm::errs() << llvm::toString(options.takeError());
    return 2;
  }
  if (auto roles = Roles::parse(configuredRoles); !roles) {
    llvm::errs() << llvm::toString(roles.takeError()) << '\n';
    return 2;
  }
  tooling::ClangTool tool(options->getCompilations(),
                          options->getSourcePathList());
  return tool.run(tooling::newFrontendActionFactory<Action>().get());
}
