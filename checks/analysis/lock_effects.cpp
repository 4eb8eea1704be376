#include "analysis/lock_effects.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

using Effects = SmallVector<LockEffect, 2>;

// Wrappers of wrappers of locks; ends recursion.
constexpr unsigned maxDepth = 6;

// What a callee's `this` and parameters stand for at a call. None: a function's
// own terms.
struct Frame {
  const Frame *outer = nullptr;
  const FunctionDecl *callee = nullptr;
  /// Null: the outer frame's own `this`.
  const Expr *object = nullptr;
  ArrayRef<const Expr *> args;
  /// A constructor's object, when it has a name.
  const VarDecl *made = nullptr;
  unsigned depth = 0;
};

Frame inner(const Frame *outer, const Call &call) {
  return {outer,       call.callee, call.object(),
          call.args(), nullptr,     outer ? outer->depth + 1 : 1};
}

const Expr *bare(const Expr *expr) {
  return expr->IgnoreUnlessSpelledInSource();
}

// A parameter is matched by its place: attributes name those of the first
// declaration, bodies those of the definition.
const Expr *argumentFor(const ParmVarDecl &parameter, const Frame &frame) {
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

  LockName name(const Expr *expr, const Frame *frame,
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
      const Expr *next = bare(expr);
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

  LockName plainName(const Expr *expr, const Frame *frame,
                     unsigned depth) const {
    if (depth > maxDepth)
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

  LockName nameOfThis(const Expr *expr, const Frame *frame,
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

  LockName nameOfDecl(const DeclRefExpr &ref, const Frame *frame,
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

  LockName nameOfMember(const MemberExpr &member, const Frame *frame,
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
                                  const Frame *frame, unsigned depth) const {
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
        init ? dyn_cast<CXXConstructExpr>(bare(init)) : nullptr;
    const Call *call = construction ? unit.call(construction) : nullptr;
    if (!call || depth > maxDepth)
      return std::nullopt;
    Frame made = inner(frame, *call);
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
                         const Frame *frame, unsigned depth) const {
    LockName whole = name(base, frame, depth + 1);
    LockName which = name(index, frame, depth + 1);
    return {whole.identity + "[" + which.identity + "]",
            whole.text + "[" + which.text + "]",
            whole.variable,
            {}};
  }

  // A getter's result is what it returns; a smart pointer's is what it points
  // to.
  LockName nameOfResult(const Call &call, const Expr *expr, const Frame *frame,
                        unsigned depth) const {
    if (!call.callee)
      return opaque(expr);
    if (unit.roles(call).has(Role::Forwards) && !call.args().empty())
      return name(call.args().front(), frame, depth + 1);
    Frame callee = inner(frame, call);
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

// What calls do to locks, with callees' bodies looked into.
class Interpreter {
public:
  explicit Interpreter(Unit &unit) : unit(unit), namer(unit) {}

  Effects ofCall(const Call &call, const Frame *frame) const {
    if (!call.callee)
      return {};
    if (unit.roles(call).hasAny({Role::AcquiresSlot, Role::ReleasesSlot}))
      return {};
    Effects found;
    if (const VarDecl *guard = guardOf(call.object())) {
      if (auto kind = guardMethod(call))
        for (const LockName &lock : locksOf(*guard, frame))
          found.push_back({*kind, lock});
      if (!found.empty() || isDeclaredGuardType(guard->getType()))
        return found;
    }
    Frame callee = inner(frame, call);
    for (const LockOperation &operation : lockOperations(*call.callee))
      if (auto lock = lockIn(operation, call, frame, callee))
        found.push_back({operation.kind, *lock, operation.shared,
                         operation.succeedsWithZero});
    if (found.empty() && isLockableMethod(call))
      found.push_back({*kindNamed(call.callee->getName()),
                       namer.name(call.object(), frame)});
    if (found.empty() && isWrapper(call))
      found = ofBody(call.callee, callee);
    return found;
  }

  enum Deferred { LeaveOut, Include };

  Effects ofConstruction(const Expr *init, const VarDecl *made,
                         const Frame *frame,
                         Deferred deferred = LeaveOut) const {
    const Expr *value = bare(init);
    if (frame && frame->depth > maxDepth)
      return {};
    const Call *call = unit.call(value);
    if (!call || !call->callee)
      return {};
    Frame callee = inner(frame, *call);
    callee.made = made;
    const auto *constructor = dyn_cast<CXXConstructorDecl>(call->callee);
    if (!constructor)
      return ofReturned(*call, callee);
    if (constructor->isCopyOrMoveConstructor())
      return {};
    if (isDeclaredGuard(*constructor->getParent()))
      return constructor->getParent()->hasAttr<ScopedLockableAttr>()
                 ? ofScopedConstruction(*call, callee)
                 : ofStandardGuard(*call, frame, deferred);
    return ofGuardConstructor(*constructor, callee);
  }

  SmallVector<LockName, 2> locksOf(const VarDecl &guard,
                                   const Frame *frame) const {
    SmallVector<LockName, 2> locks;
    if (guard.getInit())
      for (LockEffect &effect :
           ofConstruction(guard.getInit(), &guard, frame, Include))
        locks.push_back(std::move(effect.lock));
    return locks;
  }

  bool isGuard(QualType type) const {
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    return record && record->hasDefinition() &&
           (isDeclaredGuard(*record) || isGuardByBody(*record));
  }

  bool isDeclaredGuardType(QualType type) const {
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    return record && record->hasDefinition() && isDeclaredGuard(*record);
  }

  const VarDecl *guardOf(const Expr *expr) const {
    const auto *ref = expr ? dyn_cast<DeclRefExpr>(bare(expr)) : nullptr;
    const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
    return variable && isGuard(variable->getType()) ? variable : nullptr;
  }

  const Namer &names() const { return namer; }

private:
  static std::optional<LockOperation::Kind> kindNamed(StringRef name) {
    if (name == "lock" || name == "lock_shared")
      return LockOperation::Acquire;
    if (name == "unlock" || name == "unlock_shared")
      return LockOperation::Release;
    if (name.starts_with("try_lock"))
      return LockOperation::TryAcquire;
    return std::nullopt;
  }

  static std::optional<LockOperation::Kind> guardMethod(const Call &call) {
    for (const LockOperation &operation : lockOperations(*call.callee))
      if (operation.place == LockOperation::Object)
        return operation.kind;
    return call.callee->getIdentifier() ? kindNamed(call.callee->getName())
                                        : std::nullopt;
  }

  // Any type with lock() and unlock() is a lock: the standard's BasicLockable.
  bool isLockableMethod(const Call &call) const {
    const auto *method = dyn_cast<CXXMethodDecl>(call.callee);
    if (!method || !method->getIdentifier() || !kindNamed(method->getName()) ||
        method->getNumParams() != 0 || !call.object())
      return false;
    bool locks = false, unlocks = false;
    for (const CXXMethodDecl *other : method->getParent()->methods()) {
      if (!other->getIdentifier() || other->getNumParams() != 0)
        continue;
      locks |=
          other->getName() == "lock" && other->getReturnType()->isVoidType();
      unlocks |=
          other->getName() == "unlock" && other->getReturnType()->isVoidType();
    }
    return locks && unlocks;
  }

  // A function that does nothing but to lock, unlock and set plain variables.
  // What a longer one leaves locked is for its annotations to say.
  bool isWrapper(const Call &call) const {
    const Function *body = unit.function(call.callee);
    const auto *block = body ? dyn_cast<CompoundStmt>(body->body) : nullptr;
    if (!block || block->body_empty() ||
        isa<CXXConstructorDecl, CXXDestructorDecl>(call.callee) ||
        !unit.roles(call).empty())
      return false;
    size_t calls = 0;
    for (const Stmt *stmt : block->body()) {
      const auto *result = dyn_cast<ReturnStmt>(stmt);
      const auto *expr =
          dyn_cast_or_null<Expr>(result ? result->getRetValue() : stmt);
      if (!result && !expr)
        return false;
      calls += expr && unit.call(expr);
    }
    return calls > 0 && calls == body->calls.size();
  }

  std::optional<LockName> lockIn(const LockOperation &operation,
                                 const Call &call, const Frame *frame,
                                 const Frame &callee) const {
    switch (operation.place) {
    case LockOperation::Object:
      if (call.object())
        return namer.name(call.object(), frame);
      return thisName(call, frame);
    case LockOperation::Argument:
      if (operation.argument < call.args().size())
        return namer.name(call.args()[operation.argument], frame);
      return std::nullopt;
    case LockOperation::Named:
      return namer.name(operation.named, &callee);
    }
    return std::nullopt;
  }

  // A method of the lock itself, called without naming the object.
  std::optional<LockName> thisName(const Call &call, const Frame *frame) const {
    const auto *member = dyn_cast<CXXMemberCallExpr>(call.site);
    const Expr *object = member ? member->getImplicitObjectArgument() : nullptr;
    return object ? std::optional(namer.name(object, frame)) : std::nullopt;
  }

  // The net effect of straight-line code: wrappers of lock() and unlock().
  Effects ofBody(const FunctionDecl *fn, const Frame &frame) const {
    const Function *body = unit.function(fn);
    const auto *block = body ? dyn_cast<CompoundStmt>(body->body) : nullptr;
    if (!block || frame.depth > maxDepth)
      return {};
    Effects net;
    for (const Stmt *stmt : block->body()) {
      const auto *result = dyn_cast<ReturnStmt>(stmt);
      const auto *expr =
          dyn_cast_or_null<Expr>(result ? result->getRetValue() : stmt);
      const Call *call = expr ? unit.call(expr) : nullptr;
      if (!call)
        continue;
      for (LockEffect &effect : ofCall(*call, &frame)) {
        bool tries = effect.kind == LockOperation::TryAcquire;
        if (tries != bool(result))
          continue;
        auto *earlier = find_if(net, [&](const LockEffect &known) {
          return known.lock.identity == effect.lock.identity &&
                 known.kind == LockOperation::Acquire;
        });
        if (effect.kind == LockOperation::Release && earlier != net.end())
          net.erase(earlier);
        else if (effect.kind != LockOperation::Requires)
          net.push_back(std::move(effect));
      }
    }
    return net;
  }

  // A function that returns a guard.
  Effects ofReturned(const Call &call, const Frame &callee) const {
    if (unit.roles(call).has(Role::Forwards))
      return {};
    const Function *body = unit.function(call.callee);
    if (!body || body->returns.size() != 1 ||
        !body->returns.front()->getRetValue())
      return {};
    const Expr *value = bare(body->returns.front()->getRetValue());
    if (const auto *ref = dyn_cast<DeclRefExpr>(value))
      if (const auto *variable = dyn_cast<VarDecl>(ref->getDecl()))
        value = variable->getInit();
    if (const auto *list = dyn_cast_or_null<InitListExpr>(value))
      value = list->getNumInits() == 1 ? list->getInit(0) : nullptr;
    return value ? ofConstruction(value, nullptr, &callee) : Effects();
  }

  Effects ofScopedConstruction(const Call &call, const Frame &callee) const {
    Effects found;
    for (const LockOperation &operation : lockOperations(*call.callee))
      if (operation.place == LockOperation::Named)
        found.push_back({operation.kind, namer.name(operation.named, &callee),
                         operation.shared});
    return found;
  }

  Effects ofStandardGuard(const Call &call, const Frame *frame,
                          Deferred deferred) const {
    auto kind = LockOperation::Acquire;
    SmallVector<const Expr *, 2> locks;
    for (const Expr *argument : call.args()) {
      if (isa<CXXDefaultArgExpr>(argument))
        continue;
      const CXXRecordDecl *record = argument->getType()->getAsCXXRecordDecl();
      std::string type = record ? tableName(*record) : "";
      if (StringRef(type).ends_with("::defer_lock_t")) {
        if (deferred == LeaveOut)
          return {};
      } else if (StringRef(type).ends_with("::try_to_lock_t") ||
                 StringRef(type).starts_with("std::chrono::"))
        kind = LockOperation::TryAcquire;
      else if (!StringRef(type).ends_with("::adopt_lock_t"))
        locks.push_back(argument);
    }
    const auto *constructor = cast<CXXConstructorDecl>(call.callee);
    bool shared =
        StringRef(constructor->getParent()->getName()) == "shared_lock";
    Effects found;
    for (const Expr *lock : locks)
      found.push_back({kind, namer.name(lock, frame), shared});
    return found;
  }

  // A user's guard: what its constructor's initialisers and body lock.
  Effects ofGuardConstructor(const CXXConstructorDecl &constructor,
                             const Frame &frame) const {
    const Function *body = unit.function(&constructor);
    if (!body || !isGuardByBody(*constructor.getParent()))
      return {};
    Effects found;
    for (const CXXCtorInitializer *init :
         cast<CXXConstructorDecl>(body->decl)->inits())
      if (init->getMember() && isGuard(init->getMember()->getType()))
        append_range(found, ofConstruction(init->getInit(), nullptr, &frame));
    for (const LockEffect &effect : ofBody(&constructor, frame))
      if (effect.kind == LockOperation::Acquire)
        found.push_back(effect);
    return found;
  }

  bool isGuardByBody(const CXXRecordDecl &record) const {
    auto [slot, fresh] = guards.try_emplace(&record, false);
    if (!fresh)
      return slot->second;
    bool found = any_of(record.fields(), [&](const FieldDecl *field) {
      return isGuard(field->getType());
    });
    if (const CXXDestructorDecl *destructor = record.getDestructor();
        destructor && !found) {
      Frame frame;
      frame.callee = destructor;
      frame.depth = 1;
      found = any_of(ofBody(destructor, frame), [](const LockEffect &effect) {
        return effect.kind == LockOperation::Release;
      });
    }
    return guards[&record] = found;
  }

  Unit &unit;
  Namer namer;
  mutable DenseMap<const CXXRecordDecl *, bool> guards;
};

// The proof that a guard is held, passed on: nobody can release through it.
bool isProofOnly(const Call &call, const Expr *argument) {
  for (auto [index, candidate] : enumerate(call.args()))
    if (candidate == argument && call.callee &&
        index < call.callee->getNumParams()) {
      QualType type = call.callee->getParamDecl(index)->getType();
      return type->isReferenceType() &&
             type->getPointeeType().isConstQualified();
    }
  return false;
}

bool canRelease(QualType guard) {
  const CXXRecordDecl *record = guard->getAsCXXRecordDecl();
  return record && any_of(record->methods(), [](const CXXMethodDecl *method) {
           return method->getIdentifier() && !isa<CXXDestructorDecl>(method) &&
                  StringRef(method->getName()).contains_insensitive("unlock");
         });
}

} // namespace

bool LockEffect::threadBound(const Unit &unit) const {
  const CXXRecordDecl *record = lock.type->getAsCXXRecordDecl();
  return !record || !record->hasDefinition() ||
         none_of(record->methods(), [&](const CXXMethodDecl *method) {
           RoleSet roles = unit.roles(method);
           return roles.has(Role::Suspends) && roles.has(Role::TakesLock);
         });
}

CallEffects LockEffects::of(const Call &call) const {
  const auto &interpreter = unit.get<Interpreter>();
  CallEffects result;
  const auto *construction = dyn_cast<CXXConstructExpr>(call.site);
  if (construction && isGuard(construction->getType())) {
    result.onlyLocks = true;
    return result;
  }
  if (const VarDecl *guard = interpreter.guardOf(call.object())) {
    result.guard = guard;
    result.onlyLocks = true;
    StringRef name = call.callee && call.callee->getIdentifier()
                         ? call.callee->getName()
                         : "";
    result.escapes =
        name == "release" || name == "swap" ||
        (call.callee && call.callee->getOverloadedOperator() == OO_Equal);
  }
  RoleSet roles = unit.roles(call);
  for (const Expr *argument : call.args())
    if (const VarDecl *guard = interpreter.guardOf(argument))
      if (!roles.hasAny({Role::Suspends, Role::Blocks}) &&
          canRelease(guard->getType()) && !isProofOnly(call, argument)) {
        result.guard = guard;
        result.escapes = true;
      }
  // std::lock(a, b) on guards locks what they manage.
  if (call.callee && tableName(*call.callee) == "std::lock") {
    result = {};
    for (const Expr *argument : call.args()) {
      if (const VarDecl *guard = interpreter.guardOf(argument))
        for (LockName &lock : interpreter.locksOf(*guard, nullptr))
          result.effects.push_back({LockOperation::Acquire, std::move(lock)});
      else
        result.effects.push_back({LockOperation::Acquire, name(argument)});
    }
    result.onlyLocks = true;
    return result;
  }
  result.effects = interpreter.ofCall(call, nullptr);
  result.onlyLocks |= !result.effects.empty() &&
                      none_of(result.effects, [](const LockEffect &effect) {
                        return effect.kind == LockOperation::Requires;
                      });
  return result;
}

SmallVector<LockEffect, 2>
LockEffects::ofDeclaration(const VarDecl &guard) const {
  if (!guard.getInit() || !isGuard(guard.getType()))
    return {};
  return unit.get<Interpreter>().ofConstruction(guard.getInit(), &guard,
                                                nullptr);
}

SmallVector<LockEffect, 2> LockEffects::ofInitialiser(const Expr &init) const {
  return unit.get<Interpreter>().ofConstruction(&init, nullptr, nullptr);
}

SmallVector<LockName, 2> LockEffects::locksOf(const VarDecl &guard) const {
  return unit.get<Interpreter>().locksOf(guard, nullptr);
}

SmallVector<LockEffect, 2> LockEffects::onEntry(const FunctionDecl &fn) const {
  SmallVector<LockEffect, 2> held;
  for (const LockOperation &operation : lockOperations(fn))
    if (operation.place == LockOperation::Named &&
        (operation.kind == LockOperation::Requires ||
         operation.kind == LockOperation::Release))
      held.push_back({operation.kind, name(operation.named), operation.shared});
  return held;
}

std::optional<TriedLock> LockEffects::tried(const Expr &condition) const {
  const auto &interpreter = unit.get<Interpreter>();
  const Expr *expr = bare(&condition);
  if (const auto *op = dyn_cast<UnaryOperator>(expr);
      op && op->getOpcode() == UO_LNot) {
    auto inverse = tried(*op->getSubExpr());
    if (inverse)
      inverse->heldWhenTrue = !inverse->heldWhenTrue;
    return inverse;
  }
  if (const auto *op = dyn_cast<BinaryOperator>(expr);
      op && op->isEqualityOp()) {
    bool value = false;
    const Expr *constant = op->getRHS();
    if (constant->isValueDependent() ||
        !constant->EvaluateAsBooleanCondition(value, unit.context()))
      return std::nullopt;
    auto same = tried(*op->getLHS());
    if (same && value != (op->getOpcode() == BO_EQ))
      same->heldWhenTrue = !same->heldWhenTrue;
    return same;
  }
  if (const auto *ref = dyn_cast<DeclRefExpr>(expr)) {
    const auto *variable = dyn_cast<VarDecl>(ref->getDecl());
    if (!variable)
      return std::nullopt;
    if (!isGuard(variable->getType()))
      return variable->getInit() &&
                     variable->getType()->isIntegralOrEnumerationType() &&
                     (variable->getType().isConstQualified() ||
                      unit.mentions(variable).size() == 1)
                 ? tried(*variable->getInit())
                 : std::nullopt;
    TriedLock result = {true, expr, variable, {}};
    for (LockName &lock : interpreter.locksOf(*variable, nullptr))
      result.effects.push_back({LockOperation::TryAcquire, std::move(lock)});
    return result;
  }
  const Call *call = unit.call(expr);
  if (!call || !call->callee)
    return std::nullopt;
  if (const VarDecl *guard = interpreter.guardOf(call->object()))
    if (isa<CXXConversionDecl>(call->callee) ||
        (call->callee->getIdentifier() &&
         call->callee->getName() == "owns_lock")) {
      TriedLock result = {true, expr, guard, {}};
      for (LockName &lock : interpreter.locksOf(*guard, nullptr))
        result.effects.push_back({LockOperation::TryAcquire, std::move(lock)});
      return result;
    }
  TriedLock result = {true, expr, interpreter.guardOf(call->object()), {}};
  for (LockEffect &effect : interpreter.ofCall(*call, nullptr))
    if (effect.kind == LockOperation::TryAcquire) {
      result.heldWhenTrue = !effect.succeedsWithZero;
      result.effects.push_back(std::move(effect));
    }
  return result.effects.empty() ? std::nullopt
                                : std::optional(std::move(result));
}

bool LockEffects::isGuard(QualType type) const {
  return unit.get<Interpreter>().isGuard(type);
}

LockName LockEffects::name(const Expr *expr) const {
  return unit.get<Interpreter>().names().name(expr, nullptr);
}

} // namespace heddle::checks
