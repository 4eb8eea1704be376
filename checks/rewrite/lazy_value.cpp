#include "rewrite/lazy_value.h"

#include "analysis/guarded.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/uses.h"
#include "rewrite/declarations.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

// What a variable is given: a whole value, or the arguments of one.
struct Made {
  const Expr *value = nullptr;
  llvm::ArrayRef<const Expr *> arguments = {};
  bool emplaced = false;
  bool reset = false;
};

Made madeBy(Unit &unit, const LazyInit &init) {
  const Expr *making = init.making->IgnoreImplicit();
  if (const auto *op = dyn_cast<BinaryOperator>(making))
    return {op->getRHS()};
  if (const auto *op = dyn_cast<CXXOperatorCallExpr>(making))
    return {op->getArg(1)};
  const Call *call = unit.call(making);
  if (!call || !call->callee || call->args().empty())
    return {nullptr, {}, call != nullptr};
  if (call->callee->getName() == "reset")
    return {call->args().front(), {}, false, true};
  return {nullptr, call->args(), true};
}

const Expr *written(const Expr *expr) {
  return expr->IgnoreUnlessSpelledInSource();
}

StringRef calleeName(const Expr *expr) {
  const auto *call = dyn_cast<CallExpr>(written(expr));
  const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
  return callee && callee->getIdentifier() ? callee->getName() : "";
}

// The check does nothing but to make it.
bool isOnlyMaking(Unit &unit, const LazyInit &init) {
  const Stmt *then = init.check->getThen();
  if (const auto *block = dyn_cast<CompoundStmt>(then))
    then = block->size() == 1 ? block->body_front() : nullptr;
  const auto *expr = dyn_cast_or_null<Expr>(then);
  return expr && expr->IgnoreImplicit() == init.making->IgnoreImplicit() &&
         !init.check->getElse() && !init.check->hasInitStorage() &&
         !init.check->hasVarStorage() &&
         isa_and_nonnull<CompoundStmt>(unit.parent(init.check));
}

bool isMentionedIn(Unit &unit, const Stmt *whole, const Expr *mention) {
  const Stmt *stmt = mention;
  while (stmt && stmt != whole)
    stmt = unit.parent(stmt);
  return stmt;
}

bool suspendsIn(Unit &unit, const Function &fn, const Stmt *part) {
  return llvm::any_of(fn.calls, [&](const Call *call) {
    return contains(part, call->site) && suspends(unit, *call);
  });
}

bool isEmptyInit(const Expr *init) {
  if (!init)
    return true;
  init = written(init);
  const auto *made = dyn_cast<CXXConstructExpr>(init);
  const auto *ref = dyn_cast<DeclRefExpr>(init);
  return (made && made->getNumArgs() == 0) ||
         isa<CXXNullPtrLiteralExpr, GNUNullExpr>(init) ||
         (ref && ref->getDecl()->getName() == "nullopt");
}

bool usesLocals(const Stmt *stmt) {
  const auto *ref = dyn_cast<DeclRefExpr>(stmt);
  const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
  return (variable && variable->hasLocalStorage()) || isa<LambdaExpr>(stmt) ||
         llvm::any_of(stmt->children(), [](const Stmt *child) {
           return child && usesLocals(child);
         });
}

bool usesThis(const Stmt *stmt) {
  return isa<CXXThisExpr>(stmt) ||
         llvm::any_of(stmt->children(), [](const Stmt *child) {
           return child && usesThis(child);
         });
}

// `*member` or `member->…`.
bool isDereferenced(Unit &unit, const Expr *mention) {
  const Stmt *up = unit.parent(mention);
  while (isa_and_nonnull<ImplicitCastExpr, ParenExpr>(up))
    up = unit.parent(up);
  const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(up);
  return op && op->getNumArgs() == 1 &&
         (op->getOperator() == OO_Star || op->getOperator() == OO_Arrow);
}

// The arguments that the value of type `type` is constructed from.
std::optional<llvm::ArrayRef<const Expr *>>
constructorArguments(Unit &unit, const Made &made, QualType type) {
  if (made.emplaced)
    return made.arguments;
  if (!made.value)
    return std::nullopt;
  const Expr *value = written(made.value);
  const auto *call = dyn_cast<CallExpr>(value);
  const Call *making = call ? unit.call(call) : nullptr;
  const FunctionDecl *callee = making ? making->callee : nullptr;
  const TemplateArgumentList *arguments =
      callee ? callee->getTemplateSpecializationArgs() : nullptr;
  bool makesIt =
      calleeName(value) == "make_unique" && arguments &&
      unit.context().hasSameType(arguments->get(0).getAsType(), type);
  return makesIt ? std::optional(making->args()) : std::nullopt;
}

} // namespace

Edits asLocalStatic(Unit &unit, const Source &source, const LazyInit &init) {
  Edits edits(source);
  const auto *variable = dyn_cast<VarDecl>(init.variable);
  edits.require(
      variable && !variable->isExternallyVisible() &&
      isEmptyInit(variable->getInit()) && isOnlyMaking(unit, init) &&
      !suspendsIn(unit, *init.function, init.check->getThen()) &&
      llvm::all_of(unit.mentions(variable), [&](const Expr *mention) {
        return isMentionedIn(unit, unit.parent(init.check), mention) &&
               !unit.context().getSourceManager().isBeforeInTranslationUnit(
                   mention->getBeginLoc(), init.check->getBeginLoc());
      }));
  if (!edits)
    return edits;
  Made made = madeBy(unit, init);
  std::string value;
  if (made.value) {
    value = source.text(written(made.value)->getSourceRange()).str();
    edits.require(!value.empty());
    value = made.reset ? "(" + value + ")" : " = " + value;
  } else {
    value = "(std::in_place";
    for (const Expr *argument : made.arguments)
      if (!isa<CXXDefaultArgExpr>(argument))
        value +=
            (", " + source.text(written(argument)->getSourceRange())).str();
    value += ")";
  }
  StringRef type =
      source.text(variable->getTypeSourceInfo()->getTypeLoc().getSourceRange());
  edits.require(!type.empty() && !variable->hasAttrs() &&
                !variable->getType()->getContainedDeducedType());
  std::string gap = type.ends_with("*") ? "" : " ";
  removeDeclaration(edits, unit, source, *variable);
  return edits.replace(
      source.span(init.check->getSourceRange()),
      "static " + type + gap + variable->getName() + value +
          (isa<CompoundStmt>(init.check->getThen()) ? ";" : ""));
}

bool isSafeAsLocalStatic(Unit &unit, const LazyInit &init) {
  const auto *variable = dyn_cast<VarDecl>(init.variable);
  if (!variable || (!variable->isStaticLocal() &&
                    variable->needsDestruction(unit.context())))
    return false;
  Made made = madeBy(unit, init);
  if (made.emplaced)
    return true;
  const Expr *value = made.value ? written(made.value) : nullptr;
  if (!value)
    return false;
  if (const auto *allocation = dyn_cast<CXXNewExpr>(value))
    return !allocation->shouldNullCheckAllocation();
  if (calleeName(value) == "make_unique" || calleeName(value) == "make_shared")
    return true;
  auto isOptional = [](QualType type) {
    const CXXRecordDecl *record =
        type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && record->getIdentifier() &&
           record->getName().starts_with("optional");
  };
  return isOptional(variable->getType()) && !isOptional(value->getType());
}

Edits asLazy(Unit &unit, const Source &source, const LazyInit &init) {
  Edits edits(source);
  const auto *field = dyn_cast<FieldDecl>(init.variable);
  const auto *owner = field ? dyn_cast_or_null<ClassTemplateSpecializationDecl>(
                                  field->getType()->getAsCXXRecordDecl())
                            : nullptr;
  if (!edits.require(owner && (owner->getName() == "unique_ptr" ||
                               owner->getName() == "optional")))
    return edits;
  QualType type = owner->getTemplateArgs()[0].getAsType();
  auto arguments = constructorArguments(unit, madeBy(unit, init), type);
  const auto *record = cast<CXXRecordDecl>(field->getParent());
  edits.require(
      arguments && isOnlyMaking(unit, init) && isOnlyUsedInView(unit, field) &&
      !field->hasInClassInitializer() && unit.initialisers(field).empty() &&
      llvm::none_of(*arguments, usesLocals) &&
      llvm::none_of(record->ctors(),
                    [&](const CXXConstructorDecl *constructor) {
                      return constructor->isCopyOrMoveConstructor() &&
                             !unit.callsOf(constructor).empty();
                    }) &&
      llvm::all_of(unit.mentions(field), [&](const Expr *mention) {
        return isDereferenced(unit, mention) || contains(init.check, mention);
      }));
  if (!edits)
    return edits;
  std::string name;
  changeType(edits, source, *field, [&](StringRef text) -> std::string {
    size_t begin = text.find('<'), end = text.rfind('>');
    if (begin == StringRef::npos || end == StringRef::npos)
      return "";
    name = text.slice(begin + 1, end).str();
    return "heddle::Lazy<" + name + ">";
  });
  std::string list;
  bool usesMembers = false;
  for (const Expr *argument : *arguments)
    if (!isa<CXXDefaultArgExpr>(argument)) {
      list += (list.empty() ? "" : ", ") +
              source.text(written(argument)->getSourceRange()).str();
      usesMembers |= usesThis(argument);
    }
  return edits.remove(*init.check)
      .insertAfter(field->getLocation(),
                   llvm::Twine("{[") + (usesMembers ? "this" : "") +
                       "] { return " + name + "(" + list + "); }}")
      .include("heddle/once.h", field->getLocation());
}

} // namespace heddle::checks
