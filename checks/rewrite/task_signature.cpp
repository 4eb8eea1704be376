#include "rewrite/task_signature.h"

#include "analysis/captures.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/AST/TypeLoc.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Finder : TaskSignature {
public:
  Finder(Unit &unit, const Source &source, const SpawningLoop &shape,
         const LoopItems &items)
      : unit(unit), source(source), shape(shape), items(items),
        lambda(shape.lambda), item(items.item), group(shape.group) {}

  std::optional<TaskSignature> find() {
    if (checkCaptures())
      return TaskSignature(*this);
    return std::nullopt;
  }

private:
  bool checkCaptures() {
    LambdaCaptureDefault byDefault = lambda->getCaptureDefault();
    if (byDefault == LCD_ByRef)
      captures.push_back("&");
    else if (byDefault == LCD_ByCopy)
      captures.push_back("=");
    bool usesItem = false;
    for (const Capture &capture : checks::captures(*lambda)) {
      if (capture.variable && !capture.init &&
          declaredInRound(*capture.variable)) {
        // By reference it would be gone by the time the task runs.
        bool reference = capture.kind == Capture::Reference &&
                         !(capture.variable->getType()->isReferenceType());
        if (reference || (capture.kind == Capture::Copy &&
                          capture.variable->getType()->isReferenceType()))
          return false;
        continue;
      }
      if (capture.variable == item) {
        usesItem = true;
        copiesItem = capture.kind == Capture::Copy;
        if (!copiesItem && !item->getType()->isReferenceType())
          return false;
        continue;
      }
      if (capture.variable == group && !shape.keepsGroup)
        continue;
      if (capture.init)
        return false;
      if (capture.kind == Capture::Copy && lambda->isMutable())
        return false;
      if (capture.implicit || capture.variable == group)
        continue;
      captures.push_back(textOf(capture));
    }
    if (lambda->isMutable() && (!copiesItem || captures.size() > 0))
      return false;
    return capturePrologue(usesItem) && nameParameter(usesItem);
  }

  /// What the round declares for the task needs its variables in there too, as
  /// they are out here.
  bool capturePrologue(bool &usesItem) {
    if (!shape.body)
      return true;
    llvm::SmallVector<const Stmt *, 4> parts;
    for (const Stmt *statement : shape.body->body())
      if (statement != shape.spawnStatement && statement != shape.add)
        parts.push_back(statement);
    for (const Stmt *part : parts)
      if (!captureMentioned(part, usesItem))
        return false;
    return true;
  }

  bool captureMentioned(const Stmt *part, bool &usesItem) {
    if (isa<CXXThisExpr>(part))
      return captureAlso("this", lambda->getCaptureDefault() != LCD_None);
    if (const auto *named = dyn_cast<DeclRefExpr>(part)) {
      const auto *variable = dyn_cast<VarDecl>(named->getDecl());
      if (variable == item)
        usesItem = true;
      else if (variable && variable->hasLocalStorage() &&
               !declaredInRound(*variable))
        return captureLocal(*variable);
    }
    return llvm::all_of(part->children(), [&](const Stmt *child) {
      return !child || captureMentioned(child, usesItem);
    });
  }

  bool captureLocal(const VarDecl &variable) {
    bool copied = lambda->getCaptureDefault() == LCD_ByCopy;
    for (const Capture &capture : checks::captures(*lambda))
      if (capture.variable == &variable && capture.kind == Capture::Copy)
        copied = true;
    if (copied)
      return variable.getType()->isScalarType();
    return captureAlso("&" + variable.getNameAsString(),
                       lambda->getCaptureDefault() == LCD_ByRef);
  }

  bool captureAlso(std::string text, bool byDefault) {
    if (!byDefault && !llvm::is_contained(captures, text))
      captures.push_back(std::move(text));
    return true;
  }

  static std::string textOf(const Capture &capture) {
    switch (capture.kind) {
    case Capture::This:
      return "this";
    case Capture::CopyOfThis:
      return "*this";
    case Capture::Reference:
      return "&" + capture.variable->getNameAsString();
    case Capture::Copy:
      return capture.variable->getNameAsString();
    }
    llvm_unreachable("not a kind of capture");
  }

  bool declaredInRound(const ValueDecl &variable) const {
    return shape.body &&
           llvm::any_of(shape.body->body(), [&](const Stmt *statement) {
             return llvm::is_contained(declaredBy(statement), &variable);
           });
  }

  bool nameParameter(bool usesItem) {
    if (items.isIterator) {
      parameter = "auto &" + items.itemName;
      QualType type = items.iteratorUses.empty()
                          ? QualType()
                          : items.iteratorUses.front()->getType();
      if (items.iteratorUses.empty())
        parameter = "auto &";
      else if (isa<MemberExpr>(items.iteratorUses.front()) ||
               items.iteratorUses.front()->isLValue() || type->isPointerType())
        parameter = "auto &" + items.itemName;
      else
        parameter = "auto &&" + items.itemName;
      return true;
    }
    TypeSourceInfo *info = item->getTypeSourceInfo();
    if (!info)
      return false;
    TypeLoc type = info->getTypeLoc();
    auto written =
        source.span(SourceRange(item->getOuterLocStart(), item->getLocation()));
    if (!written)
      return false;
    std::string declared = source.text(*written).str();
    if (usesItem && copiesItem && item->getType()->isReferenceType() &&
        !isUntouched()) {
      // The task's own copy, as before.
      auto reference = type.getUnqualifiedLoc().getAs<ReferenceTypeLoc>();
      if (!reference)
        return false;
      StringRef plain = source.text(
          reference.getPointeeLoc().getUnqualifiedLoc().getSourceRange());
      if (plain.empty())
        return false;
      declared = (plain + " " + item->getName()).str();
    }
    if (!usesItem) {
      StringRef nameless = declared;
      nameless.consume_back(item->getName());
      declared = nameless.rtrim().str();
    }
    parameter = declared;
    return true;
  }

  /// No task and nobody else can change the items meanwhile, so that the task
  /// needs no copy of its own.
  bool isUntouched() const {
    const auto *range = dyn_cast_or_null<VarDecl>(items.range);
    return range && !lambda->isMutable() &&
           item->getType()->getPointeeType().isConstQualified() &&
           range->hasLocalStorage() && !range->getType()->isReferenceType() &&
           !mentions(lambda->getBody(), range) && staysHere(*range);
  }

  /// Only this function gets at it, but for the loop's own begin() and end().
  bool staysHere(const VarDecl &goneOver) const {
    const Expr *range = cast<CXXForRangeStmt>(shape.loop->stmt)->getRangeInit();
    return llvm::all_of(usesOf(unit, &goneOver), [&](const Use &use) {
      return use.kind != UseKind::Escape || contains(range, use.mention);
    });
  }

  Unit &unit;
  const Source &source;
  const SpawningLoop &shape;
  const LoopItems &items;
  const LambdaExpr *lambda;
  const VarDecl *item;
  const ValueDecl *group;
  bool copiesItem = false;
};

} // namespace

std::optional<TaskSignature> signatureOf(Unit &unit, const Source &source,
                                         const SpawningLoop &shape,
                                         const LoopItems &items) {
  return Finder(unit, source, shape, items).find();
}

} // namespace heddle::checks
