#include "analysis/endless.h"
#include "analysis/held_locks.h"
#include "analysis/task_code.h"
#include "framework/check.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task gives its processor back where it waits, yields or reaches a
// checkpoint. One that never does keeps it: the monitor has to start another
// thread in its place, and the program cannot end the task.
class EndlessLoopWithoutCheckpoint final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    auto path = taskCodeOnProcessor(unit(), function);
    if (!path)
      return;
    for (const Loop &loop : loops(unit(), function))
      if (neverPauses(unit(), loop))
        report(loop, *path);
  }

  void report(const Loop &loop, const TaskPath &path) {
    Finding &finding =
        diag(loop.stmt->getBeginLoc(),
             "the loop never ends, and never lets another task run");
    finding.note(path.start->location(), path.explanation(unit()));
    for (const Call *step : path.calls)
      finding.note(step->location(), "reached through this call");
    finding.fix(withCheckpoint(loop));
  }

  Edits withCheckpoint(const Loop &loop) {
    const llvm::StringRef checkpoint = "heddle::checkpoint();";
    Edits edit = edits();
    edit.require(mayMove(loop));
    const auto *block = dyn_cast<CompoundStmt>(loop.body);
    bool oneLine =
        block && !source().text(block->getSourceRange()).contains('\n');
    if (oneLine)
      edit.insertAfter(block->getLBracLoc(), " " + checkpoint);
    else if (block && !block->body_empty())
      edit.insertStatement(checkpoint, *block->body_front());
    else if (block)
      edit.replace(block->getSourceRange(),
                   "{\n" + indentationIn(loop) + checkpoint + "\n" +
                       source().indentation(loop.stmt->getBeginLoc()) + "}");
    else if (isa<NullStmt>(loop.body))
      edit.replace(loop.body->getSourceRange(), " " + checkpoint);
    else
      edit.insertInBody(*loop.body, nullptr, checkpoint);
    return edit.include("heddle/spawn.h", loop.stmt->getBeginLoc());
  }

  std::string indentationIn(const Loop &loop) {
    SourceLocation begin = loop.stmt->getBeginLoc();
    return (source().indentation(begin) +
            source().indentationUnit(source().manager().getFileID(begin)))
        .str();
  }

  // At a checkpoint the task may go to another thread.
  bool mayMove(const Loop &loop) {
    const Function &fn = *loop.function;
    bool usesThread =
        llvm::any_of(unit().threadLocals(), [&](const VarDecl *variable) {
          return llvm::any_of(unit().mentions(variable),
                              [&](const Expr *mention) {
                                return unit().functionOf(mention) == &fn;
                              });
        });
    bool holdsLock =
        llvm::any_of(lockRegions(unit(), fn),
                     [](const LockRegion &held) { return held.threadBound; }) ||
        llvm::any_of(invokers(unit(), fn), [&](const Invocation &invoker) {
          return runsDuringCall(invoker.execution) &&
                 mayHoldThreadLock(unit(), *invoker.call);
        });
    return !usesThread && !holdsLock;
  }
};

} // namespace

extern const CheckInfo endless_loop_without_checkpoint = {
    .summary = "endless loop of a task that never lets another one run",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "E3",
    .since = "0.1",
    .make = makeCheck<EndlessLoopWithoutCheckpoint>,
};

} // namespace heddle::checks
