#include "analysis/sums.h"

#include "analysis/constants.h"
#include "analysis/loops.h"
#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// `(void)item;` aside.
const Stmt *onlyStatement(const Stmt *body) {
  while (const auto *block = dyn_cast_or_null<CompoundStmt>(body)) {
    body = nullptr;
    for (const Stmt *statement : block->body()) {
      const auto *dropped = dyn_cast<CStyleCastExpr>(statement);
      if (dropped && dropped->getCastKind() == CK_ToVoid)
        continue;
      if (body)
        return nullptr;
      body = statement;
    }
  }
  const auto *expr = dyn_cast_or_null<Expr>(body);
  return expr ? expr->IgnoreImplicit() : body;
}

bool names(const Expr *expr, const VarDecl &variable) {
  const Expr *bare = expr->IgnoreUnlessSpelledInSource();
  if (const auto *op = dyn_cast<CXXOperatorCallExpr>(bare))
    bare = op->getOperator() == OO_Star
               ? op->getArg(0)->IgnoreUnlessSpelledInSource()
               : bare;
  return namedBy(bare) == &variable;
}

bool isSum(QualType type) {
  const auto *record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      type->getAsCXXRecordDecl());
  return type->isIntegerType() ||
         (record && tableName(*record) == "std::atomic" &&
          record->getTemplateArgs()[0].getAsType()->isIntegerType());
}

/// What `stmt` adds `item`, or 1, to: `total += item`, `++total`, or what an
/// atomic has for them.
const ValueDecl *addsTo(const Stmt *stmt, const VarDecl &item) {
  const Expr *target = nullptr;
  if (const auto *step = dyn_cast_or_null<UnaryOperator>(stmt);
      step && step->isIncrementOp())
    target = step->getSubExpr();
  else if (const auto *op = dyn_cast_or_null<CompoundAssignOperator>(stmt);
           op && op->getOpcode() == BO_AddAssign && names(op->getRHS(), item))
    target = op->getLHS();
  else if (const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(stmt);
           op &&
           (op->getOperator() == OO_PlusPlus ||
            (op->getOperator() == OO_PlusEqual && names(op->getArg(1), item))))
    target = op->getArg(0);
  else if (const auto *call = dyn_cast_or_null<CXXMemberCallExpr>(stmt);
           call && call->getNumArgs() > 0 && call->getMethodDecl() &&
           call->getMethodDecl()->getIdentifier() &&
           call->getMethodDecl()->getName() == "fetch_add" &&
           names(call->getArg(0), item))
    target = call->getImplicitObjectArgument();
  target = target ? target->IgnoreParenImpCasts() : nullptr;
  return target && isSum(target->getType()) ? namedBy(target) : nullptr;
}

std::optional<SummedChannel::Addition> additionOf(Unit &unit,
                                                  const ChannelUse &use) {
  const Stmt *loop = use.loop;
  const Stmt *body = nullptr;
  const VarDecl *item = nullptr;
  if (use.loop) {
    body = use.loop->getBody();
    item = use.loop->getLoopVariable();
  } else if (const Loop *around = lexicalLoop(unit, use.site())) {
    const auto *repeat = dyn_cast<WhileStmt>(around->stmt);
    loop = repeat;
    body = repeat ? repeat->getBody() : nullptr;
    item = repeat ? repeat->getConditionVariable() : nullptr;
  }
  const Stmt *addition = onlyStatement(body);
  const ValueDecl *total = item ? addsTo(addition, *item) : nullptr;
  if (!total || use.limited)
    return std::nullopt;
  return SummedChannel::Addition{&use, loop, addition, total};
}

} // namespace

std::optional<SummedChannel> summedUp(Unit &unit, const ChannelInfo &channel) {
  SummedChannel sum;
  for (const ChannelUse &use : channel.uses) {
    if (use.kind == ChannelUse::Send) {
      if (!use.call || !constant(unit, use.value))
        return std::nullopt;
      sum.sends.push_back(&use);
    } else if (use.kind == ChannelUse::Receive) {
      auto addition = additionOf(unit, use);
      if (!addition)
        return std::nullopt;
      sum.additions.push_back(*addition);
    }
  }
  if (!channel.onlyMade() || sum.sends.empty() || sum.additions.empty())
    return std::nullopt;
  return sum;
}

} // namespace heddle::checks
