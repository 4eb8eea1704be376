#include "analysis/stack_frames.h"

#include "analysis/callables.h"
#include "analysis/constants.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool takesAnotherStack(const Call &call) {
  if (!call.callee)
    return false;
  std::string name = tableName(*call.callee);
  return name == "heddle::with_stack" || name == "heddle::foreign";
}

class StackFrames {
public:
  explicit StackFrames(Unit &unit) : unit(unit) {}

  /// What a function needs, and the way to its deepest place.
  struct Need {
    uint64_t bytes = 0, own = 0;
    const VarDecl *largest = nullptr;
    const Call *call = nullptr;
    const Function *next = nullptr;
  };

  Need of(const Function &fn) {
    auto [known, isNew] = needs.try_emplace(&fn);
    if (!isNew)
      return known->second;
    Need need;
    // The frame of a coroutine is on the heap.
    if (fn.body && !isa<CoroutineBodyStmt>(fn.body)) {
      Place place;
      visit(*fn.body, place, need);
    }
    return needs[&fn] = need;
  }

private:
  // What lives at one place of a function.
  struct Place {
    uint64_t live = 0;
    const VarDecl *largest = nullptr;
  };

  void visit(const Stmt &stmt, Place place, Need &need) {
    if (isa<LambdaExpr, UnaryExprOrTypeTraitExpr>(stmt))
      return;
    for (const Stmt *child : stmt.children()) {
      if (!child)
        continue;
      visit(*child, place, need);
      if (const auto *declared = dyn_cast<DeclStmt>(child))
        for (const Decl *decl : declared->decls())
          if (const auto *variable = dyn_cast<VarDecl>(decl))
            add(*variable, place, need);
    }
    if (const auto *expr = dyn_cast<Expr>(&stmt))
      if (const Call *call = unit.call(expr))
        enter(*call, place, need);
  }

  void add(const VarDecl &variable, Place &place, Need &need) {
    uint64_t size = sizeOf(variable);
    place.live += size;
    if (!place.largest || size > sizeOf(*place.largest))
      place.largest = &variable;
    if (place.live > need.bytes)
      need = {place.live, place.live, place.largest};
  }

  void enter(const Call &call, const Place &place, Need &need) {
    if (takesAnotherStack(call))
      return;
    for (const Invocation &next : invocations(unit, call)) {
      if (!runsDuringCall(next.execution))
        continue;
      uint64_t below = of(*next.target).bytes;
      if (below > 0 && place.live + below > need.bytes)
        need = {place.live + below, place.live, place.largest, &call,
                next.target};
    }
  }

  uint64_t sizeOf(const VarDecl &variable) const {
    QualType type = variable.getType();
    if (!variable.hasLocalStorage() || type->isDependentType() ||
        type->isReferenceType() || type->isVariablyModifiedType() ||
        type->isIncompleteType() || type->isUndeducedType())
      return 0;
    return unit.context().getTypeSizeInChars(type).getQuantity();
  }

  Unit &unit;
  DenseMap<const Function *, Need> needs;

  friend DeepestPath heddle::checks::deepestPath(Unit &, const Function &);
};

// The value of `Options::stack_size` in an initialiser; none if it has none.
std::optional<uint64_t> inInitialiser(Unit &unit, const Expr *expr) {
  if (!expr)
    return std::nullopt;
  expr = expr->IgnoreUnlessSpelledInSource();
  if (const auto *named = dyn_cast<DeclRefExpr>(expr))
    if (const auto *variable = dyn_cast<VarDecl>(named->getDecl()))
      return variable->getInit() && !isa<DeclRefExpr>(variable->getInit())
                 ? inInitialiser(unit, variable->getInit())
                 : std::nullopt;
  const auto *list = dyn_cast<InitListExpr>(expr);
  const CXXRecordDecl *record =
      list ? list->getType()->getAsCXXRecordDecl() : nullptr;
  if (!record)
    return std::nullopt;
  for (const FieldDecl *field : record->fields()) {
    if (field->getName() != "stack_size" ||
        field->getFieldIndex() >= list->getNumInits())
      continue;
    const Expr *value = list->getInit(field->getFieldIndex());
    if (isa<CXXDefaultInitExpr, ImplicitValueInitExpr>(value))
      return std::nullopt;
    return constant(unit, value).value_or(0);
  }
  return std::nullopt;
}

// `options.stack_size = …`
std::optional<uint64_t> assigned(Unit &unit, const Expr *mention) {
  const auto *op = dyn_cast_or_null<BinaryOperator>(unit.parent(mention));
  if (!op || op->getOpcode() != BO_Assign || op->getLHS() != mention)
    return std::nullopt;
  return constant(unit, op->getRHS()).value_or(0);
}

} // namespace

DeepestPath deepestPath(Unit &unit, const Function &fn) {
  auto &frames = unit.get<StackFrames>();
  DeepestPath path;
  uint64_t largest = 0;
  for (const Function *at = &fn; at;) {
    StackFrames::Need need = frames.of(*at);
    path.steps.push_back({at, need.own, need.bytes, need.call});
    uint64_t size = need.largest ? frames.sizeOf(*need.largest) : 0;
    if (size > largest) {
      largest = size;
      path.largest = need.largest;
      path.owner = path.steps.size() - 1;
    }
    bool again = any_of(path.steps, [&](const DeepestPath::Step &step) {
      return step.function == need.next;
    });
    at = again ? nullptr : need.next;
  }
  path.bytes = path.steps.front().bytes;
  return path;
}

std::optional<uint64_t> stackSize(Unit &unit) {
  std::optional<uint64_t> found;
  auto take = [&](std::optional<uint64_t> size) {
    if (size)
      found = found && (*found == 0 || *size == 0) ? 0
              : found                              ? std::max(*found, *size)
                                                   : *size;
  };
  const RecordDecl *options = nullptr;
  for (const Function *fn : unit.functions())
    for (const Call *call : fn->calls) {
      if (!unit.roles(*call).has(Role::StartsRuntime))
        continue;
      for (const Expr *argument : call->args()) {
        take(inInitialiser(unit, argument));
        const RecordDecl *record =
            argument->getType().getNonReferenceType()->getAsRecordDecl();
        if (record && tableName(*record) == "heddle::Options")
          options = record->getDefinition();
      }
    }
  if (options)
    for (const FieldDecl *field : options->fields())
      if (field->getName() == "stack_size")
        for (const Expr *mention : unit.mentions(field))
          take(assigned(unit, mention));
  return found;
}

} // namespace heddle::checks
