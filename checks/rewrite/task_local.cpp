#include "rewrite/task_local.h"

#include "analysis/constants.h"
#include "analysis/task_code.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/TypeLoc.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class TaskLocalEdit {
public:
  TaskLocalEdit(Unit &unit, const Source &source, const VarDecl &variable)
      : unit(unit), source(source), variable(variable), edit(source) {}

  Edits make() {
    edit.require(isInView() && isPlainType());
    if (!edit)
      return edit;
    changeDeclaration();
    for (const Expr *mention : unit.mentions(&variable))
      changeUse(*mention);
    return edit.include("heddle/task_local.h", variable.getLocation());
  }

private:
  // One declaration, in the file that is compiled.
  bool isInView() {
    const SourceManager &sm = unit.context().getSourceManager();
    return !variable.getPreviousDecl() && !variable.hasExternalStorage() &&
           variable.isThisDeclarationADefinition() !=
               VarDecl::DeclarationOnly &&
           !variable.isStaticDataMember() &&
           sm.isWrittenInMainFile(variable.getLocation()) &&
           llvm::none_of(unit.mentions(&variable), [&](const Expr *mention) {
             const Function *fn = unit.functionOf(mention);
             return !fn || isOnlyThreadCode(unit, *fn);
           });
  }

  bool isPlainType() {
    QualType type = variable.getType();
    return !type->isArrayType() && !type->isReferenceType() &&
           !type.isConstQualified() && !type->getContainedAutoType() &&
           variable.getTypeSourceInfo();
  }

  // Up to the name, the specifiers and the type; behind it, the first value.
  void changeDeclaration() {
    StringRef type = source.text(
        variable.getTypeSourceInfo()->getTypeLoc().getSourceRange());
    auto whole = source.span(variable.getSourceRange());
    edit.require(!type.empty() && whole && isAlone());
    if (!edit)
      return;
    std::string text =
        variable.isStaticLocal() || variable.getStorageClass() == SC_Static
            ? "static "
            : "";
    text += ("heddle::TaskLocal<" + type + "> " + variable.getName()).str();
    if (const Expr *value = firstValue()) {
      StringRef written = source.text(value->getSourceRange());
      edit.require(!written.empty() &&
                   value->isConstantInitializer(unit.context(), false));
      text += ("{[] { return " + type + "(" + written + "); }}").str();
    }
    edit.replace(whole, text);
  }

  // Null where that is what a TaskLocal starts with.
  const Expr *firstValue() const {
    const Expr *init = variable.getInit();
    if (!init || variable.getInitStyle() == VarDecl::ListInit)
      return nullptr;
    init = init->IgnoreUnlessSpelledInSource();
    const auto *made = dyn_cast<CXXConstructExpr>(init);
    if (made && made->getNumArgs() == 0)
      return nullptr;
    bool isZero = isa<CXXNullPtrLiteralExpr>(init) || constant(unit, init) == 0;
    return isZero ? nullptr : init;
  }

  // `thread_local int a, b;` has one type for both.
  bool isAlone() {
    StringRef code =
        source.contents(source.manager().getFileID(variable.getLocation()));
    auto whole = source.span(variable.getSourceRange());
    StringRef rest = code.substr(whole->end).ltrim();
    bool isFirst = source.text(*whole).contains("thread");
    return isFirst && rest.starts_with(";") &&
           (variable.getInitStyle() != VarDecl::ListInit ||
            isEmptyList(variable.getInit()));
  }

  static bool isEmptyList(const Expr *init) {
    const auto *list = dyn_cast_or_null<InitListExpr>(init);
    const auto *made = dyn_cast_or_null<CXXConstructExpr>(init);
    return !init || (list && list->getNumInits() == 0) ||
           (made && made->getNumArgs() == 0) ||
           isa<ImplicitValueInitExpr>(init);
  }

  void changeUse(const Expr &mention) {
    const Stmt *up = unit.parent(&mention);
    while (isa_and_nonnull<ImplicitCastExpr>(up))
      up = unit.parent(up);
    const auto *member = dyn_cast_or_null<MemberExpr>(up);
    if (member && !member->isArrow() && member->getOperatorLoc().isValid() &&
        member->getBase()->IgnoreImpCasts() == &mention) {
      edit.replace(member->getOperatorLoc(), "->");
      return;
    }
    const auto *unary = dyn_cast_or_null<UnaryOperator>(up);
    bool binds = (member && member->getOperatorLoc().isValid()) ||
                 isa_and_nonnull<ArraySubscriptExpr>(up) ||
                 (unary && unary->isPostfix()) || isPostfix(up);
    auto name = source.span(mention.getSourceRange());
    edit.require(name.has_value());
    if (!edit)
      return;
    edit.replace(name, (binds ? "(*" : "*") + source.text(*name).str() +
                           (binds ? ")" : ""));
  }

  // An operator that binds closer than a `*` in front.
  static bool isPostfix(const Stmt *stmt) {
    const auto *call = dyn_cast_or_null<CXXOperatorCallExpr>(stmt);
    if (!call)
      return false;
    OverloadedOperatorKind op = call->getOperator();
    return op == OO_Call || op == OO_Subscript || op == OO_Arrow ||
           ((op == OO_PlusPlus || op == OO_MinusMinus) &&
            call->getNumArgs() == 2);
  }

  Unit &unit;
  const Source &source;
  const VarDecl &variable;
  Edits edit;
};

} // namespace

Edits asTaskLocal(Unit &unit, const Source &source, const VarDecl &variable) {
  return TaskLocalEdit(unit, source, variable).make();
}

} // namespace heddle::checks
