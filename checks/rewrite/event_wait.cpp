#include "rewrite/event_wait.h"

#include "analysis/attempts.h"
#include "analysis/guarded.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class EventRewriter {
public:
  EventRewriter(Unit &unit, const Source &source, const ValueDecl &flag)
      : unit(unit), flag(flag), edits(source), source(source) {}

  Edits rewrite(const Loop &wanted) {
    edits.require(isAtomicBool() && isOurs());
    if (!edits)
      return edits;
    replaceDeclaration();
    bool found = false;
    for (const Function *fn : unit.functions())
      for (const Loop &loop : loops(unit, *fn))
        if (const Expr *mention = waitedFor(loop)) {
          found |= loop.stmt == wanted.stmt;
          edits.replace(source.statement(*loop.stmt),
                        source.text(mention->getSourceRange()) + ".wait();");
          inLoops.push_back(mention);
        }
    edits.require(found);
    for (const Expr *mention : unit.mentions(&flag))
      if (!is_contained(inLoops, mention))
        replaceUse(*mention);
    return edits.include("heddle/event.h", flag.getLocation());
  }

private:
  bool isAtomicBool() const {
    const auto *type = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        flag.getType()->getAsCXXRecordDecl());
    return type && tableName(*type) == "std::atomic" &&
           type->getTemplateArgs()[0].getKind() == TemplateArgument::Type &&
           type->getTemplateArgs()[0].getAsType()->isBooleanType();
  }

  // Nobody else can use it as what it is now.
  bool isOurs() const {
    const auto *variable = dyn_cast<VarDecl>(&flag);
    return (variable && variable->isLocalVarDecl()) || isPrivateState(&flag);
  }

  static bool constant(const ASTContext &context, const Expr *expr,
                       bool value) {
    bool found = false;
    return expr && !expr->isValueDependent() &&
           expr->EvaluateAsBooleanCondition(found, context) && found == value;
  }

  bool beginsUnset(const Expr *init) const {
    if (!init)
      return true;
    init = init->IgnoreUnlessSpelledInSource();
    if (const auto *list = dyn_cast<InitListExpr>(init))
      return list->getNumInits() == 0 ||
             (list->getNumInits() == 1 && beginsUnset(list->getInit(0)));
    if (const auto *made = dyn_cast<CXXConstructExpr>(init))
      return made->getNumArgs() == 0 ||
             (made->getNumArgs() == 1 && beginsUnset(made->getArg(0)));
    return constant(unit.context(), init, false);
  }

  void replaceDeclaration() {
    const auto *field = dyn_cast<FieldDecl>(&flag);
    const auto *variable = dyn_cast<VarDecl>(&flag);
    const Expr *init =
        field ? field->getInClassInitializer() : variable->getInit();
    if (field)
      edits.require(all_of(unit.initialisers(field),
                           [&](const Expr *other) { return other == init; }));
    const auto *declared = cast<DeclaratorDecl>(&flag);
    SourceLocation type =
        declared->getTypeSourceInfo()->getTypeLoc().getBeginLoc();
    auto span = source.span({type, declared->getEndLoc()});
    edits.require(beginsUnset(init) && span);
    if (!edits)
      return;
    // The only one that this type is written for.
    StringRef text = source.text(*span);
    StringRef rest = source.contents(span->file).substr(span->end).ltrim();
    edits
        .require(rest.starts_with(";") &&
                 text.split('>').second.ltrim().starts_with(flag.getName()))
        .replace(span, "heddle::Event " + flag.getNameAsString());
  }

  // The mention of the flag that `loop` does nothing but wait for.
  const Expr *waitedFor(const Loop &loop) const {
    auto found = polling(unit, loop);
    if (!found || found->questions.size() != 1)
      return nullptr;
    const Expr *question = found->questions.front();
    bool wanted = true;
    if (question == conditionOf(loop)) {
      wanted = false;
      if (!onlyPauses(unit, loop.body, true))
        return nullptr;
    } else if (!breaksAndPauses(loop.body)) {
      return nullptr;
    }
    const Expr *mention = asked(question, wanted);
    return mention && namedBy(mention) == &flag ? mention : nullptr;
  }

  bool breaksAndPauses(const Stmt *body) const {
    const auto *block = dyn_cast<CompoundStmt>(body);
    return block && all_of(block->body(), [&](const Stmt *part) {
             const auto *branch = dyn_cast<IfStmt>(part);
             if (!branch)
               return onlyPauses(unit, part, true);
             const Stmt *then = branch->getThen();
             if (const auto *inner = dyn_cast<CompoundStmt>(then);
                 inner && inner->size() == 1)
               then = inner->body_front();
             return isa<BreakStmt>(then) && !branch->getElse();
           });
  }

  // The object of the load whose being `value` is what `question` asks.
  const Expr *asked(const Expr *question, bool value) const {
    question = question->IgnoreParenImpCasts();
    if (const auto *op = dyn_cast<UnaryOperator>(question))
      return op->getOpcode() == UO_LNot ? asked(op->getSubExpr(), !value)
                                        : nullptr;
    if (const auto *op = dyn_cast<BinaryOperator>(question)) {
      bool same = op->getOpcode() == BO_EQ;
      if (!same && op->getOpcode() != BO_NE)
        return nullptr;
      for (bool other : {true, false})
        if (constant(unit.context(), op->getRHS(), other))
          return asked(op->getLHS(), value == (same == other));
      return nullptr;
    }
    const Call *load = unit.call(question);
    return value && load && isLoad(*load)
               ? load->object()->IgnoreParenImpCasts()
               : nullptr;
  }

  static bool isLoad(const Call &call) {
    return call.object() && call.callee &&
           (isa<CXXConversionDecl>(call.callee) ||
            (call.callee->getIdentifier() && call.callee->getName() == "load"));
  }

  void replaceUse(const Expr &mention) {
    if (isa_and_nonnull<LambdaExpr>(unit.parent(&mention)))
      return;
    const Call *use = userOf(unit, mention);
    StringRef name = source.text(mention.getSourceRange());
    edits.require(use && use->callee && !name.empty());
    if (!edits)
      return;
    auto replace = [&](StringRef method) {
      edits.replace(use->expr()->getSourceRange(), name + method);
    };
    bool stores = use->callee->getNameAsString() == "store" ||
                  use->callee->getOverloadedOperator() == OO_Equal;
    const Expr *value = use->args().empty() ? nullptr : use->args()[0];
    if (isLoad(*use))
      replace(".is_set()");
    else if (stores && constant(unit.context(), value, true))
      replace(".set()");
    else if (stores && constant(unit.context(), value, false))
      replace(".reset()");
    else
      edits.require(false);
  }

  Unit &unit;
  const ValueDecl &flag;
  Edits edits;
  const Source &source;
  SmallVector<const Expr *, 4> inLoops;
};

} // namespace

Edits asEventWait(Unit &unit, const Source &source, const Loop &loop,
                  const ValueDecl &flag) {
  return EventRewriter(unit, source, flag).rewrite(loop);
}

} // namespace heddle::checks
