#include "rewrite/loop_items.h"

#include "analysis/uses.h"
#include "rewrite/purity.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

/// Moving along it more than once gives the same items.
bool isForwardIterator(QualType type) {
  type = type.getNonReferenceType();
  if (type->isPointerType())
    return true;
  const auto *record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition())
    return false;
  ASTContext &context = record->getASTContext();
  for (StringRef trait : {"iterator_concept", "iterator_category"})
    for (const NamedDecl *found : record->lookup(&context.Idents.get(trait)))
      if (const auto *alias = dyn_cast<TypedefNameDecl>(found))
        if (const auto *tag = alias->getUnderlyingType()->getAsCXXRecordDecl())
          return llvm::is_contained(
              {"forward_iterator_tag", "bidirectional_iterator_tag",
               "random_access_iterator_tag", "contiguous_iterator_tag"},
              tag->getName());
  return false;
}

class Finder : LoopItems {
public:
  Finder(Unit &unit, const Source &source, const SpawningLoop &shape)
      : unit(unit), source(source), shape(shape) {}

  std::optional<LoopItems> find() {
    bool found = false;
    if (const auto *range = dyn_cast<CXXForRangeStmt>(shape.loop->stmt))
      found = findRange(*range);
    else if (const auto *counted = dyn_cast<ForStmt>(shape.loop->stmt))
      found = findIndices(*counted) || findIterators(*counted);
    if (found)
      return LoopItems(*this);
    return std::nullopt;
  }

private:
  bool findRange(const CXXForRangeStmt &range) {
    item = range.getLoopVariable();
    const auto *begin = dyn_cast_or_null<DeclStmt>(range.getBeginStmt());
    if (range.getInit() || !item || isa<DecompositionDecl>(item) || !begin ||
        !isForwardIterator(cast<VarDecl>(begin->getSingleDecl())->getType()))
      return false;
    const Expr *items = range.getRangeInit();
    arguments = source.text(items->getSourceRange()).str();
    if (isa<InitListExpr, CXXStdInitializerListExpr>(
            items->IgnoreUnlessSpelledInSource()))
      return false;
    this->range = namedBy(items);
    return countIs((arguments + ".size()"), ("std::size(" + arguments + ")"),
                   ("std::ssize(" + arguments + ")"));
  }

  bool countIs(std::string a, std::string b = {}, std::string c = {}) const {
    if (!shape.addedCount)
      return true;
    const Expr *count = shape.addedCount->IgnoreParenImpCasts();
    while (const auto *cast = dyn_cast<ExplicitCastExpr>(count))
      count = cast->getSubExpr()->IgnoreParenImpCasts();
    StringRef text = source.text(count->getSourceRange());
    return isPure(count) && (text == a || text == b || text == c);
  }

  static bool isStep(const Expr *step, const VarDecl *variable) {
    if (!step)
      return false;
    step = step->IgnoreUnlessSpelledInSource();
    if (const auto *op = dyn_cast<UnaryOperator>(step))
      return op->isIncrementOp() && namedBy(op->getSubExpr()) == variable;
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(step))
      return op->getOperator() == OO_PlusPlus &&
             namedBy(op->getArg(0)) == variable;
    const auto *op = dyn_cast<CompoundAssignOperator>(step);
    const auto *one =
        op ? dyn_cast<IntegerLiteral>(op->getRHS()->IgnoreParenImpCasts())
           : nullptr;
    return one && op->getOpcode() == BO_AddAssign && one->getValue() == 1 &&
           namedBy(op->getLHS()) == variable;
  }

  const VarDecl *counter(const ForStmt &counted) const {
    const auto *init = dyn_cast_or_null<DeclStmt>(counted.getInit());
    if (!init || !init->isSingleDecl() || counted.getConditionVariable())
      return nullptr;
    const auto *variable = dyn_cast<VarDecl>(init->getSingleDecl());
    return variable && variable->getInit() && counted.getCond() &&
                   isStep(counted.getInc(), variable)
               ? variable
               : nullptr;
  }

  /// Only the loop's own step changes it.
  bool isOnlyStepped(const VarDecl &variable, const Stmt *step) const {
    return llvm::all_of(usesOf(unit, &variable), [&](const Use &use) {
      return use.kind == UseKind::Read || use.kind == UseKind::Captured ||
             contains(step, use.mention) ||
             (use.kind == UseKind::MethodCall && use.call) ||
             (use.kind == UseKind::Escape && isInTask(use.mention)) ||
             isInCondition(use.mention);
    });
  }

  bool isInTask(const Stmt *stmt) const {
    return unit.functionOf(stmt) != shape.spawn->caller;
  }

  bool isInCondition(const Stmt *stmt) const {
    return contains(cast<ForStmt>(shape.loop->stmt)->getCond(), stmt);
  }

  bool findIndices(const ForStmt &counted) {
    const VarDecl *variable = counter(counted);
    const auto *test =
        variable
            ? dyn_cast<BinaryOperator>(counted.getCond()->IgnoreParenImpCasts())
            : nullptr;
    if (!test || !variable->getType()->isIntegerType() ||
        variable->getType()->isBooleanType())
      return false;
    const Expr *bound = test->getRHS();
    BinaryOperatorKind kind = test->getOpcode();
    if (namedBy(test->getRHS()) == variable) {
      bound = test->getLHS();
      kind = BinaryOperator::reverseComparisonOp(kind);
    } else if (namedBy(test->getLHS()) != variable) {
      return false;
    }
    const Expr *first = variable->getInit()->IgnoreUnlessSpelledInSource();
    const auto *literal = dyn_cast<IntegerLiteral>(first);
    QualType boundType = bound->IgnoreParenImpCasts()->getType();
    if (!isPure(first) || !isPure(bound) || mentions(bound, variable) ||
        !boundType->isIntegerType() ||
        (!literal &&
         boundType.getCanonicalType().getUnqualifiedType() !=
             variable->getType().getCanonicalType().getUnqualifiedType()))
      return false;
    // With != a first above the bound goes round the whole type.
    if (kind != BO_LT && kind != BO_LE &&
        !(kind == BO_NE && literal && literal->getValue() == 0 &&
          boundType->isUnsignedIntegerType()))
      return false;
    item = variable;
    std::string last = source.text(bound->getSourceRange()).str();
    if (kind == BO_LE) {
      if (!isa<IntegerLiteral, DeclRefExpr, MemberExpr, CallExpr>(
              bound->IgnoreUnlessSpelledInSource()))
        return false;
      last += " + 1";
    }
    arguments = (source.text(first->getSourceRange()) + ", " + last).str();
    bool fromZero = literal && literal->getValue() == 0;
    return !last.empty() && isOnlyStepped(*variable, counted.getInc()) &&
           (!shape.addedCount || fromZero) && countIs(last);
  }

  bool findIterators(const ForStmt &counted) {
    const VarDecl *variable = counter(counted);
    if (!variable || !isForwardIterator(variable->getType()))
      return false;
    const Expr *left = nullptr, *right = nullptr;
    const Expr *test = counted.getCond()->IgnoreUnlessSpelledInSource();
    if (const auto *op = dyn_cast<BinaryOperator>(test)) {
      if (op->getOpcode() == BO_NE)
        left = op->getLHS(), right = op->getRHS();
    } else if (const auto *op = dyn_cast<CXXOperatorCallExpr>(test)) {
      if (op->getOperator() == OO_ExclaimEqual)
        left = op->getArg(0), right = op->getArg(1);
    } else if (const auto *op = dyn_cast<CXXRewrittenBinaryOperator>(test)) {
      if (op->getOperator() == BO_NE)
        left = op->getLHS(), right = op->getRHS();
    }
    if (!left || namedBy(left) != variable || !isPure(variable->getInit()) ||
        !isPure(right) || mentions(right, variable))
      return false;
    // Its uses in the task become those of the item.
    for (const Use &use : usesOf(unit, variable))
      if (isInTask(use.mention)) {
        const Expr *dereference = dereferenceOf(use.mention);
        if (!dereference)
          return false;
        iteratorUses.push_back(dereference);
      } else if (!contains(counted.getCond(), use.mention) &&
                 !contains(counted.getInc(), use.mention) &&
                 use.kind != UseKind::Captured &&
                 !contains(shape.lambda, use.mention)) {
        return false;
      }
    item = variable;
    isIterator = true;
    std::string first =
        source.text(variable->getInit()->getSourceRange()).str();
    std::string last = source.text(right->getSourceRange()).str();
    StringRef whose = first;
    bool whole =
        (whose.consume_back(".begin()") || whose.consume_back(".cbegin()")) &&
        (last == (whose + ".end()").str() || last == (whose + ".cend()").str());
    bool constant = StringRef(first).ends_with("cbegin()");
    arguments = whole && !constant ? whose.str() : first + ", " + last;
    return !first.empty() && !last.empty() && nameItem() &&
           (!shape.addedCount || (whole && countIs((whose + ".size()").str())));
  }

  /// `*it` or the `it->` of a member, written as such.
  const Expr *dereferenceOf(const Expr *mention) const {
    const Stmt *up = unit.parent(mention);
    while (up && isa<ImplicitCastExpr, ParenExpr>(up))
      up = unit.parent(up);
    if (const auto *op = dyn_cast_or_null<UnaryOperator>(up))
      return op->getOpcode() == UO_Deref ? op : nullptr;
    if (const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(up))
      return (op->getOperator() == OO_Star && op->getNumArgs() == 1) ||
                     op->getOperator() == OO_Arrow
                 ? op
                 : nullptr;
    if (const auto *member = dyn_cast_or_null<MemberExpr>(up))
      return member->isArrow() ? member : nullptr;
    return nullptr;
  }

  /// A name for what the iterator points to that the task does not use.
  bool nameItem() {
    StringRef code = source.text(shape.loop->stmt->getSourceRange());
    for (StringRef name : {"item", "element", "value"})
      if (!code.contains(name)) {
        itemName = name.str();
        return true;
      }
    return false;
  }

  Unit &unit;
  const Source &source;
  const SpawningLoop &shape;
};

} // namespace

std::optional<LoopItems> itemsOf(Unit &unit, const Source &source,
                                 const SpawningLoop &shape) {
  return Finder(unit, source, shape).find();
}

} // namespace heddle::checks
