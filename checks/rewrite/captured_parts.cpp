#include "rewrite/captured_parts.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A capture of it is what the object has, neither a pointer to that nor a
// copy of what others may change. What is moved is gone for its other reads.
bool isKeptByValue(const PartsRead::Part &part, bool moves) {
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
Origin originOf(Unit &unit, const Capture &capture) {
  if (!capture.init)
    return {capture.variable->getNameAsString()};
  const Expr *given = capture.init->IgnoreUnlessSpelledInSource();
  if (const auto *list = dyn_cast<ParenListExpr>(given))
    given = list->getNumExprs() == 1 ? list->getExpr(0) : given;
  const auto *call = dyn_cast<CallExpr>(given);
  bool moved = call && call->getDirectCallee() && call->getNumArgs() == 1 &&
               unit.roles(call->getDirectCallee()).has(Role::Forwards);
  const ValueDecl *named = namedBy(moved ? call->getArg(0) : given);
  if (!named || !isa<VarDecl>(named))
    return {};
  return {named->getNameAsString(), moved};
}

// Nothing in the task is called so already, but members.
bool isUnused(Unit &unit, const LambdaExpr &task, llvm::StringRef name) {
  const Function *body = unit.function(task.getCallOperator());
  return body && !usesName(body->body, name);
}

} // namespace

Edits withParts(Unit &unit, const Source &source, const LambdaExpr &task,
                const Capture &capture, const PartsRead &parts) {
  std::string list;
  Edits edit(source);
  llvm::SmallVector<std::string, 4> taken;
  auto [base, moved] = originOf(unit, capture);
  bool moves = moved && !parts.throughPointer;
  int grown = 0;
  edit.require(!capture.implicit && !base.empty() && !task.isMutable());
  for (const PartsRead::Part &part : parts.parts) {
    std::string name = part.name;
    edit.require(!name.empty() && isUnused(unit, task, name) &&
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
    grown += int(name.size()) - int(source.text(read).size());
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
  grown += int(list.size()) - int(source.text(written).size());
  if (grown > 0)
    edit.breakLambda(task, grown);
  return edit.replace(written, list);
}

} // namespace heddle::checks
