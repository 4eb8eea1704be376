#include "analysis/loops.h"

#include "analysis/callables.h"
#include "analysis/constants.h"
#include "analysis/durations.h"
#include "analysis/suspends.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

constexpr int64_t fewTrips = 8;
// Rounds further apart than this do not make code hot.
constexpr std::chrono::nanoseconds slowPace = std::chrono::milliseconds(100);

TripCount tripsOf(std::optional<int64_t> count) {
  return count && *count <= fewTrips ? TripCount::Few : TripCount::Many;
}

const VarDecl *variableOf(const Expr *expr) {
  const auto *ref = dyn_cast<DeclRefExpr>(expr->IgnoreParenImpCasts());
  return ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
}

bool isWrittenTo(Unit &unit, const VarDecl &variable) {
  return any_of(unit.mentions(&variable), [&](const Expr *mention) {
    const Stmt *up = unit.parent(mention);
    const auto *cast = dyn_cast_or_null<ImplicitCastExpr>(up);
    return !(cast && cast->getCastKind() == CK_LValueToRValue);
  });
}

class Loops {
public:
  explicit Loops(Unit &unit) : unit(unit) {}

  ArrayRef<Loop> of(const Function &fn) {
    std::unique_ptr<std::vector<Loop>> &found = known[&fn];
    if (!found) {
      found = std::make_unique<std::vector<Loop>>();
      collect(fn.body, fn, *found);
      for (const Loop &loop : *found)
        byStmt[loop.stmt] = &loop;
    }
    return *found;
  }

  const Loop *lexical(const Stmt *stmt) {
    const Function *fn = unit.functionOf(stmt);
    if (!fn)
      return nullptr;
    std::ignore = of(*fn);
    for (const Stmt *child = stmt; const Stmt *up = unit.parent(child);
         child = up)
      if (const Loop *loop = byStmt.lookup(up);
          loop && !loop->callable && repeats(*up, *child))
        return loop;
    return nullptr;
  }

  const Loop *enclosing(const Stmt *stmt) {
    for (unsigned depth = 0; stmt && depth < 8; ++depth) {
      if (const Loop *loop = lexical(stmt))
        return loop;
      const Function *fn = unit.functionOf(stmt);
      if (!fn)
        return nullptr;
      stmt = nullptr;
      for (const Invocation &invoker : checks::invokers(unit, *fn)) {
        if (!invoker.argument)
          continue;
        if (invoker.execution == Execution::CalledInLoop)
          return callLoop(*invoker.call, *fn);
        if (invoker.execution == Execution::Called)
          stmt = invoker.call->site;
      }
    }
    return nullptr;
  }

  TripCount count(const Expr *expr, unsigned depth = 0) {
    if (!expr || expr->isTypeDependent() || depth > 8)
      return TripCount::Many;
    expr = expr->IgnoreUnlessSpelledInSource();
    if (auto value = constant(unit, expr))
      return tripsOf(value);
    if (const auto *construction = dyn_cast<CXXConstructExpr>(expr))
      return construction->getNumArgs() == 1
                 ? count(construction->getArg(0), depth + 1)
                 : TripCount::Many;
    if (const auto *cast = dyn_cast<CastExpr>(expr))
      return count(cast->getSubExpr(), depth + 1);
    if (const auto *op = dyn_cast<BinaryOperator>(expr))
      return countOfArithmetic(*op, depth);
    if (const auto *choice = dyn_cast<ConditionalOperator>(expr))
      return larger(count(choice->getTrueExpr(), depth + 1),
                    count(choice->getFalseExpr(), depth + 1));
    if (const auto *list = dyn_cast<InitListExpr>(expr))
      return list->getNumInits() == 1 ? count(list->getInit(0), depth + 1)
                                      : TripCount::Many;
    if (const auto *call = dyn_cast<CallExpr>(expr))
      return countOfCall(*call, depth);
    if (const VarDecl *variable = variableOf(expr))
      if (variable->getAnyInitializer() &&
          (variable->getType().isConstQualified() ||
           !isWrittenTo(unit, *variable)))
        return count(variable->getAnyInitializer(), depth + 1);
    return TripCount::Many;
  }

private:
  // Whether `loop` runs its part `child` every round.
  static bool repeats(const Stmt &loop, const Stmt &child) {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(&loop))
      return &child == range->getBody() || &child == range->getInc() ||
             &child == range->getCond() || &child == range->getLoopVarStmt();
    if (const auto *counted = dyn_cast<ForStmt>(&loop))
      return &child != counted->getInit();
    return true;
  }

  void collect(const Stmt *stmt, const Function &fn, std::vector<Loop> &found) {
    if (!stmt || isa<LambdaExpr>(stmt))
      return;
    if (const auto *loop = dyn_cast<ForStmt>(stmt))
      found.push_back(
          {stmt, loop->getBody(), &fn, nullptr, trips(loop->getCond())});
    else if (const auto *loop = dyn_cast<WhileStmt>(stmt))
      found.push_back(
          {stmt, loop->getBody(), &fn, nullptr, trips(loop->getCond())});
    else if (const auto *loop = dyn_cast<DoStmt>(stmt))
      found.push_back(
          {stmt, loop->getBody(), &fn, nullptr, trips(loop->getCond())});
    else if (const auto *loop = dyn_cast<CXXForRangeStmt>(stmt))
      found.push_back({stmt, loop->getBody(), &fn, nullptr, trips(*loop)});
    for (const Stmt *child : stmt->children())
      collect(child, fn, found);
  }

  const Loop *callLoop(const Call &call, const Function &callable) {
    auto &slot = callLoops[{&call, &callable}];
    if (!slot) {
      slot = std::make_unique<Loop>(Loop{call.site, callable.body, call.caller,
                                         &callable, TripCount::Many});
      for (const Expr *argument : call.args())
        if (isFewItems(argument))
          slot->trips = TripCount::Few;
    }
    return slot.get();
  }

  static TripCount larger(TripCount a, TripCount b) { return std::max(a, b); }
  static TripCount smaller(TripCount a, TripCount b) { return std::min(a, b); }

  TripCount countOfArithmetic(const BinaryOperator &op, unsigned depth) {
    TripCount left = count(op.getLHS(), depth + 1);
    TripCount right = count(op.getRHS(), depth + 1);
    switch (op.getOpcode()) {
    case BO_Mul:
    case BO_Add:
      return larger(left, right);
    case BO_Sub:
    case BO_Div:
    case BO_Shr:
      return left;
    case BO_Rem:
    case BO_And:
      return smaller(left, right);
    default:
      return TripCount::Many;
    }
  }

  TripCount countOfCall(const CallExpr &call, unsigned depth) {
    const FunctionDecl *callee = call.getDirectCallee();
    if (!callee)
      return TripCount::Many;
    if (unit.roles(callee).has(Role::CountsProcessors) ||
        asksForProcessors(call, *callee))
      return TripCount::Processors;
    std::string name = tableName(*callee);
    if (call.getNumArgs() >= 2 && (name == "std::min" || name == "std::max")) {
      TripCount a = count(call.getArg(0), depth + 1);
      TripCount b = count(call.getArg(1), depth + 1);
      return name == "std::min" ? smaller(a, b) : larger(a, b);
    }
    const Function *body = unit.function(callee);
    return body && body->returns.size() == 1
               ? count(body->returns.front()->getRetValue(), depth + 1)
               : TripCount::Many;
  }

  bool asksForProcessors(const CallExpr &call, const FunctionDecl &callee) {
    // sysconf(_SC_NPROCESSORS_CONF) and (_SC_NPROCESSORS_ONLN).
    if (call.getNumArgs() != 1 || tableName(callee) != "sysconf")
      return false;
    auto what = constant(unit, call.getArg(0));
    return what == 83 || what == 84;
  }

  TripCount trips(const Expr *condition) {
    bool value = false;
    if (!condition)
      return TripCount::Endless;
    if (!condition->isValueDependent() &&
        condition->EvaluateAsBooleanCondition(value, unit.context()))
      return value ? TripCount::Endless : TripCount::Few;
    return boundOf(condition);
  }

  // `i < n` and the like, where i starts at a constant that is not negative and
  // is only stepped; a conjunction is bounded by either side.
  TripCount boundOf(const Expr *condition) {
    const auto *op = dyn_cast<BinaryOperator>(condition->IgnoreParenImpCasts());
    if (!op)
      return TripCount::Many;
    if (op->getOpcode() == BO_LAnd)
      return smaller(boundOf(op->getLHS()), boundOf(op->getRHS()));
    if (!op->isComparisonOp())
      return TripCount::Many;
    const Expr *index = op->getLHS(), *limit = op->getRHS();
    if (op->getOpcode() == BO_GT || op->getOpcode() == BO_GE) {
      // Counting down: the limit is where it started.
      const VarDecl *variable = steppedVariable(index);
      return variable && constant(unit, limit) ? count(variable->getInit())
                                               : upTo(limit, index);
    }
    return upTo(index, limit);
  }

  TripCount upTo(const Expr *index, const Expr *limit) {
    const VarDecl *variable = steppedVariable(index);
    if (!variable)
      return TripCount::Many;
    auto start = constant(unit, variable->getInit());
    auto end = constant(unit, limit);
    if (start && end)
      return tripsOf(*end - *start);
    return start && *start >= 0 ? count(limit) : TripCount::Many;
  }

  // The local variable in `i`, `i++` or `++i`, when nothing else but steps of
  // one writes it.
  const VarDecl *steppedVariable(const Expr *index) {
    index = index->IgnoreParenImpCasts();
    if (const auto *step = dyn_cast<UnaryOperator>(index))
      if (step->isIncrementDecrementOp())
        index = step->getSubExpr();
    const VarDecl *variable = variableOf(index);
    if (!variable || !variable->hasLocalStorage() || !variable->getInit())
      return nullptr;
    bool stepped = false;
    for (const Expr *mention : unit.mentions(variable)) {
      const Stmt *up = unit.parent(mention);
      if (const auto *op = dyn_cast_or_null<UnaryOperator>(up);
          op && op->isIncrementDecrementOp())
        stepped = true;
      else if (const auto *assignment = dyn_cast_or_null<BinaryOperator>(up);
               assignment && assignment->isAssignmentOp())
        return nullptr;
    }
    return stepped ? variable : nullptr;
  }

  TripCount trips(const CXXForRangeStmt &loop) {
    const Expr *range = loop.getRangeInit();
    return range && isFewItems(range) ? TripCount::Few : TripCount::Many;
  }

  // A braced list, or an array whose type says its length.
  bool isFewItems(const Expr *range) {
    range = range->IgnoreUnlessSpelledInSource();
    if (const auto *list = dyn_cast<InitListExpr>(range))
      return list->getNumInits() <= fewTrips;
    if (const auto *list = dyn_cast<CXXStdInitializerListExpr>(range))
      return isFewItems(list->getSubExpr());
    QualType type = range->getType().getNonReferenceType();
    if (const auto *array = unit.context().getAsConstantArrayType(type))
      return array->getSize().ule(fewTrips) &&
             !type->getArrayElementTypeNoTypeQual()->isCharType();
    const auto *record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        type->getAsCXXRecordDecl());
    if (record && tableName(*record) == "std::array")
      return record->getTemplateArgs()[1].getAsIntegral().ule(fewTrips);
    return false;
  }

  Unit &unit;
  DenseMap<const Function *, std::unique_ptr<std::vector<Loop>>> known;
  DenseMap<const Stmt *, const Loop *> byStmt;
  DenseMap<std::pair<const Call *, const Function *>, std::unique_ptr<Loop>>
      callLoops;
};

// The calls in `stmt`, lambdas left out.
void forEachCall(Unit &unit, const Stmt *stmt,
                 function_ref<void(const Call &)> action) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return;
  for (const Stmt *child : stmt->children())
    forEachCall(unit, child, action);
  if (const auto *expr = dyn_cast<Expr>(stmt))
    if (const Call *call = unit.call(expr))
      action(*call);
}

bool containsReceive(Unit &unit, const Stmt *stmt) {
  bool found = false;
  forEachCall(unit, stmt,
              [&](const Call &call) { found |= receives(unit, call); });
  return found;
}

// `for (T item : channel)`: the range, its begin() or its iterator receives.
bool iteratesStream(Unit &unit, const CXXForRangeStmt &loop) {
  const Expr *range = loop.getRangeInit();
  const CXXRecordDecl *record =
      range ? range->getType().getNonReferenceType()->getAsCXXRecordDecl()
            : nullptr;
  if (record && unit.roles(record).has(Role::Receives))
    return true;
  // Calls that nobody wrote are not in the Unit.
  const auto *begin = dyn_cast_or_null<DeclStmt>(loop.getBeginStmt());
  const Expr *first =
      begin ? cast<VarDecl>(begin->getSingleDecl())->getInit() : nullptr;
  const auto *call =
      dyn_cast_or_null<CallExpr>(first ? first->IgnoreImplicit() : nullptr);
  if (call && unit.roles(call->getDirectCallee()).has(Role::Receives))
    return true;
  return containsReceive(unit, loop.getBeginStmt()) ||
         containsReceive(unit, loop.getInc()) ||
         containsReceive(unit, loop.getCond()) ||
         containsReceive(unit, loop.getLoopVarStmt());
}

const Stmt *firstOf(const Stmt *body) {
  while (const auto *block = dyn_cast_or_null<CompoundStmt>(body))
    body = block->body_empty() ? nullptr : block->body_front();
  return body;
}

} // namespace

ArrayRef<Loop> loops(Unit &unit, const Function &fn) {
  return unit.get<Loops>().of(fn);
}

const Loop *lexicalLoop(Unit &unit, const Stmt *stmt) {
  return unit.get<Loops>().lexical(stmt);
}

const Loop *enclosingLoop(Unit &unit, const Stmt *stmt) {
  return unit.get<Loops>().enclosing(stmt);
}

bool receiving(Unit &unit, const Loop &loop) {
  if (loop.callable)
    return false;
  if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt))
    return iteratesStream(unit, *range);
  if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt))
    if (containsReceive(unit, repeat->getConditionVariableDeclStmt()) ||
        containsReceive(unit, repeat->getCond()))
      return true;
  if (const auto *counted = dyn_cast<ForStmt>(loop.stmt))
    if (containsReceive(unit, counted->getConditionVariableDeclStmt()) ||
        containsReceive(unit, counted->getCond()))
      return true;
  const Stmt *first = firstOf(loop.body);
  if (!first || isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(first))
    return false;
  if (const auto *branch = dyn_cast<IfStmt>(first))
    return containsReceive(unit, branch->getInit()) ||
           containsReceive(unit, branch->getConditionVariableDeclStmt()) ||
           containsReceive(unit, branch->getCond());
  return containsReceive(unit, first);
}

bool paced(Unit &unit, const Loop &loop) {
  bool found = false;
  forEachCall(unit, loop.body, [&](const Call &call) {
    if (lexicalLoop(unit, call.site) != &loop || !call.callee ||
        !call.callee->getIdentifier() ||
        !call.callee->getName().contains_insensitive("sleep"))
      return;
    for (const Expr *argument : call.args())
      if (auto duration = durationOf(unit.context(), argument))
        found |= *duration >= slowPace;
  });
  return found;
}

std::optional<Counting> countingOf(const Loop &loop) {
  const auto *counted = dyn_cast<ForStmt>(loop.stmt);
  const auto *condition =
      counted ? dyn_cast_or_null<BinaryOperator>(counted->getCond()) : nullptr;
  const auto *declaration =
      counted ? dyn_cast_or_null<DeclStmt>(counted->getInit()) : nullptr;
  const auto *index = declaration && declaration->isSingleDecl()
                          ? dyn_cast<VarDecl>(declaration->getSingleDecl())
                          : nullptr;
  if (!condition || !index || !index->getInit() ||
      variableOf(condition->getLHS()) != index ||
      (condition->getOpcode() != BO_LT && condition->getOpcode() != BO_LE))
    return std::nullopt;
  return Counting{index, condition->getRHS(), condition->getOpcode() == BO_LE};
}

TripCount countOf(Unit &unit, const Expr *expr) {
  return unit.get<Loops>().count(expr);
}

} // namespace heddle::checks
