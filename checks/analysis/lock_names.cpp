#include "analysis/lock_names.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// A parameter is matched by its place: attributes name those of the first
// declaration, bodies those of the definition.
const Expr *argumentFor(const ParmVarDecl &parameter, const CallFrame &frame) {
  const auto *owner = dyn_cast<FunctionDecl>(parameter.getDeclContext());
  unsigned index = parameter.getFunctionScopeIndex();
  if (!frame.callee || index >= frame.args.size())
    return nullptr;
  bool same =
      owner && (owner->getCanonicalDecl() == frame.callee->getCanonicalDecl() ||
                frame.callee->getTemplateInstantiationPattern() == owner);
  return same ? frame.args[index] : nullptr;
}

std::string pointerText(const void *pointer) {
  return utohexstr(reinterpret_cast<uintptr_t>(pointer));
}

class Namer {
public:
  explicit Namer(Unit &unit) : unit(unit) {}

  LockName name(const Expr *expr, const CallFrame *frame,
                unsigned depth = 0) const {
    expr = stripped(expr);
    LockName result = plainName(expr, frame, depth);
    if (result.type.isNull())
      result.type = expr->getType().getNonReferenceType();
    if (result.type->isPointerType())
      result.type = result.type->getPointeeType();
    return result;
  }

private:
  static const Expr *stripped(const Expr *expr) {
    for (;;) {
      const Expr *next = expr->IgnoreUnlessSpelledInSource();
      if (const auto *op = dyn_cast<UnaryOperator>(next))
        if (op->getOpcode() == UO_AddrOf || op->getOpcode() == UO_Deref)
          next = op->getSubExpr();
      if (const auto *cast = dyn_cast<ExplicitCastExpr>(next))
        next = cast->getSubExpr();
      if (next == expr)
        return expr;
      expr = next;
    }
  }

  LockName plainName(const Expr *expr, const CallFrame *frame,
                     unsigned depth) const {
    if (depth > CallFrame::maxDepth)
      return opaque(expr);
    if (isa<CXXThisExpr>(expr))
      return nameOfThis(expr, frame, depth);
    if (const auto *ref = dyn_cast<DeclRefExpr>(expr))
      return nameOfDecl(*ref, frame, depth);
    if (const auto *member = dyn_cast<MemberExpr>(expr))
      return nameOfMember(*member, frame, depth);
    if (const auto *element = dyn_cast<ArraySubscriptExpr>(expr))
      return nameOfElement(element->getBase(), element->getIdx(), frame, depth);
    if (const auto *operation = dyn_cast<CXXOperatorCallExpr>(expr)) {
      if (operation->getOperator() == OO_Subscript &&
          operation->getNumArgs() == 2)
        return nameOfElement(operation->getArg(0), operation->getArg(1), frame,
                             depth);
      if (operation->getOperator() == OO_Star ||
          operation->getOperator() == OO_Arrow)
        return name(operation->getArg(0), frame, depth + 1);
    }
    if (const Call *call = unit.call(expr))
      return nameOfResult(*call, expr, frame, depth);
    return opaque(expr);
  }

  LockName nameOfThis(const Expr *expr, const CallFrame *frame,
                      unsigned depth) const {
    if (!frame)
      return {"this", "*this", nullptr, expr->getType()->getPointeeType()};
    if (frame->made)
      return {"v" + pointerText(frame->made), frame->made->getNameAsString(),
              frame->made, frame->made->getType()};
    if (frame->object)
      return name(frame->object, frame->outer, depth + 1);
    return nameOfThis(expr, frame->outer, depth);
  }

  LockName nameOfDecl(const DeclRefExpr &ref, const CallFrame *frame,
                      unsigned depth) const {
    const ValueDecl *decl = ref.getDecl();
    if (const auto *parameter = dyn_cast<ParmVarDecl>(decl);
        parameter && frame) {
      if (const Expr *argument = argumentFor(*parameter, *frame))
        return name(argument, frame->outer, depth + 1);
    } else if (const auto *variable = dyn_cast<VarDecl>(decl);
               variable && variable->getInit() && isAlias(*variable)) {
      return name(variable->getInit(), frame, depth + 1);
    }
    return {"v" + pointerText(decl->getCanonicalDecl()),
            decl->getNameAsString(), decl,
            decl->getType().getNonReferenceType()};
  }

  // A reference, or a pointer that nothing reseats, to something with a name.
  bool isAlias(const VarDecl &variable) const {
    QualType type = variable.getType();
    if (type->isReferenceType())
      return true;
    return type->isPointerType() &&
           none_of(unit.mentions(&variable), [&](const Expr *mention) {
             const auto *op =
                 dyn_cast_or_null<BinaryOperator>(unit.parent(mention));
             return op && op->isAssignmentOp() && op->getLHS() == mention;
           });
  }

  LockName nameOfMember(const MemberExpr &member, const CallFrame *frame,
                        unsigned depth) const {
    const ValueDecl *decl = member.getMemberDecl();
    if (isa<VarDecl>(decl))
      return {"v" + pointerText(decl->getCanonicalDecl()),
              decl->getNameAsString(), decl, decl->getType()};
    const auto *field = dyn_cast<FieldDecl>(decl);
    if (!field)
      return opaque(&member);
    if (field->getType()->isReferenceType() ||
        field->getType()->isPointerType())
      if (auto bound = boundTo(*field, *member.getBase(), frame, depth))
        return *bound;
    LockName base = name(member.getBase(), frame, depth + 1);
    std::string prefix =
        base.text == "*this" ? "" : base.text + (member.isArrow() ? "->" : ".");
    return {base.identity + "." + pointerText(field->getCanonicalDecl()),
            prefix + field->getNameAsString(), field,
            field->getType().getNonReferenceType()};
  }

  // What the constructor of a local object bound its member to.
  std::optional<LockName> boundTo(const FieldDecl &field, const Expr &base,
                                  const CallFrame *frame,
                                  unsigned depth) const {
    const Expr *object = stripped(&base);
    if (frame && isa<CXXThisExpr>(object)) {
      if (isa_and_nonnull<CXXConstructorDecl>(frame->callee))
        if (const Expr *init = initialiser(field, *frame->callee))
          return name(init, frame, depth + 1);
      if (!frame->object)
        return std::nullopt;
      return boundTo(field, *frame->object, frame->outer, depth + 1);
    }
    const auto *ref = dyn_cast<DeclRefExpr>(object);
    const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
    const Expr *init = variable ? variable->getInit() : nullptr;
    const auto *construction =
        init ? dyn_cast<CXXConstructExpr>(init->IgnoreUnlessSpelledInSource())
             : nullptr;
    const Call *call = construction ? unit.call(construction) : nullptr;
    if (!call || depth > CallFrame::maxDepth)
      return std::nullopt;
    CallFrame made = innerFrame(frame, *call);
    made.made = variable;
    if (const Expr *bound = initialiser(field, *call->callee))
      return name(bound, &made, depth + 1);
    return std::nullopt;
  }

  const Expr *initialiser(const FieldDecl &field,
                          const FunctionDecl &callee) const {
    const Function *body = unit.function(&callee);
    const auto *constructor =
        body ? dyn_cast<CXXConstructorDecl>(body->decl) : nullptr;
    if (!constructor)
      return nullptr;
    for (const CXXCtorInitializer *init : constructor->inits())
      if (init->getMember() == &field)
        return init->getInit();
    return nullptr;
  }

  LockName nameOfElement(const Expr *base, const Expr *index,
                         const CallFrame *frame, unsigned depth) const {
    LockName whole = name(base, frame, depth + 1);
    LockName which = name(index, frame, depth + 1);
    return {whole.identity + "[" + which.identity + "]",
            whole.text + "[" + which.text + "]",
            whole.variable,
            {}};
  }

  // A getter's result is what it returns; a smart pointer's is what it points
  // to.
  LockName nameOfResult(const Call &call, const Expr *expr,
                        const CallFrame *frame, unsigned depth) const {
    if (!call.callee)
      return opaque(expr);
    if (unit.roles(call).has(Role::Forwards) && !call.args().empty())
      return name(call.args().front(), frame, depth + 1);
    CallFrame callee = innerFrame(frame, call);
    if (const auto *returned = call.callee->getAttr<LockReturnedAttr>())
      return name(returned->getArg(), &callee, depth + 1);
    const Function *body = unit.function(call.callee);
    if (body && body->returns.size() == 1 &&
        body->returns.front()->getRetValue())
      return name(body->returns.front()->getRetValue(), &callee, depth + 1);
    if (call.object() && call.callee->getIdentifier() &&
        call.callee->getName() == "get")
      return name(call.object(), frame, depth + 1);
    return opaque(expr);
  }

  // Equal for expressions that look the same.
  LockName opaque(const Expr *expr) const {
    FoldingSetNodeID id;
    expr->Profile(id, unit.context(), /*Canonical=*/true);
    const SourceManager &sources = unit.context().getSourceManager();
    StringRef text = Lexer::getSourceText(
        CharSourceRange::getTokenRange(
            sources.getExpansionRange(expr->getSourceRange()).getAsRange()),
        sources, unit.context().getLangOpts());
    return {"e" + utohexstr(id.ComputeHash()), text.str(), nullptr, {}};
  }

  Unit &unit;
};

} // namespace

CallFrame innerFrame(const CallFrame *outer, const Call &call) {
  return {outer,       call.callee, call.object(),
          call.args(), nullptr,     outer ? outer->depth + 1 : 1};
}

LockName lockName(Unit &unit, const Expr *expr, const CallFrame *frame) {
  return Namer(unit).name(expr, frame);
}

} // namespace heddle::checks
