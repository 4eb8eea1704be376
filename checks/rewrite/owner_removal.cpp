#include "rewrite/owner_removal.h"

#include "analysis/spawns.h"
#include "rewrite/declarations.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

class Remover {
public:
  Remover(Unit &unit, const Source &source, const OwnerTask &owner)
      : unit(unit), source(source), owner(owner), edits(source) {}

  Edits remove() {
    const Call *start = starting();
    if (!edits.require(start && isOnlyLoop()))
      return edits;
    drop(statementFor(*start));
    for (const ChannelUse &use : owner.commands->uses)
      if (use.kind == ChannelUse::Close || use.kind == ChannelUse::Look)
        drop(use.call && use.kind == ChannelUse::Close ? statementFor(*use.call)
                                                       : nullptr);
    dropGroup(*start);
    dropFunction();
    emit();
    return edits;
  }

private:
  // `for (Command command : commands) …`, behind its own state at most.
  bool isOnlyLoop() const {
    const auto *body = dyn_cast<CompoundStmt>(owner.receive->function->body);
    auto loop = itemLoop(unit, *owner.receive);
    unsigned size = ownStateOf(owner) ? 2 : 1;
    return body && body->size() == size && loop &&
           body->body_back() == loop->stmt;
  }

  // The spawn of the task, which is the function or only calls it.
  const Call *starting() const {
    const Function *task = owner.receive->function;
    if (!task->lambda) {
      llvm::ArrayRef<const Call *> calls = unit.callsOf(task->decl);
      if (calls.empty())
        return onlySpawn(*task);
      task = calls.front()->caller;
      const auto *body = dyn_cast<CompoundStmt>(task->body);
      if (calls.size() > 1 || !task->lambda || !body || body->size() != 1 ||
          onlyCall(unit, body->body_front()) != calls.front())
        return nullptr;
    }
    return onlySpawn(*task);
  }

  const Call *onlySpawn(const Function &task) const {
    const Call *spawn = nullptr;
    for (const Invocation &invoker : invokers(unit, task))
      if (invoker.execution == Execution::Spawned) {
        if (spawn)
          return nullptr;
        spawn = invoker.call;
      }
    return spawn;
  }

  const Stmt *statementFor(const Call &call) const {
    const Stmt *statement = statementOf(unit, call.site);
    return onlyCall(unit, statement) == &call ? statement : nullptr;
  }

  void drop(const Stmt *statement) {
    if (edits.require(statement))
      statements.push_back(statement);
  }

  // A group that only spawns the task and waits for it.
  void dropGroup(const Call &start) {
    const ValueDecl *group = objectOf(start);
    if (!group)
      return;
    llvm::SmallVector<const Stmt *, 2> joins;
    for (const Expr *mention : unit.mentions(group)) {
      if (isa_and_nonnull<LambdaExpr>(unit.parent(mention)))
        continue;
      const Stmt *statement = statementOf(unit, mention);
      const Call *call = onlyCall(unit, statement);
      if (call == &start)
        continue;
      if (!call || objectOf(*call) != group ||
          !unit.roles(*call).has(Role::Joins) || !call->args().empty())
        return;
      joins.push_back(statement);
    }
    llvm::append_range(statements, joins);
    removeDeclaration(edits, unit, source, *group);
  }

  void dropFunction() {
    const Function &task = *owner.receive->function;
    if (task.lambda || !edits.require(task.decl))
      return;
    const auto *method = dyn_cast<CXXMethodDecl>(task.decl);
    edits
        .require(task.decl->getPreviousDecl() == nullptr &&
                 task.decl->isThisDeclarationADefinition() &&
                 !task.decl->isTemplateInstantiation() &&
                 (method ? method->getAccess() == AS_private
                         : !task.decl->isExternallyVisible()))
        .remove(source.span(task.decl->getSourceRange()));
  }

  // A constructor or destructor that did nothing else goes with its body.
  void emit() {
    std::vector<Span> emptied;
    for (const Function *fn : unit.functions()) {
      if (!fn->decl || !isEmptied(*fn))
        continue;
      auto span = source.span(fn->decl->getSourceRange());
      if (!edits.require(span.has_value()))
        return;
      if (!emptied.empty() &&
          isGap({span->file, emptied.back().end, span->begin}))
        emptied.back().end = span->end;
      else
        emptied.push_back(*span);
    }
    for (const Span &span : emptied)
      edits.remove(span);
    for (const Stmt *statement : statements)
      if (auto span = source.statement(*statement);
          edits.require(span.has_value()) &&
          llvm::none_of(emptied, [&](const Span &each) {
            return each.file == span->file && each.begin <= span->begin &&
                   span->end <= each.end;
          }))
        edits.remove(*statement);
  }

  bool isGap(const Span &between) const {
    return between.begin <= between.end && source.text(between).trim().empty();
  }

  bool isEmptied(const Function &fn) const {
    const auto *constructor = dyn_cast<CXXConstructorDecl>(fn.decl);
    const auto *body = dyn_cast_or_null<CompoundStmt>(fn.body);
    bool isPlain = constructor
                       ? constructor->isDefaultConstructor() &&
                             constructor->getNumParams() == 0 &&
                             llvm::none_of(constructor->inits(),
                                           [](const CXXCtorInitializer *init) {
                                             return init->isWritten();
                                           })
                       : isa<CXXDestructorDecl>(fn.decl) &&
                             !cast<CXXMethodDecl>(fn.decl)->isVirtual();
    return isPlain && body && !body->body_empty() &&
           fn.decl->isThisDeclarationADefinition() &&
           !fn.decl->getPreviousDecl() && hasOneConstructor(fn) &&
           llvm::all_of(body->body(), [&](const Stmt *stmt) {
             return llvm::is_contained(statements, stmt);
           });
  }

  static bool hasOneConstructor(const Function &fn) {
    const auto *constructor = dyn_cast<CXXConstructorDecl>(fn.decl);
    return !constructor || llvm::count_if(constructor->getParent()->ctors(),
                                          [](const CXXConstructorDecl *each) {
                                            return !each->isImplicit();
                                          }) == 1;
  }

  Unit &unit;
  const Source &source;
  const OwnerTask &owner;
  Edits edits;
  llvm::SmallVector<const Stmt *, 4> statements;
};

} // namespace

const Stmt *ownStateOf(const OwnerTask &owner) {
  const auto *body = dyn_cast<CompoundStmt>(owner.receive->function->body);
  const auto *first = body && body->size() == 2
                          ? dyn_cast<DeclStmt>(body->body_front())
                          : nullptr;
  return first && first->isSingleDecl() && first->getSingleDecl() == owner.state
             ? first
             : nullptr;
}

Edits withoutOwner(Unit &unit, const Source &source, const OwnerTask &owner) {
  return Remover(unit, source, owner).remove();
}

} // namespace heddle::checks
