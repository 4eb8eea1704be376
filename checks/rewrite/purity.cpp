#include "rewrite/purity.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

bool isFromStd(const Decl &decl) {
  for (const DeclContext *context = decl.getDeclContext(); context;
       context = context->getParent())
    if (context->isStdNamespace() ||
        (isa<NamespaceDecl>(context) &&
         cast<NamespaceDecl>(context)->getName() == "__gnu_cxx"))
      return true;
  return false;
}

} // namespace

bool isPure(const Expr *expr) {
  expr = expr->IgnoreUnlessSpelledInSource();
  if (isa<DeclRefExpr, MemberExpr, IntegerLiteral, CXXBoolLiteralExpr,
          FloatingLiteral, CharacterLiteral, CXXThisExpr, CXXNullPtrLiteralExpr,
          UnaryExprOrTypeTraitExpr>(expr)) {
    const auto *member = dyn_cast<MemberExpr>(expr);
    return !member || isPure(member->getBase());
  }
  if (expr->getType().isVolatileQualified())
    return false;
  if (const auto *op = dyn_cast<BinaryOperator>(expr))
    return !op->isAssignmentOp() && isPure(op->getLHS()) &&
           isPure(op->getRHS());
  if (const auto *op = dyn_cast<UnaryOperator>(expr))
    return !op->isIncrementDecrementOp() && isPure(op->getSubExpr());
  if (const auto *cast = dyn_cast<ExplicitCastExpr>(expr))
    return cast->getType()->isScalarType() && isPure(cast->getSubExpr());
  if (const auto *element = dyn_cast<ArraySubscriptExpr>(expr))
    return isPure(element->getLHS()) && isPure(element->getRHS());
  if (const auto *choice = dyn_cast<ConditionalOperator>(expr))
    return isPure(choice->getCond()) && isPure(choice->getTrueExpr()) &&
           isPure(choice->getFalseExpr());
  if (isa<UserDefinedLiteral>(expr))
    return true;
  if (const auto *made = dyn_cast<CXXConstructExpr>(expr))
    return made->getConstructor()->isConstexpr() &&
           llvm::all_of(made->arguments(),
                        [](const Expr *part) { return isPure(part); });
  if (isa<CXXDefaultArgExpr>(expr))
    return true;
  const auto *call = dyn_cast<CallExpr>(expr);
  if (!call || !call->getDirectCallee() || !isFromStd(*call->getDirectCallee()))
    return false;
  const FunctionDecl &callee = *call->getDirectCallee();
  std::string name = callee.getDeclName().getAsString();
  const auto *method = dyn_cast<CXXMethodDecl>(&callee);
  // A map's operator[] inserts.
  bool reads =
      method
          ? (method->isConst() &&
             llvm::is_contained({"size", "empty", "length", "data", "front",
                                 "back", "at", "begin", "end", "cbegin", "cend",
                                 "get", "value", "has_value", "operator bool",
                                 "operator[]", "operator*", "operator->"},
                                name)) ||
                (name == "operator[]" && method->getNumParams() == 1 &&
                 method->getParamDecl(0)->getType()->isIntegerType() &&
                 !llvm::is_contained({"map", "unordered_map"},
                                     method->getParent()->getName())) ||
                llvm::is_contained({"begin", "end", "data", "front", "back"},
                                   name)
          : llvm::is_contained({"size", "ssize", "min", "max", "begin", "end",
                                "cbegin", "cend", "data"},
                               name);
  if (!reads)
    return false;
  for (const Expr *argument : call->arguments())
    if (!isa<CXXDefaultArgExpr>(argument) && !isPure(argument))
      return false;
  const auto *member = dyn_cast<CXXMemberCallExpr>(call);
  return !member || isPure(member->getImplicitObjectArgument());
}

} // namespace heddle::checks
