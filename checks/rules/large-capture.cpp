#include "analysis/captures.h"
#include "analysis/object_parts.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "framework/check.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
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
    int64_t whole = bytes(context.getCanonicalTagType(parts.record)), read = 0;
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
    Edits edit = captureParts(task, capture, parts);
    if (parts.throughPointer)
      finding.review(capture.location,
                     "read where the task is spawned, and no longer in it",
                     edit);
    else
      finding.fix(edit);
  }

  // `[request]` becomes `[user = request.user]`, and each read its new name.
  Edits captureParts(const LambdaExpr &task, const Capture &capture,
                     const PartsRead &parts) {
    std::string list;
    Edits edit = edits();
    llvm::SmallVector<std::string, 4> taken;
    auto [base, moved] = originOf(capture);
    bool moves = moved && !parts.throughPointer;
    int grown = 0;
    edit.require(!capture.implicit && !base.empty() && !task.isMutable());
    for (const PartsRead::Part &part : parts.parts) {
      std::string name = part.name;
      edit.require(!name.empty() && isUnused(task, name) &&
                   isKeptByValue(part, moves));
      std::string path = part.path;
      if (!llvm::is_contained(taken, name)) {
        taken.push_back(name);
        std::string outside = base + (parts.throughPointer ? "->" : ".") + path;
        bool isClass = part.expr->getType()->isRecordType();
        list += (list.empty() ? "" : ", ") + name + " = " +
                (moves && isClass ? "std::move(" + outside + ")" : outside);
      }
      SourceRange read = part.expr->getSourceRange();
      grown += int(name.size()) - int(source().text(read).size());
      edit.replace(read, name);
    }
    for (size_t i = 0; i < parts.parts.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        edit.require(parts.parts[i].name != parts.parts[j].name ||
                     parts.parts[i].path == parts.parts[j].path);
    SourceLocation end = capture.location;
    if (capture.init)
      end = capture.init->getEndLoc();
    SourceRange written(capture.location, end);
    grown += int(list.size()) - int(source().text(written).size());
    if (grown > 0)
      edit.breakLambda(task, grown);
    return edit.replace(written, list);
  }

  // A capture of it is what the object has, neither a pointer to that nor a
  // copy of what others may change. What is moved is gone for its other reads.
  static bool isKeptByValue(const PartsRead::Part &part, bool moves) {
    QualType type = part.field->getType();
    const auto *record = part.expr->getType()->getAsCXXRecordDecl();
    return !type->isReferenceType() && !part.expr->getType()->isArrayType() &&
           !(moves && part.onlyLooks) &&
           (moves || !record || record->hasSimpleCopyConstructor() ||
            llvm::any_of(record->ctors(), [](const CXXConstructorDecl *each) {
              return each->isCopyConstructor() && !each->isDeleted();
            }));
  }

  struct Origin {
    std::string name;
    bool moved = false;
  };

  // The object outside, for `[request]` and `[request = std::move(request)]`.
  Origin originOf(const Capture &capture) {
    if (!capture.init)
      return {capture.variable->getNameAsString()};
    const Expr *given = capture.init->IgnoreUnlessSpelledInSource();
    if (const auto *list = dyn_cast<ParenListExpr>(given))
      given = list->getNumExprs() == 1 ? list->getExpr(0) : given;
    const auto *call = dyn_cast<CallExpr>(given);
    bool moved = call && call->getDirectCallee() && call->getNumArgs() == 1 &&
                 unit().roles(call->getDirectCallee()).has(Role::Forwards);
    const ValueDecl *named = namedBy(moved ? call->getArg(0) : given);
    if (!named || !isa<VarDecl>(named))
      return {};
    return {named->getNameAsString(), moved};
  }

  // Nothing in the task is called so already, but members.
  bool isUnused(const LambdaExpr &task, llvm::StringRef name) {
    const Function *body = unit().function(task.getCallOperator());
    return body && !usesName(body->body, name);
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
