#include "analysis/work.h"

#include "analysis/loops.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

constexpr unsigned maxDepth = 3;

bool isTiny(Unit &unit, const Function &fn, unsigned depth);

bool allocates(const Stmt *stmt) {
  if (!stmt)
    return false;
  return isa<CXXNewExpr, CXXThrowExpr, CXXTryStmt, LambdaExpr, GotoStmt>(
             stmt) ||
         llvm::any_of(stmt->children(), allocates);
}

/// A scalar, or a small value of scalars.
bool isPlainValue(QualType type) {
  type = type.getNonReferenceType();
  if (type->isScalarType() || type->isVoidType())
    return true;
  const auto *record = type->getAsCXXRecordDecl();
  return record && record->hasDefinition() && record->hasTrivialDestructor();
}

/// Of the C++ library, what looks at or changes one value in place.
bool isStandardAccess(const FunctionDecl &callee) {
  const auto *method = dyn_cast<CXXMethodDecl>(&callee);
  if (!method)
    return false;
  if (callee.isOverloadedOperator())
    return callee.getOverloadedOperator() == OO_Subscript ||
           isPlainValue(callee.getReturnType());
  if (isa<CXXConversionDecl>(callee))
    return isPlainValue(callee.getReturnType());
  return callee.getIdentifier() &&
         llvm::is_contained({"size",
                             "empty",
                             "length",
                             "data",
                             "front",
                             "back",
                             "at",
                             "get",
                             "value",
                             "has_value",
                             "load",
                             "store",
                             "exchange",
                             "count",
                             "fetch_add",
                             "fetch_sub",
                             "fetch_or",
                             "fetch_and",
                             "test",
                             "begin",
                             "end",
                             "fetch_xor",
                             "clear",
                             "test_and_set",
                             "compare_exchange_strong",
                             "compare_exchange_weak"},
                            callee.getName());
}

bool isTinyCall(Unit &unit, const Call &call, unsigned depth) {
  RoleSet roles = unit.roles(call);
  if (roles.hasAny({Role::CountsDown, Role::ReleasesSlot, Role::Signals}))
    return true;
  if (!roles.empty() || !call.callee)
    return false;
  if (call.destroyed || isa<CXXConstructExpr>(call.site))
    return false;
  if (isStandard(*call.callee))
    return isStandardAccess(*call.callee);
  const Function *body = unit.function(call.callee);
  bool accessor =
      isa<CXXMethodDecl>(call.callee) || call.callee->isOverloadedOperator();
  return accessor && body && depth < maxDepth && isTiny(unit, *body, depth + 1);
}

bool isTiny(Unit &unit, const Function &fn, unsigned depth) {
  return loops(unit, fn).empty() && !allocates(fn.body) &&
         llvm::all_of(fn.calls, [&](const Call *call) {
           return isTinyCall(unit, *call, depth);
         });
}

} // namespace

bool isTiny(Unit &unit, const Function &fn) { return isTiny(unit, fn, 0); }

} // namespace heddle::checks
