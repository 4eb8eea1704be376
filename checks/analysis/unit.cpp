#include "analysis/unit.h"

#include "analysis/preamble.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

#include <map>
#include <mutex>

using namespace clang;
using namespace llvm;

namespace heddle::checks {

const Expr *Call::expr() const { return dyn_cast<Expr>(site); }

ArrayRef<const Expr *> Call::args() const {
  if (const auto *construction = dyn_cast<CXXConstructExpr>(site))
    return {construction->getArgs(), construction->getNumArgs()};
  const auto *call = dyn_cast<CallExpr>(site);
  if (!call)
    return {};
  ArrayRef<const Expr *> all(call->getArgs(), call->getNumArgs());
  const auto *method = dyn_cast_or_null<CXXMethodDecl>(callee);
  bool leadsWithObject = isa<CXXOperatorCallExpr>(call) && method &&
                         method->isImplicitObjectMemberFunction();
  return leadsWithObject ? all.drop_front() : all;
}

const Expr *Call::object() const {
  if (const auto *member = dyn_cast<CXXMemberCallExpr>(site)) {
    const Expr *object = member->getImplicitObjectArgument();
    return object && object->isImplicitCXXThis() ? nullptr : object;
  }
  const auto *method = dyn_cast_or_null<CXXMethodDecl>(callee);
  const auto *call = dyn_cast<CXXOperatorCallExpr>(site);
  return call && method && method->isImplicitObjectMemberFunction()
             ? call->getArg(0)
             : nullptr;
}

SourceLocation Call::location() const {
  if (destroyed)
    return destroyed->getLocation();
  if (const auto *member = dyn_cast<CXXMemberCallExpr>(site))
    if (const auto *named =
            dyn_cast<MemberExpr>(member->getCallee()->IgnoreParens()))
      if (named->getMemberLoc().isValid() && !named->getMemberLoc().isMacroID())
        return named->getMemberLoc();
  return expr()->getExprLoc();
}

SourceLocation Function::location() const {
  return decl ? decl->getLocation() : variable->getLocation();
}

std::string Function::name() const {
  if (lambda)
    return "lambda";
  const NamedDecl *named =
      decl ? static_cast<const NamedDecl *>(decl) : variable;
  const auto *method = dyn_cast<CXXMethodDecl>(named);
  std::string name = named->getNameAsString();
  return method ? method->getParent()->getNameAsString() + "::" + name : name;
}

// Walks declarations outside system headers and the statements in them.
class Unit::Builder {
public:
  explicit Builder(Unit &unit)
      : unit(unit), sources(unit.ast.getSourceManager()) {}

  void build() {
    for (const Decl *decl : preambleDecls(unit.ast))
      visit(decl, nullptr);
    for (const Decl *decl : unit.ast.getTraversalScope()) {
      if (const auto *whole = dyn_cast<TranslationUnitDecl>(decl))
        visitMembers(*whole, nullptr);
      else
        visit(decl, nullptr);
    }
    addPatterns();
    sort(unit.inOrder, [&](const Function *a, const Function *b) {
      return sources.isBeforeInTranslationUnit(a->location(), b->location());
    });
  }

private:
  bool isInSystemHeader(const Decl &decl) const {
    return sources.isInSystemHeader(
        sources.getExpansionLoc(decl.getLocation()));
  }

  void visitMembers(const DeclContext &context, const Function *enclosing) {
    for (const Decl *member : context.decls())
      visit(member, enclosing);
  }

  void visit(const Decl *decl, const Function *enclosing) {
    if (decl->isInvalidDecl() || isInSystemHeader(*decl))
      return;
    if (const auto *fn = dyn_cast<FunctionDecl>(decl))
      return visitFunction(*fn, enclosing);
    if (const auto *fn = dyn_cast<FunctionTemplateDecl>(decl)) {
      visitFunction(*fn->getTemplatedDecl(), enclosing);
      for (const FunctionDecl *instance : fn->specializations())
        visitFunction(*instance, enclosing);
      return;
    }
    if (const auto *record = dyn_cast<ClassTemplateDecl>(decl)) {
      if (!record->isThisDeclarationADefinition())
        return;
      visitMembers(*record->getTemplatedDecl(), enclosing);
      for (const auto *instance : record->specializations())
        if (!instance->isExplicitSpecialization())
          visitMembers(*instance, enclosing);
      return;
    }
    if (const auto *record = dyn_cast<CXXRecordDecl>(decl)) {
      if (record->isThisDeclarationADefinition())
        visitMembers(*record, enclosing);
      return;
    }
    if (const auto *friendly = dyn_cast<FriendDecl>(decl)) {
      if (const NamedDecl *named = friendly->getFriendDecl())
        visit(named, enclosing);
      return;
    }
    if (const auto *field = dyn_cast<FieldDecl>(decl)) {
      if (const Expr *init = field->getInClassInitializer()) {
        unit.fieldInits[field].push_back(init);
        visitInitialiser(*field, *init, enclosing);
      }
      return;
    }
    if (const auto *variable = dyn_cast<VarDecl>(decl)) {
      if (const Expr *init = variable->getInit())
        visitInitialiser(*variable, *init, enclosing);
      return;
    }
    if (isa<NamespaceDecl, LinkageSpecDecl, ExportDecl>(decl))
      visitMembers(*cast<DeclContext>(decl), enclosing);
  }

  void visitFunction(const FunctionDecl &fn, const Function *enclosing) {
    if (const auto *method = dyn_cast<CXXMethodDecl>(&fn))
      addOverrider(*method, *method);
    if (!fn.doesThisDeclarationHaveABody() || fn.isDefaulted() ||
        fn.isLateTemplateParsed() || !fn.getBody())
      return;
    if (fn.isDependentContext())
      patterns.push_back({&fn, enclosing, nullptr});
    else
      add(fn, enclosing, nullptr);
  }

  void addOverrider(const CXXMethodDecl &method,
                    const CXXMethodDecl &overrider) {
    for (const CXXMethodDecl *base : method.overridden_methods()) {
      auto &known = unit.overridden[base->getCanonicalDecl()];
      if (is_contained(known, overrider.getCanonicalDecl()))
        continue;
      known.push_back(overrider.getCanonicalDecl());
      addOverrider(*base, overrider);
    }
  }

  // Patterns that nothing instantiates. Walking one can bring more.
  void addPatterns() {
    DenseSet<const FunctionDecl *> instantiated;
    for (const Function &fn : unit.owned)
      if (fn.decl)
        if (const auto *pattern = fn.decl->getTemplateInstantiationPattern())
          instantiated.insert(pattern);
    for (size_t i = 0; i < patterns.size(); ++i) {
      Pattern pattern = patterns[i];
      if (!instantiated.contains(pattern.fn))
        add(*pattern.fn, pattern.enclosing, pattern.lambda);
    }
  }

  void add(const FunctionDecl &decl, const Function *enclosing,
           const LambdaExpr *lambda) {
    if (unit.byDecl.contains(decl.getCanonicalDecl()))
      return;
    Function &fn = unit.owned.emplace_back();
    fn.decl = &decl;
    fn.enclosing = enclosing;
    fn.lambda = lambda;
    fn.body = decl.getBody();
    unit.byDecl[decl.getCanonicalDecl()] = &fn;
    unit.byBody[fn.body] = &fn;
    unit.inOrder.push_back(&fn);
    if (const auto *constructor = dyn_cast<CXXConstructorDecl>(&decl))
      for (const CXXCtorInitializer *init : constructor->inits()) {
        if (const FieldDecl *field = init->getMember();
            field && init->isWritten())
          unit.fieldInits[field].push_back(init->getInit());
        if (init->isWritten() || init->isBaseInitializer())
          walk(init->getInit(), fn.body, fn);
      }
    walk(fn.body, nullptr, fn);
  }

  void visitInitialiser(const ValueDecl &variable, const Expr &init,
                        const Function *enclosing) {
    if (init.isInstantiationDependent() || unit.byBody.contains(&init))
      return;
    Function &fn = unit.owned.emplace_back();
    fn.variable = &variable;
    fn.enclosing = enclosing;
    fn.body = &init;
    unit.byBody[&init] = &fn;
    unit.inOrder.push_back(&fn);
    walk(&init, nullptr, fn);
  }

  void walk(const Stmt *stmt, const Stmt *parent, Function &fn) {
    if (!stmt || isUnevaluated(*stmt))
      return;
    if (parent)
      unit.parents[stmt] = parent;
    if (const auto *lambda = dyn_cast<LambdaExpr>(stmt))
      return walkLambda(*lambda, fn);

    if (const auto *ref = dyn_cast<DeclRefExpr>(stmt))
      mention(*ref->getDecl(), *ref);
    else if (const auto *member = dyn_cast<MemberExpr>(stmt))
      mention(*member->getMemberDecl(), *member);
    else if (const auto *result = dyn_cast<ReturnStmt>(stmt))
      fn.returns.push_back(result);
    else if (const auto *declaration = dyn_cast<DeclStmt>(stmt))
      walkDeclarations(*declaration, fn);

    for (const Stmt *child : stmt->children())
      walk(child, stmt, fn);

    // After its operands: calls come in the order in which they are made.
    if (const auto *call = dyn_cast<CallExpr>(stmt))
      addCall(*stmt, call->getDirectCallee(), fn);
    else if (const auto *construction = dyn_cast<CXXConstructExpr>(stmt)) {
      if (!construction->getConstructor()->isTrivial())
        addCall(*stmt, construction->getConstructor(), fn);
    } else if (const auto *deletion = dyn_cast<CXXDeleteExpr>(stmt)) {
      QualType type = deletion->getDestroyedType();
      if (!type.isNull() && type->getAsCXXRecordDecl())
        addCall(*stmt, destructor(type), fn);
    }
  }

  static bool isUnevaluated(const Stmt &stmt) {
    if (const auto *type = dyn_cast<CXXTypeidExpr>(&stmt))
      return !type->isPotentiallyEvaluated();
    return isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr>(stmt);
  }

  void walkLambda(const LambdaExpr &lambda, Function &fn) {
    for (const Expr *init : lambda.capture_inits())
      walk(init, &lambda, fn);
    const FunctionTemplateDecl *generic = lambda.getDependentCallOperator();
    if (!generic)
      return add(*lambda.getCallOperator(), &fn, &lambda);
    for (const FunctionDecl *instance : generic->specializations())
      if (instance->getBody())
        add(*instance, &fn, &lambda);
    patterns.push_back({generic->getTemplatedDecl(), &fn, &lambda});
  }

  void walkDeclarations(const DeclStmt &declaration, Function &fn) {
    for (const Decl *decl : declaration.decls()) {
      if (isa<CXXRecordDecl>(decl))
        visit(decl, &fn);
      const auto *variable = dyn_cast<VarDecl>(decl);
      if (!variable || !variable->hasLocalStorage() ||
          !variable->getType()->getAsCXXRecordDecl())
        continue;
      if (const CXXDestructorDecl *end = destructor(variable->getType()))
        addCall(declaration, end, fn).destroyed = variable;
    }
  }

  // Null for trivial ones.
  static const CXXDestructorDecl *destructor(QualType type) {
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    if (!record || !record->hasDefinition() || record->hasTrivialDestructor())
      return nullptr;
    return record->getDestructor();
  }

  Call &addCall(const Stmt &site, const FunctionDecl *callee, Function &fn) {
    Call &call = unit.ownedCalls.emplace_back(
        Call{.site = &site, .callee = callee, .caller = &fn});
    fn.calls.push_back(&call);
    if (callee)
      unit.callsByCallee[callee->getCanonicalDecl()].push_back(&call);
    if (!isa<DeclStmt>(site))
      unit.bySite[&site] = &call;
    return call;
  }

  void mention(const ValueDecl &decl, const Expr &expr) {
    auto &known = unit.mentioned[cast<ValueDecl>(decl.getCanonicalDecl())];
    known.push_back(&expr);
    const auto *variable = dyn_cast<VarDecl>(&decl);
    if (variable && variable->getTLSKind() != VarDecl::TLS_None &&
        known.size() == 1)
      unit.perThread.push_back(variable->getCanonicalDecl());
  }

  struct Pattern {
    const FunctionDecl *fn;
    const Function *enclosing;
    const LambdaExpr *lambda;
  };

  Unit &unit;
  const SourceManager &sources;
  std::vector<Pattern> patterns;
};

Unit &Unit::of(ASTContext &context, StringRef roles) {
  static std::mutex mutex;
  static auto *const units =
      new std::map<const ASTContext *, std::unique_ptr<Unit>>;
  {
    std::lock_guard lock(mutex);
    if (auto found = units->find(&context); found != units->end())
      return *found->second;
  }
  // Only the thread that owns the context can ask for it: building needs no
  // lock.
  std::unique_ptr<Unit> made(new Unit(context, cantFail(Roles::parse(roles))));
  Builder(*made).build();
  context.AddDeallocation(
      [](void *gone) {
        std::unique_ptr<Unit> unit;
        std::lock_guard lock(mutex);
        auto found = units->find(static_cast<ASTContext *>(gone));
        unit = std::move(found->second);
        units->erase(found);
      },
      &context);
  std::lock_guard lock(mutex);
  return *((*units)[&context] = std::move(made));
}

Unit::Unit(ASTContext &context, Roles roles)
    : ast(context), declaredRoles(std::move(roles)) {}

Unit::~Unit() = default;

const Function *Unit::function(const FunctionDecl *decl) const {
  return decl ? byDecl.lookup(decl->getCanonicalDecl()) : nullptr;
}

const Function *Unit::functionOf(const Stmt *stmt) const {
  while (const Stmt *up = parent(stmt))
    stmt = up;
  return byBody.lookup(stmt);
}

const Call *Unit::call(const Expr *expr) const {
  if (!expr)
    return nullptr;
  if (const Call *call = bySite.lookup(expr))
    return call;
  return bySite.lookup(expr->IgnoreUnlessSpelledInSource());
}

RoleSet Unit::roles(const Decl *decl) const {
  return decl ? declaredRoles.of(*decl) : RoleSet{};
}

RoleSet Unit::roles(const Call &call) const {
  RoleSet found = roles(call.callee);
  const auto *operation = dyn_cast<CXXOperatorCallExpr>(call.site);
  if (operation && operation->getOperator() == OO_Call)
    if (const auto *named =
            dyn_cast<DeclRefExpr>(operation->getArg(0)->IgnoreParenImpCasts()))
      found |= roles(named->getDecl());
  return found;
}

const Stmt *Unit::parent(const Stmt *stmt) const {
  return parents.lookup(stmt);
}

const Stmt *Unit::wrapped(const Stmt *stmt) const {
  const Stmt *up = parent(stmt);
  while (isa_and_nonnull<FullExpr, ImplicitCastExpr, MaterializeTemporaryExpr,
                         CXXBindTemporaryExpr, ParenExpr>(up)) {
    stmt = up;
    up = parent(up);
  }
  return stmt;
}

bool Unit::isWithin(const Stmt *part, const Stmt *whole) const {
  while (part && part != whole)
    part = parent(part);
  return part;
}

ArrayRef<const Expr *> Unit::mentions(const ValueDecl *decl) const {
  return listAt(mentioned, cast<ValueDecl>(decl->getCanonicalDecl()));
}

ArrayRef<const Call *> Unit::callsOf(const FunctionDecl *fn) const {
  return listAt(callsByCallee, fn->getCanonicalDecl());
}

ArrayRef<const Expr *> Unit::initialisers(const FieldDecl *field) const {
  return listAt(fieldInits, field);
}

ArrayRef<const CXXMethodDecl *>
Unit::overriders(const CXXMethodDecl *method) const {
  return listAt(overridden, method->getCanonicalDecl());
}

const CFG *Unit::cfg(const Function &fn) {
  std::unique_ptr<CFG> &slot = cfgs[&fn];
  if (!slot && fn.decl) {
    CFG::BuildOptions options;
    options.AddImplicitDtors = true;
    options.AddTemporaryDtors = true;
    options.AddInitializers = true;
    slot = CFG::buildCFG(fn.decl, const_cast<Stmt *>(fn.body), &ast, options);
  }
  return slot.get();
}

} // namespace heddle::checks
