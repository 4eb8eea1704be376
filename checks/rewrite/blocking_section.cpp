#include "rewrite/blocking_section.h"

#include "analysis/held_locks.h"
#include "rewrite/scope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace heddle::checks {
namespace {

// The length is a whole number of nanoseconds, by its type.
bool isExactIn(QualType type) {
  const auto *duration = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      type.getNonReferenceType()->getAsCXXRecordDecl());
  if (!duration || duration->getTemplateArgs().size() != 2 ||
      !duration->getTemplateArgs()[0].getAsType()->isIntegerType())
    return false;
  const auto *period = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      duration->getTemplateArgs()[1].getAsType()->getAsCXXRecordDecl());
  return period &&
         1'000'000'000 %
                 period->getTemplateArgs()[1].getAsIntegral().getExtValue() ==
             0;
}

} // namespace

Edits inBlockingSection(Unit &unit, const Source &source, const Call &call) {
  const auto *expr = dyn_cast<CallExpr>(call.site);
  bool isWhole = expr && isDiscarded(unit, *expr);
  llvm::StringRef text =
      expr ? source.text(expr->getSourceRange()) : llvm::StringRef();
  return Edits(source)
      .require(expr && !text.empty() && !expr->isGLValue() &&
               !expr->getType()->isDependentType() &&
               !mayHoldThreadLock(unit, call))
      .replace(expr ? source.span(expr->getSourceRange()) : std::nullopt,
               (isWhole ? "heddle::blocking([&] { "
                        : "heddle::blocking([&] { return ") +
                   text + "; })")
      .include("heddle/foreign.h", call.location());
}

Edits asTaskSleep(Unit &unit, const Source &source, const Call &call) {
  return Edits(source)
      .require(isExactIn(call.args()[0]->getType()) &&
               !mayHoldThreadLock(unit, call))
      .replace(cast<CallExpr>(call.site)->getCallee()->getSourceRange(),
               "heddle::sleep_for")
      .include("heddle/spawn.h", call.location());
}

} // namespace heddle::checks
