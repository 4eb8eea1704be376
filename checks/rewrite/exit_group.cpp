#include "rewrite/exit_group.h"

#include "analysis/channels.h"
#include "analysis/uses.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

/// Some stream that `task` works off ends.
bool mayEnd(Unit &unit, const Function &task) {
  if (!isLongLived(unit, task))
    return true;
  Touched touched = touchedBy(unit, task.body);
  return llvm::any_of(channels(unit), [&](const ChannelInfo *channel) {
    return !channel->usesOf(ChannelUse::Close).empty() &&
           llvm::any_of(channel->names, [&](const ValueDecl *name) {
             return touched.touches(name);
           });
  });
}

} // namespace

Edits inExitGroup(Unit &unit, const Source &source, const Function &main,
                  llvm::ArrayRef<Spawn> spawns) {
  Edits edits(source);
  const auto *body = dyn_cast<CompoundStmt>(main.body);
  const Call &first = spawns.front().call();
  const Stmt *anchor = first.site;
  while (anchor && unit.parent(anchor) != body)
    anchor = unit.parent(anchor);
  edits.require(body && anchor);
  if (!edits)
    return edits;
  std::string name =
      freeName(unit, source, {"tasks", "group", "task_group"}, *anchor);
  std::string qualifier = qualifierOf(source, first);
  edits.require(!name.empty())
      .insertStatement(qualifier + "TaskGroup " + name + ";", *anchor)
      .include("heddle/task_group.h", first.location());
  for (const Spawn &spawn : spawns) {
    const auto *call = dyn_cast<CallExpr>(spawn.call().site);
    edits.require(spawn.path.size() == 1 && call && spawn.call().callee &&
                  tableName(*spawn.call().callee) == "heddle::spawn" &&
                  mayEnd(unit, *spawn.task));
    if (!edits)
      return edits;
    edits.replace(call->getCallee()->getSourceRange(), name + ".spawn");
  }
  const Stmt *last = body->body_back();
  if (isa<ReturnStmt>(last))
    return edits.insertStatement(name + ".wait();", *last);
  auto end = source.statement(*last);
  edits.require(end.has_value());
  if (edits)
    edits.replace(Span{end->file, end->end, end->end},
                  "\n" + source.indentation(last->getBeginLoc()) + name +
                      ".wait();");
  return edits;
}

} // namespace heddle::checks
