#include "analysis/durations.h"

#include "model/roles.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Expr.h"

using namespace clang;

namespace heddle::checks {

std::optional<std::chrono::nanoseconds> durationOf(ASTContext &context,
                                                   const Expr *expr) {
  if (!expr || expr->isValueDependent() || expr->isTypeDependent())
    return std::nullopt;
  const auto *record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      expr->getType().getNonReferenceType()->getAsCXXRecordDecl());
  if (!record || tableName(*record) != "std::chrono::duration")
    return std::nullopt;
  const auto *period = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      record->getTemplateArgs()[1].getAsType()->getAsCXXRecordDecl());
  Expr::EvalResult value;
  if (!period || tableName(*period) != "std::ratio" ||
      !expr->EvaluateAsRValue(value, context, /*InConstantContext=*/true) ||
      !value.Val.isStruct() || value.Val.getStructNumFields() != 1)
    return std::nullopt;
  const APValue &count = value.Val.getStructField(0);
  double ticks = count.isInt()     ? double(count.getInt().getExtValue())
                 : count.isFloat() ? count.getFloat().convertToDouble()
                                   : -1;
  double numerator = period->getTemplateArgs()[0].getAsIntegral().getExtValue();
  double denominator =
      period->getTemplateArgs()[1].getAsIntegral().getExtValue();
  double length = ticks * numerator / denominator * 1e9;
  if (length < 0 || length > 9e18)
    return std::nullopt;
  return std::chrono::nanoseconds(int64_t(length));
}

} // namespace heddle::checks
