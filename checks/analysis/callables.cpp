#include "analysis/callables.h"

#include "analysis/loops.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Enough for any chain of wrappers that people write; ends recursive ones.
constexpr unsigned maxDepth = 12;

const Expr *assignedTo(const Expr &mention, const Stmt *parent) {
  if (const auto *assignment = dyn_cast_or_null<BinaryOperator>(parent))
    if (assignment->getOpcode() == BO_Assign &&
        assignment->getLHS()->IgnoreParens() == &mention)
      return assignment->getRHS();
  if (const auto *assignment = dyn_cast_or_null<CXXOperatorCallExpr>(parent))
    if (assignment->getOperator() == OO_Equal &&
        assignment->getArg(0)->IgnoreParens() == &mention)
      return assignment->getArg(1);
  return nullptr;
}

bool isNullValue(const Expr &expr) {
  const Expr *bare = expr.IgnoreUnlessSpelledInSource();
  if (const auto *construction = dyn_cast<CXXConstructExpr>(bare))
    return construction->getNumArgs() == 0;
  if (const auto *list = dyn_cast<InitListExpr>(bare))
    return list->getNumInits() == 0;
  return isa<CXXNullPtrLiteralExpr, GNUNullExpr, ImplicitValueInitExpr>(bare);
}

class Callables {
public:
  explicit Callables(Unit &unit) : unit(unit) {}

  const Function *resolve(const Expr *expr, unsigned depth = 0) {
    if (!expr || depth > maxDepth)
      return nullptr;
    expr = strip(expr);
    if (const Function *body = bodyOfType(expr->getType()))
      return body;
    if (const auto *named = dyn_cast<DeclRefExpr>(expr))
      return resolve(*named->getDecl(), depth);
    if (const auto *member = dyn_cast<MemberExpr>(expr))
      return resolve(*member->getMemberDecl(), depth);
    if (const auto *construction = dyn_cast<CXXConstructExpr>(expr))
      return passesOn(construction->getConstructor(),
                      construction->getNumArgs())
                 ? resolve(construction->getArg(0), depth + 1)
                 : nullptr;
    if (const auto *call = dyn_cast<CallExpr>(expr))
      return resolveResult(*call, depth);
    return nullptr;
  }

  Execution executionOf(const Call &call, unsigned argument,
                        unsigned depth = 0) {
    RoleSet roles = unit.roles(call);
    if (roles.has(Role::Spawns))
      return Execution::Spawned;
    if (roles.has(Role::StartsRuntime))
      return Execution::Main;
    if (roles.has(Role::RegistersHandler))
      return Execution::Handler;
    if (roles.has(Role::StartsThread) || growsThreads(call))
      return Execution::Thread;
    if (roles.has(Role::CallsOnce))
      return Execution::CalledOnce;
    if (roles.has(Role::CallsInLoop))
      return Execution::CalledInLoop;
    if (roles.has(Role::CallsArgument) || roles.has(Role::HandsOff))
      return Execution::Called;
    const Function *callee = unit.function(call.callee);
    if (!callee || !callee->decl || argument >= callee->decl->getNumParams() ||
        depth > maxDepth)
      return Execution::Unknown;
    return executionOf(*callee->decl->getParamDecl(argument), depth + 1);
  }

  ArrayRef<Invocation> invocations(const Call &call) {
    index();
    return listAt(made, &call);
  }

  ArrayRef<Invocation> invokers(const Function &fn) {
    index();
    return listAt(reversed, &fn);
  }

private:
  static const Expr *strip(const Expr *expr) {
    for (;;) {
      const Expr *bare = expr->IgnoreImplicit()->IgnoreParenCasts();
      if (const auto *op = dyn_cast<UnaryOperator>(bare))
        if (op->getOpcode() == UO_AddrOf || op->getOpcode() == UO_Deref)
          bare = op->getSubExpr();
      if (bare == expr)
        return expr;
      expr = bare;
    }
  }

  // A closure's or a functor's type says which code it runs.
  const Function *bodyOfType(QualType type) const {
    if (type.isNull())
      return nullptr;
    const CXXRecordDecl *record =
        type.getNonReferenceType()->getAsCXXRecordDecl();
    if (!record || !record->hasDefinition())
      return nullptr;
    if (record->isLambda())
      if (const FunctionTemplateDecl *generic =
              record->getDependentLambdaCallOperator()) {
        for (const FunctionDecl *instance : generic->specializations())
          if (const Function *body = unit.function(instance))
            return body;
        return unit.function(generic->getTemplatedDecl());
      }
    const Function *only = nullptr;
    for (const CXXMethodDecl *method : record->methods())
      if (method->getOverloadedOperator() == OO_Call)
        if (const Function *body = unit.function(method)) {
          if (only)
            return nullptr;
          only = body;
        }
    return only;
  }

  const Function *resolve(const ValueDecl &decl, unsigned depth) {
    if (const auto *fn = dyn_cast<FunctionDecl>(&decl))
      return unit.function(fn);
    if (isa<ParmVarDecl>(decl))
      return nullptr;
    SmallVector<const Expr *, 2> values;
    if (const auto *field = dyn_cast<FieldDecl>(&decl))
      append_range(values, unit.initialisers(field));
    else if (const auto *variable = dyn_cast<VarDecl>(&decl))
      if (const Expr *init = variable->getAnyInitializer())
        values.push_back(init);
    for (const Expr *mention : unit.mentions(&decl))
      if (const Expr *value = assignedTo(*mention, unit.parent(mention)))
        values.push_back(value);
    erase_if(values, [](const Expr *value) { return isNullValue(*value); });
    return values.size() == 1 ? resolve(values.front(), depth + 1) : nullptr;
  }

  const Function *resolveResult(const CallExpr &call, unsigned depth) {
    const FunctionDecl *callee = call.getDirectCallee();
    if (!callee)
      return nullptr;
    if (passesOn(callee, call.getNumArgs()))
      return resolve(call.getArg(0), depth + 1);
    const Function *body = unit.function(callee);
    return body && body->returns.size() == 1
               ? resolve(body->returns.front()->getRetValue(), depth + 1)
               : nullptr;
  }

  bool passesOn(const FunctionDecl *callee, unsigned numArgs) const {
    if (numArgs == 0)
      return false;
    const auto *constructor = dyn_cast<CXXConstructorDecl>(callee);
    return (constructor && constructor->isCopyOrMoveConstructor()) ||
           unit.roles(callee).has(Role::Forwards);
  }

  // `threads.emplace_back(f)` for a container of std::thread.
  bool growsThreads(const Call &call) const {
    const auto *method = dyn_cast_or_null<CXXMethodDecl>(call.callee);
    if (!method || !method->getIdentifier() ||
        !is_contained({"emplace_back", "push_back", "emplace", "emplace_front"},
                      method->getName()))
      return false;
    const auto *container =
        dyn_cast<ClassTemplateSpecializationDecl>(method->getParent());
    if (!container || container->getTemplateArgs().size() == 0 ||
        container->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
      return false;
    const auto *item =
        container->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
    return item &&
           is_contained({"std::thread", "std::jthread"}, tableName(*item));
  }

  // What becomes of the callable that `variable` holds: the strongest of its
  // uses.
  Execution executionOf(const VarDecl &variable, unsigned depth) {
    auto found = fates.find(&variable);
    if (found != fates.end())
      return found->second;
    fates[&variable] = Execution::Unknown;
    Execution fate = Execution::Unknown;
    for (const Expr *mention : unit.mentions(&variable))
      fate = stronger(fate, executionOf(*mention, depth + 1));
    return fates[&variable] = fate;
  }

  static Execution stronger(Execution a, Execution b) {
    static constexpr Execution order[] = {
        Execution::Unknown,      Execution::CalledOnce, Execution::Called,
        Execution::CalledInLoop, Execution::Main,       Execution::Thread,
        Execution::Spawned,      Execution::Handler,
    };
    return find(order, a) < find(order, b) ? b : a;
  }

  // What becomes of the callable that `value` denotes in one place.
  Execution executionOf(const Expr &value, unsigned depth) {
    if (depth > maxDepth)
      return Execution::Unknown;
    const Stmt *child = &value;
    const Stmt *up = unit.parent(child);
    while (up && carries(*up)) {
      child = up;
      up = unit.parent(up);
    }
    if (!up)
      return Execution::Unknown;

    Execution here = Execution::Unknown;
    if (const auto *lambda = dyn_cast<LambdaExpr>(up)) {
      // A plain capture's own mentions in the lambda are seen by themselves.
      const VarDecl *renamed = initCapture(*lambda, child);
      return renamed ? executionOf(*renamed, depth + 1) : Execution::Unknown;
    }
    if (const auto *declaration = dyn_cast<DeclStmt>(up)) {
      for (const Decl *decl : declaration->decls())
        if (const auto *variable = dyn_cast<VarDecl>(decl))
          if (variable->getInit() == child)
            return executionOf(*variable, depth + 1);
      return Execution::Unknown;
    }
    const auto *expr = dyn_cast<Expr>(up);
    const Call *call = expr ? unit.call(expr) : nullptr;
    if (!call)
      return Execution::Unknown;
    if (isCallee(*call, *child)) {
      const Loop *loop = lexicalLoop(unit, call->site);
      here = loop && !loop->bounded() ? Execution::CalledInLoop
                                      : Execution::Called;
    } else {
      for (auto [index, argument] : enumerate(call->args()))
        if (argument == child)
          here = executionOf(*call, index, depth + 1);
    }
    return within(*call->caller, here, depth);
  }

  // Casts, copies and std::move hand a callable on unchanged.
  bool carries(const Stmt &stmt) const {
    if (isa<ParenExpr, CastExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr,
            ExprWithCleanups, InitListExpr>(stmt))
      return true;
    if (const auto *op = dyn_cast<UnaryOperator>(&stmt))
      return op->getOpcode() == UO_AddrOf || op->getOpcode() == UO_Deref;
    if (const auto *construction = dyn_cast<CXXConstructExpr>(&stmt))
      return passesOn(construction->getConstructor(),
                      construction->getNumArgs());
    if (const auto *call = dyn_cast<CallExpr>(&stmt))
      return call->getDirectCallee() &&
             passesOn(call->getDirectCallee(), call->getNumArgs());
    return false;
  }

  static const VarDecl *initCapture(const LambdaExpr &lambda,
                                    const Stmt *init) {
    for (auto [capture, value] : zip(lambda.captures(), lambda.capture_inits()))
      if (value == init && lambda.isInitCapture(&capture))
        return cast<VarDecl>(capture.getCapturedVar());
    return nullptr;
  }

  static bool isCallee(const Call &call, const Stmt &child) {
    const auto *expr = dyn_cast<CallExpr>(call.site);
    if (!expr)
      return false;
    if (const auto *operation = dyn_cast<CXXOperatorCallExpr>(expr))
      return operation->getOperator() == OO_Call &&
             operation->getArg(0) == &child;
    return expr->getCallee() == &child;
  }

  // An execution `inner` in `fn`, seen from the function that `fn` is a lambda
  // of.
  Execution within(const Function &fn, Execution inner, unsigned depth) {
    if (!fn.lambda || inner == Execution::Unknown)
      return inner;
    Execution outer = executionOf(*fn.lambda, depth + 1);
    if (!runsDuringCall(outer))
      return outer == Execution::Unknown ? inner : outer;
    return stronger(outer, inner);
  }

  void index() {
    if (indexed)
      return;
    indexed = true;
    for (const Function *fn : unit.functions())
      for (const Call *call : fn->calls)
        addInvocations(*call);
    for (auto &[call, list] : made)
      for (const Invocation &invocation : list)
        reversed[invocation.target].push_back(invocation);
    for (auto &[fn, list] : reversed)
      std::ranges::sort(list, {}, [](const Invocation &invocation) {
        return invocation.call->location();
      });
  }

  void addInvocations(const Call &call) {
    SmallVector<Invocation, 2> list;
    if (const Function *target = calleeOf(call)) {
      bool once = unit.roles(call).has(Role::CallsOnce) ||
                  initialisesStatic(unit, call.site);
      list.push_back({&call, target,
                      once ? Execution::CalledOnce : Execution::Called,
                      std::nullopt});
    }
    for (auto [index, argument] : enumerate(call.args()))
      if (mayBeCallable(*argument))
        if (const Function *target = resolve(argument))
          list.push_back(
              {&call, target, executionOf(call, index), unsigned(index)});
    if (!list.empty())
      made[&call].assign(list.begin(), list.end());
  }

  const Function *calleeOf(const Call &call) {
    if (const Function *body = unit.function(call.callee))
      return body;
    if (const auto *method = dyn_cast_or_null<CXXMethodDecl>(call.callee)) {
      if (method->isVirtual())
        return soleOverrider(*method);
      if (method->getOverloadedOperator() == OO_Call && call.object())
        return resolve(call.object());
    }
    const auto *expr = dyn_cast<CallExpr>(call.site);
    return expr && !call.callee ? resolve(expr->getCallee()) : nullptr;
  }

  // Several overriders may differ; then nothing is known of a call.
  const Function *soleOverrider(const CXXMethodDecl &method) const {
    ArrayRef<const CXXMethodDecl *> all = unit.overriders(&method);
    return all.size() == 1 ? unit.function(all.front()) : nullptr;
  }

  static bool mayBeCallable(const Expr &expr) {
    QualType type = expr.getType().getNonReferenceType();
    return type->isRecordType() || type->isFunctionPointerType() ||
           type->isFunctionType() || type->isMemberFunctionPointerType();
  }

  Unit &unit;
  bool indexed = false;
  DenseMap<const VarDecl *, Execution> fates;
  DenseMap<const Call *, std::vector<Invocation>> made;
  DenseMap<const Function *, std::vector<Invocation>> reversed;
};

} // namespace

const Function *callableOf(Unit &unit, const Expr *expr) {
  return unit.get<Callables>().resolve(expr);
}

bool initialisesStatic(Unit &unit, const Stmt *stmt) {
  while (stmt && !isa<DeclStmt>(stmt))
    stmt = unit.parent(stmt);
  const auto *declaration = cast_or_null<DeclStmt>(stmt);
  const auto *variable = declaration && declaration->isSingleDecl()
                             ? dyn_cast<VarDecl>(declaration->getSingleDecl())
                             : nullptr;
  return variable && variable->isStaticLocal();
}

Execution executionOf(Unit &unit, const Call &call, unsigned argument) {
  return unit.get<Callables>().executionOf(call, argument);
}

ArrayRef<Invocation> invocations(Unit &unit, const Call &call) {
  return unit.get<Callables>().invocations(call);
}

ArrayRef<Invocation> invokers(Unit &unit, const Function &fn) {
  return unit.get<Callables>().invokers(fn);
}

} // namespace heddle::checks
