#include "rewrite/parallel_loop.h"

#include "analysis/captures.h"
#include "analysis/uses.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/AST/TypeLoc.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

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

struct CaptureText {
  std::string name;
  std::string text;
};

class ParallelLoop {
public:
  ParallelLoop(Unit &unit, const Source &source, const Loop &loop,
               const Call &spawn)
      : unit(unit), source(source), loop(loop), spawn(spawn), edits(source) {}

  Edits make() {
    bool same = findPlaces() && findTask() && findJoin() && findItems() &&
                checkCaptures() && checkRound();
    edits.require(same);
    if (same)
      write();
    return edits;
  }

private:
  // The shape: a loop in a block, the wait behind it, a spawn of a lambda in
  // it.
  bool findPlaces() {
    if (loop.callable || unit.functionOf(loop.stmt) != spawn.caller)
      return false;
    body = dyn_cast<CompoundStmt>(loop.body);
    spawnStatement = body ? statementOf(unit, spawn.site) : spawn.site;
    if (!spawnStatement || onlyCall(unit, spawnStatement) != &spawn)
      return false;
    const Stmt *up = unit.parent(spawnStatement);
    while (up && isa<Expr>(up) && !body)
      up = unit.parent(up);
    if (up != (body ? static_cast<const Stmt *>(body) : loop.stmt))
      return false;
    if (body && body->body_back() != spawnStatement)
      return false;
    wait = neighbour(unit, loop.stmt, 1);
    return wait && isa_and_nonnull<CompoundStmt>(unit.parent(loop.stmt));
  }

  bool findTask() {
    for (const Expr *argument : spawn.args())
      if (!isa<CXXDefaultArgExpr>(argument)) {
        if (lambda)
          return false;
        lambda = literalLambda(argument);
        if (!lambda)
          return false;
      }
    if (!lambda || lambda->hasExplicitResultType() ||
        lambda->isGenericLambda() || lambda->getTrailingRequiresClause() ||
        !lambda->getCallOperator()->parameters().empty() ||
        lambda->getCallOperator()->hasAttrs())
      return false;
    task = unit.function(lambda->getCallOperator());
    return task != nullptr;
  }

  // The group, who adds to it, takes from it and waits for it.
  bool findJoin() {
    const Call *joins = onlyCall(unit, wait);
    if (!joins || !unit.roles(*joins).has(Role::Joins) ||
        !joins->args().empty())
      return false;
    group = objectOf(*joins);
    if (!group)
      return false;
    if (objectOf(spawn) == group && unit.roles(spawn).has(Role::CountsUp)) {
      return checkOtherUses();
    }
    if (spawn.object() || !findDone())
      return false;
    return (findAddInRound() || findAddBefore()) && checkOtherUses();
  }

  bool findDone() {
    const auto *taskBody = dyn_cast<CompoundStmt>(lambda->getBody());
    if (!taskBody || taskBody->body_empty())
      return false;
    done = taskBody->body_back();
    const Call *call = onlyCall(unit, done);
    return call && objectOf(*call) == group &&
           unit.roles(*call).has(Role::CountsDown) && call->args().empty() &&
           task->returns.empty();
  }

  bool addsTo(const Stmt *statement, const Expr *&count) const {
    const Call *call = onlyCall(unit, statement);
    if (!call || objectOf(*call) != group ||
        !unit.roles(*call).has(Role::CountsUp) ||
        unit.roles(*call).has(Role::Spawns))
      return false;
    count = nullptr;
    for (const Expr *argument : call->args())
      if (!isa<CXXDefaultArgExpr>(argument))
        count = argument;
    return true;
  }

  bool findAddInRound() {
    if (!body)
      return false;
    for (const Stmt *statement : body->body()) {
      const Expr *count;
      if (!addsTo(statement, count))
        continue;
      if (count) {
        Expr::EvalResult value;
        if (!count->EvaluateAsInt(value, unit.context()) ||
            value.Val.getInt() != 1)
          return false;
      }
      add = statement;
      return true;
    }
    return false;
  }

  // `group.add(items.size())` ahead of the loop.
  bool findAddBefore() {
    for (int offset = -1;
         const Stmt *statement = neighbour(unit, loop.stmt, offset); --offset) {
      const Expr *count;
      if (!addsTo(statement, count)) {
        if (!isa<DeclStmt>(statement))
          return false;
        continue;
      }
      add = statement;
      addedCount = count;
      return count != nullptr;
    }
    return false;
  }

  /// Other tasks may be counted by the group; then its wait stays. Somebody
  /// else who waits for it would no longer wait for these.
  bool checkOtherUses() {
    const auto *variable = dyn_cast<VarDecl>(group);
    if (!variable || !variable->isLocalVarDecl() ||
        variable->getType()->isReferenceType())
      return false;
    for (const Use &use : usesOf(unit, group)) {
      if (use.kind == UseKind::Captured)
        continue;
      if (use.kind != UseKind::MethodCall || !use.call)
        return false;
      const Stmt *statement = use.call->site;
      bool isOurs = use.call == &spawn || contains(wait, statement) ||
                    contains(done, statement) || contains(add, statement);
      keepsGroup |= !isOurs;
      if (!isOurs && !unit.roles(*use.call).hasAny(
                         {Role::CountsUp, Role::CountsDown, Role::Spawns}))
        return false;
    }
    if (keepsGroup)
      return true;
    for (int offset = -1;
         const Stmt *statement = neighbour(unit, loop.stmt, offset); --offset)
      if (const auto *found = dyn_cast<DeclStmt>(statement))
        if (found->isSingleDecl() && found->getSingleDecl() == group)
          declaration = statement;
    keepsGroup = !declaration;
    return true;
  }

  static bool contains(const Stmt *whole, const Stmt *part) {
    return whole && (whole == part ||
                     llvm::any_of(whole->children(), [&](const Stmt *child) {
                       return contains(child, part);
                     }));
  }

  bool findItems() {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt))
      return findRange(*range);
    if (const auto *counted = dyn_cast<ForStmt>(loop.stmt))
      return findIndices(*counted) || findIterators(*counted);
    return false;
  }

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
    rangeVariable = namedBy(items);
    return countIs((arguments + ".size()"), ("std::size(" + arguments + ")"),
                   ("std::ssize(" + arguments + ")"));
  }

  bool countIs(std::string a, std::string b = {}, std::string c = {}) const {
    if (!addedCount)
      return true;
    const Expr *count = addedCount->IgnoreParenImpCasts();
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
    return unit.functionOf(stmt) != spawn.caller;
  }

  bool isInCondition(const Stmt *stmt) const {
    return contains(cast<ForStmt>(loop.stmt)->getCond(), stmt);
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
    isIndex = true;
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
           (!addedCount || fromZero) && countIs(last);
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
                 !contains(lambda, use.mention)) {
        return false;
      }
    item = variable;
    isIterator = true;
    std::string first =
        source.text(variable->getInit()->getSourceRange()).str();
    std::string last = source.text(right->getSourceRange()).str();
    StringRef range = first;
    bool whole =
        (range.consume_back(".begin()") || range.consume_back(".cbegin()")) &&
        (last == (range + ".end()").str() || last == (range + ".cend()").str());
    bool constant = StringRef(first).ends_with("cbegin()");
    arguments = whole && !constant ? range.str() : first + ", " + last;
    return !first.empty() && !last.empty() && nameItem() &&
           (!addedCount || (whole && countIs((range + ".size()").str())));
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
    StringRef code = source.text(loop.stmt->getSourceRange());
    for (StringRef name : {"item", "element", "value"})
      if (!code.contains(name)) {
        itemName = name.str();
        return true;
      }
    return false;
  }

  bool checkCaptures() {
    LambdaCaptureDefault byDefault = lambda->getCaptureDefault();
    if (byDefault == LCD_ByRef)
      captureTexts.push_back("&");
    else if (byDefault == LCD_ByCopy)
      captureTexts.push_back("=");
    bool usesItem = false;
    for (const Capture &capture : captures(*lambda)) {
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
      if (capture.variable == group && !keepsGroup)
        continue;
      if (capture.init)
        return false;
      if (capture.kind == Capture::Copy && lambda->isMutable())
        return false;
      if (capture.implicit || capture.variable == group)
        continue;
      captureTexts.push_back(textOf(capture));
    }
    if (lambda->isMutable() && (!copiesItem || captureTexts.size() > 0))
      return false;
    return capturePrologue(usesItem) && nameParameter(usesItem);
  }

  /// What the round declares for the task needs its variables in there too, as
  /// they are out here.
  bool capturePrologue(bool &usesItem) {
    if (!body)
      return true;
    llvm::SmallVector<const Stmt *, 4> parts;
    for (const Stmt *statement : body->body())
      if (statement != spawnStatement && statement != add)
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
    for (const Capture &capture : captures(*lambda))
      if (capture.variable == &variable && capture.kind == Capture::Copy)
        copied = true;
    if (copied)
      return variable.getType()->isScalarType();
    return captureAlso("&" + variable.getNameAsString(),
                       lambda->getCaptureDefault() == LCD_ByRef);
  }

  bool captureAlso(std::string text, bool byDefault) {
    if (!byDefault && !llvm::is_contained(captureTexts, text))
      captureTexts.push_back(std::move(text));
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
    return body && llvm::any_of(body->body(), [&](const Stmt *statement) {
             return llvm::is_contained(declaredBy(statement), &variable);
           });
  }

  bool nameParameter(bool usesItem) {
    if (isIterator) {
      parameter = "auto &" + itemName;
      QualType type =
          iteratorUses.empty() ? QualType() : iteratorUses.front()->getType();
      if (iteratorUses.empty())
        parameter = "auto &";
      else if (isa<MemberExpr>(iteratorUses.front()) ||
               iteratorUses.front()->isLValue() || type->isPointerType())
        parameter = "auto &" + itemName;
      else
        parameter = "auto &&" + itemName;
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
    const auto *items = dyn_cast_or_null<VarDecl>(rangeVariable);
    return items && !lambda->isMutable() &&
           item->getType()->getPointeeType().isConstQualified() &&
           items->hasLocalStorage() && !items->getType()->isReferenceType() &&
           !mentions(lambda->getBody(), items) && staysHere(*items);
  }

  /// Only this function gets at it, but for the loop's own begin() and end().
  bool staysHere(const VarDecl &items) const {
    const Expr *range = cast<CXXForRangeStmt>(loop.stmt)->getRangeInit();
    return llvm::all_of(usesOf(unit, &items), [&](const Use &use) {
      return use.kind != UseKind::Escape || contains(range, use.mention);
    });
  }

  /// What a round does besides may as well happen within the task.
  bool checkRound() {
    if (!body)
      return true;
    for (const Stmt *statement : body->body()) {
      if (statement == spawnStatement || statement == add)
        continue;
      if (!isDeclaration(*statement) && !isSkip(*statement))
        return false;
    }
    return true;
  }

  bool isDeclaration(const Stmt &statement) const {
    const auto *declared = dyn_cast<DeclStmt>(&statement);
    return declared && llvm::all_of(declared->decls(), [&](const Decl *decl) {
             const auto *variable = dyn_cast<VarDecl>(decl);
             return variable && variable->isLocalVarDecl() &&
                    variable->hasLocalStorage() && variable->getInit() &&
                    (variable->getType()->isScalarType() ||
                     variable->getType()->isReferenceType()) &&
                    isPure(variable->getInit());
           });
  }

  /// `if (done(item)) continue;`, which ends the task's body instead.
  bool isSkip(const Stmt &statement) {
    const auto *branch = dyn_cast<IfStmt>(&statement);
    if (!branch || branch->getElse() || branch->getInit() ||
        branch->getConditionVariable() || !isPure(branch->getCond()) ||
        addedCount)
      return false;
    const Stmt *then = branch->getThen();
    if (const auto *block = dyn_cast<CompoundStmt>(then))
      then = block->size() == 1 ? block->body_front() : nullptr;
    const auto *skip = dyn_cast_or_null<ContinueStmt>(then);
    if (!skip)
      return false;
    skips.push_back(skip);
    return true;
  }

  void write() {
    SourceLocation begin = loop.stmt->getBeginLoc();
    auto whole = source.span(loop.stmt->getSourceRange());
    auto task = source.span(lambda->getBody()->getSourceRange());
    auto end = source.statement(*(body ? loop.stmt : spawnStatement));
    auto spawnText = source.statement(*spawnStatement);
    edits.rely(whole).require(task && end && spawnText);
    if (!edits)
      return;

    if (declaration && !keepsGroup)
      edits.remove(*declaration);
    if (add && addedCount)
      edits.remove(*add);
    if (!keepsGroup)
      edits.remove(*wait);
    for (const ContinueStmt *skip : skips)
      edits.replace(skip->getSourceRange(), "return");
    for (const Expr *use : iteratorUses)
      rename(*use);

    std::string head = qualifierOf(source, spawn) + "parallel_for(" +
                       arguments + ", [" + llvm::join(captureTexts, ", ") +
                       "](" + parameter + ")";
    if (lambda->getCallOperator()->getExceptionSpecType() == EST_BasicNoexcept)
      head += " noexcept";
    head += " {";
    writeBody(*whole, *task, *end, *spawnText, head);
    edits.include("heddle/parallel.h", begin);
  }

  void rename(const Expr &use) {
    const auto *member = dyn_cast<MemberExpr>(&use);
    const auto *arrow = dyn_cast<CXXOperatorCallExpr>(&use);
    if (arrow && arrow->getOperator() == OO_Arrow) {
      SourceLocation name = arrow->getArg(0)->getBeginLoc();
      edits.replace(SourceRange(name, arrow->getOperatorLoc()), itemName + ".");
    } else if (member) {
      edits.replace(SourceRange(member->getBase()->getBeginLoc(),
                                member->getOperatorLoc()),
                    itemName + ".");
    } else {
      edits.replace(use.getSourceRange(), itemName);
    }
  }

  /// The loop's head and the spawn's go; the task's lines take the place of the
  /// spawn's, and what declares for them stays above.
  void writeBody(Span whole, Span task, Span end, Span spawnText,
                 const std::string &head) {
    FileID file = whole.file;
    StringRef outer = source.indentation(file, whole.begin);
    StringRef inner = source.indentation(file, spawnText.begin);
    StringRef unit = source.indentationUnit(file);
    Span content{file, task.begin + 1, task.end - 1};
    bool oneLine = !source.text(content).contains('\n');
    std::vector<std::string> comments = commentsAbove(spawnText);

    bool prologue = body && llvm::any_of(body->body(), [&](const Stmt *s) {
                      return s != spawnStatement && s != add;
                    });
    if (prologue) {
      auto brace = source.span(body->getLBracLoc());
      edits.require(brace.has_value());
      if (!edits)
        return;
      edits.replace(Span{file, whole.begin, brace->end}, head);
      if (add && !addedCount)
        edits.remove(*add);
      // The spawn's own line goes, its task's lines move out to where it stood.
      edits.replace(
          Span{file, source.lineBegin(file, spawnText.begin),
               oneLine ? task.begin + 1 : source.lineEnd(file, task.begin) + 1},
          oneLine ? inner : "");
    } else {
      std::string opening = head;
      for (const std::string &comment : comments)
        opening += "\n" + (outer + unit).str() + comment;
      edits.require(!oneLine || comments.empty());
      edits.replace(Span{file, whole.begin, task.begin + 1}, opening);
    }
    if (oneLine) {
      writeLine(content, end, prologue, head.size(), outer, inner);
      return;
    }

    // The lines of the body are as deep as the first one is.
    unsigned firstLine = source.lineEnd(file, task.begin) + 1;
    StringRef from = firstStatementIndentation(firstLine, content);
    std::string to = prologue ? inner.str() : (outer + unit).str();
    unsigned last = source.lineBegin(file, content.end);
    if (done)
      edits.remove(*done);
    edits.reindent(Span{file, firstLine, last}, from, to);
    edits.replace(Span{file, last, end.end}, (outer + "});").str());
  }

  /// What is said about the task on the lines right above it.
  std::vector<std::string> commentsAbove(Span statement) const {
    std::vector<std::string> comments;
    unsigned begin = source.lineBegin(statement.file, statement.begin);
    while (begin > 0) {
      unsigned above = source.lineBegin(statement.file, begin - 1);
      StringRef line = source.text(Span{statement.file, above, begin}).trim();
      if (!line.starts_with("//"))
        break;
      comments.insert(comments.begin(), line.str());
      begin = above;
    }
    return comments;
  }

  void writeLine(Span content, Span end, bool prologue, size_t headSize,
                 StringRef outer, StringRef inner) {
    StringRef text = source.text(content);
    bool broken = prologue || outer.size() + headSize + text.size() + 4 >
                                  source.columnLimit(content.file);
    std::string depth =
        prologue ? inner.str()
                 : (outer + source.indentationUnit(content.file)).str();
    std::string kept;
    const auto *taskBody = cast<CompoundStmt>(lambda->getBody());
    for (const Stmt *statement : taskBody->body()) {
      if (statement == done)
        continue;
      auto span = source.statement(*statement);
      edits.require(span.has_value());
      if (!edits)
        return;
      bool inPlace = prologue && kept.empty();
      kept += inPlace ? "" : broken ? "\n" + depth : " ";
      kept += source.text(*span);
    }
    if (!iteratorUses.empty() || text.contains("//") || text.contains("/*")) {
      edits.require(false);
      return;
    }
    std::string tail = broken ? "\n" + outer.str() + "});" : " });";
    edits.replace(Span{content.file, content.begin, end.end}, kept + tail);
  }

  StringRef firstStatementIndentation(unsigned firstLine, Span content) const {
    const auto *taskBody = cast<CompoundStmt>(lambda->getBody());
    if (taskBody->body_empty())
      return source.indentation(content.file, firstLine);
    return source.indentation(taskBody->body_front()->getBeginLoc());
  }

  Unit &unit;
  const Source &source;
  const Loop &loop;
  const Call &spawn;
  Edits edits;

  const CompoundStmt *body = nullptr;
  const Stmt *spawnStatement = nullptr;
  const Stmt *wait = nullptr;
  const LambdaExpr *lambda = nullptr;
  const Function *task = nullptr;

  const ValueDecl *group = nullptr;
  const Stmt *declaration = nullptr;
  const Stmt *add = nullptr;
  const Expr *addedCount = nullptr;
  const Stmt *done = nullptr;
  bool keepsGroup = false;

  const VarDecl *item = nullptr;
  const ValueDecl *rangeVariable = nullptr;
  bool isIndex = false, isIterator = false, copiesItem = false;
  std::string arguments, parameter, itemName;
  std::vector<std::string> captureTexts;
  std::vector<const Expr *> iteratorUses;
  std::vector<const ContinueStmt *> skips;
};

} // namespace

Edits asParallelFor(Unit &unit, const Source &source, const Loop &loop,
                    const Call &spawn) {
  return ParallelLoop(unit, source, loop, spawn).make();
}

} // namespace heddle::checks
