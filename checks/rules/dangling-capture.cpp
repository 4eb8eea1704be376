#include "analysis/lifetimes.h"
#include "analysis/uses.h"
#include "framework/check.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task runs when it gets a processor, which may be after its spawner has
// returned. What it refers to must still be there.
class DanglingCaptureCheck final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    for (const Call *call : function.calls)
      if (auto spawn = spawns(unit(), *call); spawn && spawn->task) {
        auto dangling = danglingCaptures(unit(), *spawn);
        if (!dangling.empty())
          report(*spawn, dangling);
      }
  }

  void report(const Spawn &spawn, llvm::ArrayRef<DanglingCapture> dangling) {
    const Call &start = *spawn.path.front();
    const DanglingCapture &first = dangling.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "the task may outlive '%0', which it refers to")
                       << first.referent->getNameAsString();
    finding.covers(start.location());
    finding.note(first.referent->getLocation(), "'%0' ends with its scope")
        << first.referent->getNameAsString();
    if (!first.joins.empty())
      finding.note(first.joins.front().site->getBeginLoc(),
                   "this wait comes too late, or not on every way");
    finding.fix(captureCopies(start, dangling));
  }

  Edits captureCopies(const Call &start,
                      llvm::ArrayRef<DanglingCapture> dangling) {
    const LambdaExpr *lambda = nullptr;
    for (const Expr *argument : start.args())
      if (const LambdaExpr *found = literalLambda(argument))
        lambda = found;
    Edits edit = edits();
    edit.require(lambda && !lambda->isMutable());
    for (const DanglingCapture &each : dangling) {
      if (!edit)
        return edit;
      const Capture &capture = each.capture;
      edit.require(capture.kind == Capture::Reference && !capture.init &&
                   isCopyable(capture.variable->getType()) &&
                   onlyRead(*lambda, *capture.variable));
      if (!edit)
        return edit;
      std::string name = capture.variable->getNameAsString();
      if (!capture.implicit) {
        auto written = source().span(capture.location);
        edit.require(written && written->begin > 0);
        if (!edit)
          return edit;
        llvm::StringRef code = source().contents(written->file);
        edit.require(code[written->begin - 1] == '&');
        edit.replace(Span{written->file, written->begin - 1, written->begin},
                     "");
      } else {
        edit.insertAfter(lambda->getCaptureDefaultLoc(), ", " + name);
      }
    }
    return edit;
  }

  static bool isCopyable(QualType type) {
    type = type.getNonReferenceType();
    if (type->isScalarType())
      return true;
    const auto *record = type->getAsCXXRecordDecl();
    return record && record->hasDefinition() && !record->isAbstract() &&
           (record->hasSimpleCopyConstructor() ||
            llvm::any_of(record->ctors(), [](const CXXConstructorDecl *each) {
              return each->isCopyConstructor() && !each->isDeleted() &&
                     each->getAccess() == AS_public;
            }));
  }

  // A task that changes it wants the others to see that.
  bool onlyRead(const LambdaExpr &lambda, const ValueDecl &variable) {
    const Function *body = unit().function(lambda.getCallOperator());
    return llvm::all_of(usesOf(unit(), &variable), [&](const Use &use) {
      return unit().functionOf(use.mention) != body || use.readOnly;
    });
  }
};

} // namespace

extern const CheckInfo dangling_capture = {
    .summary = "a task refers to what may be gone before it runs",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "",
    .since = "0.2",
    .make = makeCheck<DanglingCaptureCheck>,
};

} // namespace heddle::checks
