#include "rewrite/removal.h"

#include "rewrite/purity.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// The branch that does nothing but `statement`, which then goes with it.
const Stmt *emptiedBranch(Unit &unit, const Stmt *statement) {
  const Stmt *up = unit.parent(statement);
  if (const auto *block = dyn_cast_or_null<CompoundStmt>(up);
      block && block->size() == 1) {
    statement = up;
    up = unit.parent(up);
  }
  const auto *branch = dyn_cast_or_null<IfStmt>(up);
  bool removable = branch && branch->getThen() == statement &&
                   !branch->getElse() && !branch->getInit() &&
                   !branch->getConditionVariable() &&
                   !branch->getCond()->HasSideEffects(unit.context());
  return removable ? branch : nullptr;
}

// Without its only statement `block` would be a branch that does nothing.
bool emptiesBranch(Unit &unit, const CompoundStmt &block) {
  return block.size() == 1 && isa_and_nonnull<IfStmt>(unit.parent(&block));
}

bool isConstant(const ASTContext &context, const Expr *expr) {
  Expr::EvalResult value;
  return !expr->isValueDependent() && expr->EvaluateAsRValue(value, context) &&
         !value.HasSideEffects;
}

} // namespace

Edits &removeCall(Edits &edits, Unit &unit, const Call &call) {
  edits.require(all_of(call.args(), [&](const Expr *argument) {
    return isa<CXXDefaultArgExpr>(argument) ||
           !argument->HasSideEffects(unit.context()) || isPure(argument) ||
           isConstant(unit.context(), argument);
  }));
  const Stmt *statement = call.site;
  const Stmt *up = unit.parent(statement);
  while (up && isa<ExprWithCleanups, ParenExpr, CStyleCastExpr>(up)) {
    statement = up;
    up = unit.parent(up);
  }
  if (const Stmt *branch = emptiedBranch(unit, statement);
      branch && isa_and_nonnull<CompoundStmt>(unit.parent(branch)))
    return edits.remove(*branch);
  if (const auto *result = dyn_cast_or_null<ReturnStmt>(up))
    return edits.require(result->getRetValue()->getType()->isVoidType())
        .replace(result->getSourceRange(), "return");
  const auto *block = dyn_cast_or_null<CompoundStmt>(up);
  return edits.require(block && !emptiesBranch(unit, *block))
      .remove(*statement);
}

Edits &removeArgument(Edits &edits, Unit &unit, const Source &source,
                      const Call &call, const Call &argument) {
  ArrayRef<const Expr *> args = call.args();
  const auto *place = find_if(args, [&](const Expr *candidate) {
    return unit.call(candidate) == &argument;
  });
  if (!edits.require(place != args.end() && args.size() > 1))
    return edits;
  bool isFirst = place == args.begin();
  auto own = source.span((*place)->getSourceRange());
  auto other = source.span((isFirst ? place[1] : place[-1])->getSourceRange());
  if (!edits.require(own && other))
    return edits;
  // With the comma between the two.
  return edits.replace(isFirst ? Span{own->file, own->begin, other->begin}
                               : Span{own->file, other->end, own->end},
                       "");
}

} // namespace heddle::checks
