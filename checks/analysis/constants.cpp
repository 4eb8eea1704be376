#include "analysis/constants.h"

using namespace clang;

namespace heddle::checks {

std::optional<int64_t> constant(Unit &unit, const Expr *expr) {
  Expr::EvalResult value;
  if (!expr || expr->isValueDependent() ||
      !expr->getType()->isIntegralOrEnumerationType() ||
      !expr->EvaluateAsInt(value, unit.context()) ||
      !value.Val.getInt().isRepresentableByInt64())
    return std::nullopt;
  return value.Val.getInt().getExtValue();
}

} // namespace heddle::checks
