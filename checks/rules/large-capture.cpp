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
    std::string base = baseOf(capture);
    int grown = 0;
    edit.require(!capture.implicit && !base.empty() && !task.isMutable());
    for (const PartsRead::Part &part : parts.parts) {
      std::string name = part.name;
      edit.require(!name.empty() && isUnused(task, name));
      std::string path = part.path;
      if (!llvm::is_contained(taken, name)) {
        taken.push_back(name);
        list += (list.empty() ? "" : ", ") + name + " = " + base +
                (parts.throughPointer ? "->" : ".") + path;
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

  // The object outside, for `[request]` and `[request = std::move(request)]`.
  std::string baseOf(const Capture &capture) {
    if (!capture.init)
      return capture.variable->getNameAsString();
    const Expr *given = capture.init->IgnoreUnlessSpelledInSource();
    if (const auto *list = dyn_cast<ParenListExpr>(given))
      given = list->getNumExprs() == 1 ? list->getExpr(0) : given;
    if (const auto *call = dyn_cast<CallExpr>(given);
        call && call->getDirectCallee() && call->getNumArgs() == 1 &&
        unit().roles(call->getDirectCallee()).has(Role::Forwards))
      given = call->getArg(0);
    const ValueDecl *named = namedBy(given);
    return named && isa<VarDecl>(named) ? named->getNameAsString() : "";
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
