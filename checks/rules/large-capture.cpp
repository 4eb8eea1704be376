#include "analysis/captures.h"
#include "analysis/object_parts.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/captured_parts.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/RecordLayout.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// What a closure captures lives until its task has ended, and is copied or
// moved there first. A task that needs two members of a request should not keep
// the body of it.
class LargeCapture final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::Spawns))
        for (const Expr *argument : call->args())
          if (const LambdaExpr *task = literalLambda(argument))
            checkTask(*task);
  }

  void checkTask(const LambdaExpr &task) {
    for (const Capture &capture : captures(task)) {
      if (capture.kind != Capture::Copy || !capture.variable)
        continue;
      auto parts = partsRead(unit(), task, *capture.variable);
      if (parts && isLarge(*parts))
        report(task, capture, *parts);
    }
  }

  // More than the task needs, by bytes or because it owns others elsewhere.
  bool isLarge(const PartsRead &parts) {
    const ASTContext &context = unit().context();
    auto bytes = [&](QualType type) {
      return context.getTypeSizeInChars(type).getQuantity();
    };
    int64_t whole =
        context.getASTRecordLayout(parts.record).getSize().getQuantity();
    int64_t read = 0;
    for (const PartsRead::Part &part : parts.parts)
      read += bytes(part.expr->getType().getNonReferenceType());
    bool ownsOthers =
        llvm::any_of(parts.record->fields(), [&](const FieldDecl *field) {
          return isContainer(field->getType()) && !parts.reads(*field);
        });
    return ownsOthers || (whole > number("Bytes") && read * 2 < whole);
  }

  void report(const LambdaExpr &task, const Capture &capture,
              const PartsRead &parts) {
    std::string names;
    for (const PartsRead::Part &part : parts.parts)
      names += (names.empty() ? "'" : ", '") + part.path + "'";
    Finding &finding =
        diag(capture.location, "the task keeps all of '%0', but reads only %1")
        << capture.variable->getNameAsString() << names;
    Edits edit = withParts(unit(), source(), task, capture, parts);
    if (parts.throughPointer)
      finding.review(capture.location,
                     "read where the task is spawned, and no longer in it",
                     edit);
    else
      finding.fix(edit);
  }
};

} // namespace

extern const CheckInfo large_capture = {
    .summary = "a task keeps a large object of which it reads little",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "D8",
    .since = "0.2",
    .options = {{"Bytes", OptionType::Number, "256",
                 "objects up to this size that own no others are small"}},
    .make = makeCheck<LargeCapture>,
};

} // namespace heddle::checks
