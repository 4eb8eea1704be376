#include "analysis/shared_state.h"

#include "analysis/constants.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Getters of getters.
constexpr unsigned maxDepth = 4;

class Questions {
public:
  Questions(Unit &unit, const Loop &loop, AskedState &asked)
      : unit(unit), loop(loop), asked(asked) {}

  bool add(const Expr *expr, unsigned depth = 0) {
    expr = expr->IgnoreParenImpCasts();
    if (expr->isValueDependent())
      return false;
    Expr::EvalResult value;
    if (expr->EvaluateAsRValue(value, unit.context()) && !value.HasSideEffects)
      return true;
    if (const auto *op = dyn_cast<BinaryOperator>(expr))
      return addOperation(*op, depth);
    if (const auto *op = dyn_cast<UnaryOperator>(expr))
      return op->isIncrementDecrementOp() ? addRounds(op->getSubExpr(), nullptr)
                                          : add(op->getSubExpr(), depth);
    if (const auto *op = dyn_cast<CXXRewrittenBinaryOperator>(expr)) {
      asked.hasDeadline = true;
      return isTime(op->getLHS()->getType()) && isTime(op->getRHS()->getType());
    }
    if (const auto *cast = dyn_cast<CastExpr>(expr))
      return add(cast->getSubExpr(), depth);
    if (const auto *named = dyn_cast<DeclRefExpr>(expr))
      return addVariable(*named->getDecl());
    if (const auto *member = dyn_cast<MemberExpr>(expr))
      return addVariable(*member->getMemberDecl());
    const Call *call = unit.call(expr);
    return call && addCall(*call, depth);
  }

private:
  bool addOperation(const BinaryOperator &op, unsigned depth) {
    if (op.isAssignmentOp())
      return false;
    if (op.isComparisonOp() && countOf(op.getLHS()))
      return addRounds(op.getLHS(), op.getRHS());
    return add(op.getLHS(), depth) && add(op.getRHS(), depth);
  }

  // `i`, `i++`, `++i`, for a local number.
  const VarDecl *countOf(const Expr *expr) const {
    expr = expr->IgnoreParenImpCasts();
    if (const auto *op = dyn_cast<UnaryOperator>(expr);
        op && op->isIncrementDecrementOp())
      expr = op->getSubExpr()->IgnoreParenImpCasts();
    const auto *named = dyn_cast<DeclRefExpr>(expr);
    const auto *variable =
        named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
    return variable && variable->hasLocalStorage() &&
                   variable->getType()->isIntegerType() &&
                   is_contained(touchedBy(unit, loop.stmt).written, variable)
               ? variable
               : nullptr;
  }

  bool addRounds(const Expr *, const Expr *limit) {
    int64_t most = std::max<int64_t>(constant(unit, limit).value_or(0), 0);
    asked.rounds = unsigned(std::min<int64_t>(asked.rounds, most));
    return true;
  }

  static bool isAtomic(QualType type) {
    const CXXRecordDecl *record =
        type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && is_contained({"std::atomic", "std::atomic_flag",
                                   "std::atomic_ref", "std::__atomic_base"},
                                  tableName(*record));
  }

  bool addVariable(const ValueDecl &decl) {
    QualType type = decl.getType().getNonReferenceType();
    if (!type->isIntegralOrEnumerationType() && !isAtomic(type))
      return false;
    const auto *variable = dyn_cast<VarDecl>(&decl);
    bool shared =
        isAtomic(type) || isa<FieldDecl>(decl) ||
        (variable && (!variable->hasLocalStorage() ||
                      variable->getType()->isReferenceType() ||
                      any_of(usesOf(unit, variable), [](const Use &use) {
                        return use.kind == UseKind::Captured;
                      })));
    if (!shared)
      return !variable || addRounds(nullptr, nullptr);
    if (!is_contained(asked.state, &decl))
      asked.state.push_back(&decl);
    return true;
  }

  bool addCall(const Call &call, unsigned depth) {
    if (!call.callee)
      return false;
    std::string name = call.callee->getNameAsString();
    if (call.object() && isAtomic(call.object()->getType()))
      return (isa<CXXConversionDecl>(call.callee) || name == "load" ||
              name == "test") &&
             add(call.object(), depth);
    if (isStandard(*call.callee)) {
      asked.hasDeadline |= name == "now";
      return all_of(call.args(), [&](const Expr *argument) {
        return isTime(argument->getType());
      });
    }
    const Function *body = unit.function(call.callee);
    return body && depth < maxDepth && body->returns.size() == 1 &&
           isa<CompoundStmt>(body->body) &&
           cast<CompoundStmt>(body->body)->size() == 1 &&
           body->returns.front()->getRetValue() &&
           add(body->returns.front()->getRetValue(), depth + 1);
  }

  static bool isTime(QualType type) {
    const CXXRecordDecl *record =
        type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && StringRef(tableName(*record)).starts_with("std::chrono::");
  }

  Unit &unit;
  const Loop &loop;
  AskedState &asked;
};

} // namespace

bool ask(Unit &unit, const Loop &loop, const Expr *condition,
         AskedState &asked) {
  return Questions(unit, loop, asked).add(condition);
}

} // namespace heddle::checks
