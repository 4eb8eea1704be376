#include "rewrite/spawned_task.h"

#include "analysis/captures.h"
#include "analysis/timers.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {

SpawnedTask::SpawnedTask(Unit &unit, const ForkJoin &fork,
                         const ForkJoin::Branch &branch)
    : unit(unit), fork(fork), branch(branch),
      start(*branch.spawn.path.front()) {
  unsigned arguments = 0;
  for (const Expr *argument : start.args())
    if (!isa<CXXDefaultArgExpr>(argument)) {
      callable = argument->IgnoreUnlessSpelledInSource();
      ++arguments;
    }
  if (arguments != 1) {
    callable = nullptr;
    return;
  }
  lambda = literalLambda(callable);
  body = lambda ? dyn_cast<CompoundStmt>(lambda->getBody()) : nullptr;
  const Stmt *last = body && !body->body_empty() ? body->body_back() : nullptr;
  if (const Call *call = onlyCall(unit, last);
      call && fork.join.through && objectOf(*call) == fork.join.through)
    signal = last;
}

bool SpawnedTask::isPlain() const {
  if (!callable || branch.spawn.path.size() != 1)
    return false;
  if (!lambda)
    return isa<DeclRefExpr>(callable);
  return !lambda->isMutable() && !lambda->isGenericLambda() &&
         lambda->getCallOperator()->parameters().empty() &&
         llvm::none_of(captures(*lambda), [&](const Capture &capture) {
           return capture.init || (capture.kind == Capture::Copy &&
                                   isMovedFrom(capture.variable));
         });
}

// The copy in the task is const, so that moving it copies; the variable is not.
bool SpawnedTask::isMovedFrom(const ValueDecl *variable) const {
  return llvm::any_of(unit.mentions(variable), [&](const Expr *mention) {
    const Call *use = userOf(unit, *mention);
    return use && unit.roles(*use).has(Role::Forwards) &&
           unit.functionOf(mention) == branch.spawn.task;
  });
}

const Expr *SpawnedTask::value() const {
  if (!body || body->size() != 1 || lambda->hasExplicitResultType())
    return nullptr;
  const auto *result = dyn_cast<ReturnStmt>(body->body_front());
  return result ? result->getRetValue() : nullptr;
}

bool SpawnedTask::returns() const {
  return branch.spawn.task && !branch.spawn.task->returns.empty();
}

bool SpawnedTask::sharesOnly(unsigned count) const {
  return fork.join.through && unit.mentions(fork.join.through).size() == count;
}

unsigned SpawnedTask::capturedUses() const {
  if (!lambda)
    return 0;
  return llvm::count_if(lambda->capture_inits(), [&](const Expr *init) {
    return init && namedBy(init) == fork.join.through;
  });
}

const Stmt *SpawnedTask::declaration() const {
  const auto *block =
      dyn_cast_or_null<CompoundStmt>(unit.parent(branch.statement));
  if (!block || !fork.join.through)
    return nullptr;
  for (const Stmt *statement : block->body())
    if (const auto *declared = dyn_cast<DeclStmt>(statement))
      if (declared->isSingleDecl() &&
          declared->getSingleDecl() == fork.join.through)
        return statement;
  return nullptr;
}

namespace {

class Splice {
public:
  Splice(Edits &edits, const Source &source, const SpawnedTask &task)
      : edits(edits), source(source), task(task) {}

  void write() {
    auto whole = source.statement(*task.branch.statement);
    auto lambda = source.span(task.lambda->getBody()->getSourceRange());
    edits.require(whole && lambda && !task.returns());
    if (!edits)
      return;
    edits.rely(whole);
    FileID file = whole->file;
    StringRef outer = source.indentation(file, whole->begin);
    Span content{file, lambda->begin + 1, lambda->end - 1};
    bool declares = llvm::any_of(task.body->body(), [](const Stmt *statement) {
      return isa<DeclStmt>(statement);
    });
    if (!source.text(content).contains('\n'))
      return writeLine(*whole, outer, declares);
    unsigned firstLine = source.lineEnd(file, lambda->begin) + 1;
    unsigned last = endOfWork(content);
    edits.require(
        firstLine <= last &&
        source.text(Span{file, lambda->begin + 1, firstLine}).trim().empty());
    if (!edits)
      return;
    edits.replace(Span{file, whole->begin, firstLine - 1}, declares ? "{" : "");
    if (!declares) {
      // The line of the spawn goes, and with it its indentation.
      unsigned line = source.lineBegin(file, whole->begin);
      edits.replace(Span{file, line, whole->begin}, "");
      edits.replace(Span{file, firstLine - 1, firstLine}, "");
    }
    StringRef from = source.indentation(task.body->body_front()->getBeginLoc());
    std::string to =
        outer.str() + (declares ? source.indentationUnit(file).str() : "");
    edits.reindent(Span{file, firstLine, last}, from, to);
    if (declares)
      edits.replace(Span{file, last, whole->end}, outer + "}");
    else
      edits.replace(Span{file, last - 1, whole->end}, "");
  }

private:
  // The line of the brace, or of the signal before it, with what is said about
  // that.
  unsigned endOfWork(const Span &content) {
    FileID file = content.file;
    unsigned end = source.lineBegin(file, content.end);
    if (!task.signal)
      return end;
    auto signal = source.statement(*task.signal);
    if (!edits.require(signal.has_value()))
      return end;
    end = source.lineBegin(file, signal->begin);
    StringRef code = source.contents(file);
    edits.require(code.slice(end, signal->begin).trim().empty());
    while (end > content.begin) {
      unsigned above = source.lineBegin(file, end - 1);
      if (!code.slice(above, end).trim().starts_with("//"))
        break;
      end = above;
    }
    return end;
  }

  void writeLine(Span whole, StringRef outer, bool declares) {
    std::string text;
    for (const Stmt *statement : task.body->body()) {
      if (statement == task.signal)
        continue;
      auto span = source.statement(*statement);
      edits.require(span.has_value());
      if (!edits)
        return;
      if (!text.empty())
        text += declares ? " " : "\n" + outer.str();
      text += source.text(*span);
    }
    edits.require(!text.empty())
        .replace(whole, declares ? "{ " + text + " }" : text);
  }

  Edits &edits;
  const Source &source;
  const SpawnedTask &task;
};

} // namespace

void splice(Edits &edits, const Source &source, const SpawnedTask &task) {
  Splice(edits, source, task).write();
}

} // namespace heddle::checks
