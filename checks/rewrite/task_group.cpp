#include "rewrite/task_group.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/declarations.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, const ErrorGroup &group)
      : unit(unit), source(source), group(group), task(*group.task) {}

  Edits rewritten() {
    Edits result(source);
    const auto *body = dyn_cast<CompoundStmt>(task.body);
    const auto *attempt = body && body->size() == 1
                              ? dyn_cast<CXXTryStmt>(body->body_front())
                              : nullptr;
    const auto *declared = dyn_cast<VarDecl>(group.group);
    if (!result.require(task.lambda && attempt && declared &&
                        declared->isLocalVarDecl() &&
                        attempt->getNumHandlers() == 1 &&
                        objectOf(*group.spawn) == group.group &&
                        task.lambda->getCallOperator()->param_empty()))
      return result;
    const CXXCatchStmt &handler = *attempt->getHandler(0);
    result.require(!handler.getExceptionDecl() && isOnlyKeeping(handler));
    unwrap(result, *attempt);
    std::string parent = replaceContext(result, handler);
    changeType(result, source, *declared,
               [](StringRef) -> std::string { return "heddle::TaskGroup"; });
    if (!parent.empty())
      result.insertAfter(declared->getLocation(), "(" + parent + ")");
    removeLocks(result, handler);
    removeSlot(result, handler);
    return result.include("heddle/task_group.h", declared->getLocation());
  }

private:
  // The handler keeps the current exception, ends the context, takes a lock.
  bool isOnlyKeeping(const CXXCatchStmt &handler) const {
    Touched touched = touchedBy(unit, handler.getHandlerBlock());
    return !touched.unseen &&
           llvm::all_of(touched.mentioned, [&](const ValueDecl *decl) {
             return decl == group.slot || isLock(*decl) || isStop(*decl) ||
                    (isa<VarDecl>(decl) && declares(&handler, decl));
           });
  }

  static bool declares(const Stmt *whole, const ValueDecl *decl) {
    for (const VarDecl *variable : declaredBy(whole))
      if (variable == decl)
        return true;
    return llvm::any_of(whole->children(), [&](const Stmt *child) {
      return child && declares(child, decl);
    });
  }

  static bool isLock(const ValueDecl &decl) {
    const CXXRecordDecl *record = decl.getType()->getAsCXXRecordDecl();
    std::string name = record ? tableName(*record) : "";
    return name == "heddle::Mutex" || name == "std::mutex";
  }

  bool isStop(const ValueDecl &decl) const {
    return isa<BindingDecl>(decl) && mentions(group.stopped, &decl);
  }

  // `try { … } catch (...) { … }` becomes what was tried.
  void unwrap(Edits &result, const CXXTryStmt &attempt) {
    const CompoundStmt &tried = *attempt.getTryBlock();
    auto whole = source.span(attempt.getSourceRange());
    if (!result.require(whole && !tried.body_empty()))
      return;
    auto first = source.statement(*tried.body_front());
    auto last = source.statement(*tried.body_back());
    if (!result.require(first && last))
      return;
    StringRef outer = source.indentation(attempt.getBeginLoc());
    StringRef inner = source.indentation(tried.body_front()->getBeginLoc());
    result.replace(Span{whole->file, whole->begin, first->begin}, "")
        .replace(Span{whole->file, last->end, whole->end}, "")
        .reindent(Span{whole->file, first->begin, last->end}, inner, outer);
  }

  // The context that is ended becomes the group's own; returns its parent as
  // the group is to be given it.
  std::string replaceContext(Edits &result, const CXXCatchStmt &handler) {
    const BindingDecl *cancel = nullptr;
    for (const ValueDecl *decl :
         touchedBy(unit, handler.getHandlerBlock()).mentioned)
      if (isStop(*decl))
        cancel = cast<BindingDecl>(decl);
    const auto *pair =
        cancel ? dyn_cast<DecompositionDecl>(cancel->getDecomposedDecl())
               : nullptr;
    const auto *made = dyn_cast_or_null<CallExpr>(
        pair && pair->getInit() ? pair->getInit()->IgnoreUnlessSpelledInSource()
                                : nullptr);
    const Stmt *declaration = made ? statementOf(unit, made) : nullptr;
    if (!result.require(made && declaration && made->getDirectCallee() &&
                        made->getDirectCallee()->getName() == "with_cancel" &&
                        made->getNumArgs() == 1 &&
                        pair->bindings().size() == 2))
      return "";
    const BindingDecl *context = pair->bindings()[0];
    result.require(onlyIn(*cancel, &handler) && onlyIn(*context, task.body))
        .remove(*declaration);
    if (!unit.mentions(context).empty())
      addParameter(result, *context);
    for (const BindingDecl *binding : pair->bindings())
      result.removeCapture(*task.lambda, binding);
    std::string parent = source.text(made->getArg(0)->getSourceRange()).str();
    return parent.find("background()") != std::string::npos ? "" : parent;
  }

  bool onlyIn(const ValueDecl &decl, const Stmt *part) const {
    return llvm::all_of(unit.mentions(&decl), [&](const Expr *mention) {
      return contains(part, mention) ||
             isa_and_nonnull<LambdaExpr>(unit.parent(mention));
    });
  }

  void addParameter(Edits &result, const BindingDecl &context) {
    std::string parameter =
        ("const heddle::Context &" + context.getName()).str();
    auto introducer = source.span(task.lambda->getIntroducerRange());
    auto body = source.span(task.body->getSourceRange());
    if (!result.require(introducer && body))
      return;
    unsigned place = introducer->end;
    if (task.lambda->hasExplicitParameters()) {
      size_t open = source.text(Span{body->file, place, body->begin}).find('(');
      result.require(open != StringRef::npos);
      place += unsigned(open) + 1;
    } else {
      parameter = "(" + parameter + ")";
    }
    result.replace(Span{body->file, place, place}, parameter);
  }

  void removeLocks(Edits &result, const CXXCatchStmt &handler) {
    for (const ValueDecl *decl :
         touchedBy(unit, handler.getHandlerBlock()).mentioned)
      if (isLock(*decl)) {
        result.require(onlyIn(*decl, &handler));
        removeDeclaration(result, unit, source, *decl);
      }
  }

  // With what throws it again after the wait.
  void removeSlot(Edits &result, const CXXCatchStmt &handler) {
    const IfStmt *rethrow = nullptr;
    for (const Expr *mention : unit.mentions(group.slot)) {
      if (contains(&handler, mention) ||
          isa_and_nonnull<LambdaExpr>(unit.parent(mention)))
        continue;
      const Stmt *up = mention;
      while (up && !isa<IfStmt>(up))
        up = unit.parent(up);
      result.require(up && (!rethrow || rethrow == up));
      rethrow = cast_or_null<IfStmt>(up);
    }
    if (!result.require(rethrow && !rethrow->getElse() && isRethrow(*rethrow)))
      return;
    result.require(neighbour(unit, statementOf(unit, group.wait->site), 1) ==
                   rethrow);
    result.remove(*rethrow);
    removeDeclaration(result, unit, source, *group.slot);
  }

  bool isRethrow(const IfStmt &branch) const {
    const Stmt *then = branch.getThen();
    if (const auto *block = dyn_cast<CompoundStmt>(then))
      then = block->size() == 1 ? block->body_front() : nullptr;
    const Stmt *statement = then;
    const auto *expr = dyn_cast_or_null<Expr>(statement);
    const auto *call =
        expr ? dyn_cast<CallExpr>(expr->IgnoreImplicit()) : nullptr;
    return call && call->getDirectCallee() &&
           call->getDirectCallee()->getName() == "rethrow_exception";
  }

  Unit &unit;
  const Source &source;
  const ErrorGroup &group;
  const Function &task;
};

} // namespace

Edits asTaskGroup(Unit &unit, const Source &source, const ErrorGroup &group) {
  return Rewriter(unit, source, group).rewritten();
}

} // namespace heddle::checks
