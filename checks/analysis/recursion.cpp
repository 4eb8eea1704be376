#include "analysis/recursion.h"

#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

constexpr unsigned maxDepth = 4;

class Finder {
public:
  Finder(Unit &unit, const Function &fn) : unit(unit), fn(fn) {}

  std::vector<RecursiveSpawn> find() {
    findIn(fn);
    if (!found.empty() && countsRounds())
      found.clear();
    return std::move(found);
  }

private:
  void findIn(const Function &body) {
    if (!visited.insert(&body).second)
      return;
    for (const Call *call : body.calls) {
      if (auto spawn = spawns(unit, *call); spawn && spawn->task) {
        llvm::SmallVector<const Call *, 3> path;
        bool comesBack = spawn->task == &fn ? fn.decl && !fn.lambda &&
                                                  fn.decl->getNumParams() == 0
                                            : leadsBack(*spawn->task, path);
        if (comesBack)
          found.push_back({std::move(*spawn), &fn, path});
      }
      for (const Invocation &next : invocations(unit, *call))
        if (next.argument && runsDuringCall(next.execution) &&
            next.target->enclosing == &body)
          findIn(*next.target);
    }
  }

  bool leadsBack(const Function &from,
                 llvm::SmallVectorImpl<const Call *> &path) {
    if (path.size() == maxDepth)
      return false;
    for (const Call *call : from.calls)
      for (const Invocation &next : invocations(unit, *call)) {
        if (!runsDuringCall(next.execution))
          continue;
        path.push_back(call);
        if (next.target == &fn ? getsNothingLess(*call)
                               : leadsBack(*next.target, path))
          return true;
        path.pop_back();
      }
    return false;
  }

  bool getsNothingLess(const Call &call) {
    return fn.decl &&
           llvm::all_of(llvm::enumerate(call.args()), [&](auto each) {
             return each.index() >= fn.decl->getNumParams() ||
                    isUnchanged(*each.value(),
                                *fn.decl->getParamDecl(each.index()));
           });
  }

  // The same again, or a constant or a count that nobody checks.
  bool isUnchanged(const Expr &argument, const ParmVarDecl &parameter) {
    const Expr *given = argument.IgnoreUnlessSpelledInSource();
    if (const auto *copy = dyn_cast<CXXConstructExpr>(given))
      if (copy->getNumArgs() == 1)
        given = copy->getArg(0)->IgnoreUnlessSpelledInSource();
    if (const auto *moved = dyn_cast<CallExpr>(given))
      if (moved->getNumArgs() == 1 && moved->getDirectCallee() &&
          unit.roles(moved->getDirectCallee()).has(Role::Forwards))
        given = moved->getArg(0)->IgnoreUnlessSpelledInSource();
    if (const ValueDecl *named = namedBy(given))
      return isParameter(named, parameter) && !isWritten(parameter) &&
             !(isTime(parameter.getType()) && isCompared(parameter));
    if (isa<CXXThisExpr>(given))
      return true;
    if (given->isEvaluatable(unit.context()) || isa<CXXDefaultArgExpr>(given))
      return !isCompared(parameter);
    const auto *step = dyn_cast<BinaryOperator>(given);
    return step && step->isAdditiveOp() &&
           namedBy(step->getLHS()) == &parameter &&
           step->getRHS()->isEvaluatable(unit.context()) &&
           !isCompared(parameter);
  }

  // Itself, or a capture of it under another name.
  static bool isParameter(const ValueDecl *named,
                          const ParmVarDecl &parameter) {
    const auto *variable = dyn_cast<VarDecl>(named);
    return named == &parameter ||
           (variable && variable->isInitCapture() && variable->getInit() &&
            mentions(variable->getInit(), &parameter)) ||
           (variable && !variable->isLocalVarDeclOrParm());
  }

  // `if (++attempts_ == 5) return;`, `if (tried_) return; tried_ = true;`: a
  // member or a static keeps the bound.
  bool countsRounds() {
    return llvm::any_of(
        touchedBy(unit, fn.body).written, [&](const ValueDecl *decl) {
          const auto *variable = dyn_cast<VarDecl>(decl);
          return (isa<FieldDecl>(decl) ||
                  (variable && variable->hasGlobalStorage())) &&
                 llvm::any_of(unit.mentions(decl),
                              [&](const Expr *mention) {
                                return isHere(*mention) && steps(*mention);
                              }) &&
                 isCompared(*decl);
        });
  }

  // In `fn` or on the way back to it.
  bool isHere(const Expr &mention) const {
    for (const Function *in = unit.functionOf(&mention); in; in = in->enclosing)
      if (in == &fn || llvm::any_of(found, [&](const RecursiveSpawn &each) {
            return llvm::any_of(each.path, [&](const Call *step) {
              return step->caller == in;
            });
          }))
        return true;
    return false;
  }

  // Counts up or down, or becomes a constant.
  bool steps(const Expr &mention) const {
    const Stmt *up = unit.parent(&mention);
    if (const auto *op = dyn_cast_or_null<UnaryOperator>(up))
      return op->isIncrementDecrementOp();
    if (const auto *op = dyn_cast_or_null<BinaryOperator>(up))
      return op->isCompoundAssignmentOp() ||
             (op->getOpcode() == BO_Assign &&
              op->getRHS()->isEvaluatable(unit.context()));
    const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(up);
    if (op && op->getArg(0) == &mention)
      return op->getOperator() == OO_PlusPlus ||
             op->getOperator() == OO_MinusMinus ||
             (op->getOperator() == OO_Equal &&
              op->getArg(1)->isEvaluatable(unit.context()));
    return false;
  }

  bool isWritten(const ParmVarDecl &parameter) {
    return llvm::any_of(usesOf(unit, &parameter), [](const Use &use) {
      return use.kind == UseKind::Write;
    });
  }

  // A deadline stays the same, and is passed some day.
  static bool isTime(QualType type) {
    const auto *record = type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && tableName(*record) == "std::chrono::time_point";
  }

  bool isCompared(const ValueDecl &decl) {
    return llvm::any_of(unit.mentions(&decl), [&](const Expr *mention) {
      if (!isHere(*mention))
        return false;
      for (const Stmt *up = unit.parent(mention); up; up = unit.parent(up)) {
        if (isa<IfStmt, WhileStmt, ForStmt, DoStmt, SwitchStmt,
                AbstractConditionalOperator>(up))
          return true;
        if (const auto *op = dyn_cast<BinaryOperator>(up);
            op && op->isComparisonOp())
          return true;
        if (const auto *op = dyn_cast<CXXOperatorCallExpr>(up))
          if (op->isComparisonOp() || op->getOperator() == OO_PlusPlus ||
              op->getOperator() == OO_MinusMinus)
            continue;
        if (isa<LambdaExpr, CallExpr, CompoundStmt>(up))
          return false;
      }
      return false;
    });
  }

  Unit &unit;
  const Function &fn;
  llvm::DenseSet<const Function *> visited;
  std::vector<RecursiveSpawn> found;
};

} // namespace

std::vector<RecursiveSpawn> recursiveSpawns(Unit &unit, const Function &fn) {
  return Finder(unit, fn).find();
}

} // namespace heddle::checks
