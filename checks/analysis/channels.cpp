#include "analysis/channels.h"

#include "analysis/callables.h"
#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class ChannelTypes {
public:
  explicit ChannelTypes(Unit &unit) : unit(unit) {}

  bool has(const CXXRecordDecl &record) {
    if (!record.hasDefinition())
      return false;
    auto [found, fresh] = known.try_emplace(&record, false);
    if (fresh) {
      RoleSet roles;
      for (const CXXMethodDecl *method : record.methods())
        roles |= unit.roles(method);
      found->second = roles.has(Role::Sends) && roles.has(Role::Receives) &&
                      roles.has(Role::Closes);
    }
    return found->second;
  }

private:
  Unit &unit;
  DenseMap<const CXXRecordDecl *, bool> known;
};

// Or a base of one, in libstdc++.
bool isHandle(const CXXRecordDecl &record) {
  return is_contained({"std::shared_ptr", "std::__shared_ptr",
                       "std::__shared_ptr_access", "std::unique_ptr"},
                      tableName(record));
}

/// A type that denotes a channel: one, a reference or pointer to one, a handle.
bool denotesChannel(Unit &unit, QualType type) {
  type = type.getNonReferenceType();
  if (type->isPointerType())
    type = type->getPointeeType();
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (!record)
    return false;
  if (const auto *handle = dyn_cast<ClassTemplateSpecializationDecl>(record);
      handle && isHandle(*handle) &&
      handle->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
    return isChannel(unit, handle->getTemplateArgs()[0].getAsType());
  return unit.get<ChannelTypes>().has(*record);
}

bool isRuntimes(const FunctionDecl *fn) {
  return fn && StringRef(tableName(*fn)).starts_with("heddle::");
}

SmallVector<const Expr *, 4> writtenArguments(const Call &call) {
  SmallVector<const Expr *, 4> written;
  for (const Expr *argument : call.args())
    if (!isa<CXXDefaultArgExpr>(argument))
      written.push_back(argument);
  return written;
}

class Channels {
public:
  explicit Channels(Unit &unit)
      : unit(unit), sources(unit.context().getSourceManager()) {
    for (const Function *fn : unit.functions()) {
      if (isRuntimes(fn->decl))
        continue;
      function = fn;
      walkInitialisers(*fn);
      walk(fn->body);
    }
    collect();
  }

  ArrayRef<const ChannelInfo *> all() const { return ordered; }

  const ChannelInfo *of(const Expr *expr) {
    const Expr *origin = originOf(expr);
    auto found = nodes.find(origin ? keyOf(*origin) : nullptr);
    return found == nodes.end() ? nullptr : &infos[find(found->second)];
  }

private:
  // A canonical declaration, or an expression that makes or gets a channel.
  using Key = const void *;

  unsigned node(Key of) {
    auto [found, fresh] = nodes.try_emplace(of, parents.size());
    if (fresh) {
      parents.push_back(found->second);
      infos.emplace_back();
    }
    return found->second;
  }

  unsigned node(const ValueDecl &decl) {
    size_t known = parents.size();
    unsigned index = node(Key(decl.getCanonicalDecl()));
    if (parents.size() != known)
      addName(decl, infos[index]);
    return index;
  }

  unsigned find(unsigned index) {
    while (parents[index] != index)
      index = parents[index] = parents[parents[index]];
    return index;
  }

  void bind(unsigned index, const ValueDecl &decl) {
    parents[find(index)] = find(node(decl));
  }

  // Names, and what is made in them.

  void addName(const ValueDecl &decl, ChannelInfo &info) {
    info.names.push_back(&decl);
    info.escapes |= isOpen(decl);
    if (!isa<VarDecl, FieldDecl>(decl) || isa<ParmVarDecl>(decl) ||
        decl.getType()->isReferenceType() || !isChannel(unit, decl.getType()))
      return;
    ChannelInfo::Made made;
    made.variable = &decl;
    if (const auto *variable = dyn_cast<VarDecl>(&decl)) {
      made.function =
          unit.function(dyn_cast<FunctionDecl>(variable->getDeclContext()));
      if (!variable->getInit() || !readCapacity(made, *variable->getInit()))
        info.escapes = true;
    } else {
      ArrayRef<const Expr *> values = unit.initialisers(cast<FieldDecl>(&decl));
      if (values.empty() && !cast<FieldDecl>(decl).hasInClassInitializer())
        made.capacity = 0;
      else if (values.size() == 1)
        readCapacity(made, *values.front());
    }
    info.made.push_back(made);
  }

  // False if `init` does not make a channel itself.
  bool readCapacity(ChannelInfo::Made &made, const Expr &init) const {
    const Expr *bare = init.IgnoreImplicit();
    if (const auto *list = dyn_cast<InitListExpr>(bare))
      bare =
          list->getNumInits() == 1 ? list->getInit(0)->IgnoreImplicit() : bare;
    const auto *construction = dyn_cast<CXXConstructExpr>(bare);
    if (!construction ||
        construction->getConstructor()->isCopyOrMoveConstructor())
      return false;
    setCapacity(made,
                construction->getNumArgs() ? construction->getArg(0) : nullptr);
    return true;
  }

  void setCapacity(ChannelInfo::Made &made, const Expr *argument) const {
    Expr::EvalResult value;
    if (!argument || isa<CXXDefaultArgExpr>(argument)) {
      made.capacity = 0;
      return;
    }
    made.capacityArgument = argument;
    if (!argument->isValueDependent() &&
        argument->EvaluateAsInt(value, unit.context()))
      made.capacity = value.Val.getInt().getExtValue();
  }

  // Code that is not in view can name `decl`.
  bool isOpen(const ValueDecl &decl) const {
    if (const auto *variable = dyn_cast<VarDecl>(&decl))
      return variable->hasGlobalStorage() && !variable->isStaticLocal() &&
             !all_of(variable->redecls(), [&](const VarDecl *redecl) {
               return isInMainFile(*redecl);
             });
    if (const auto *field = dyn_cast<FieldDecl>(&decl))
      return !isInMainFile(*field->getParent()) && !isOnlyUsedInView(*field);
    return !isInMainFile(decl) && decl.getAccess() != AS_private;
  }

  bool isInMainFile(const Decl &decl) const {
    return sources.isInMainFile(sources.getExpansionLoc(decl.getLocation()));
  }

  bool isOnlyUsedInView(const FieldDecl &field) const {
    const auto *record = dyn_cast<CXXRecordDecl>(field.getParent());
    return record && field.getAccess() == AS_private && !record->hasFriends() &&
           all_of(record->methods(), [&](const CXXMethodDecl *method) {
             return method->isImplicit() || method->isDefaulted() ||
                    method->isDeleted() || unit.function(method);
           });
  }

  // Expressions that denote a channel.

  // A member's initialiser in a constructor has no parent that tells which.
  void walkInitialisers(const Function &fn) {
    const auto *constructor = dyn_cast_or_null<CXXConstructorDecl>(fn.decl);
    if (!constructor)
      return;
    for (const CXXCtorInitializer *init : constructor->inits()) {
      if (!init->isWritten())
        continue;
      if (init->isMemberInitializer())
        initialised[init->getInit()] = init->getMember();
      walk(init->getInit());
    }
  }

  void walk(const Stmt *stmt) {
    if (!stmt)
      return;
    if (const auto *lambda = dyn_cast<LambdaExpr>(stmt)) {
      for (const Expr *init : lambda->capture_inits())
        walk(init);
      return;
    }
    if (const auto *declaration = dyn_cast<DeclStmt>(stmt))
      for (const Decl *decl : declaration->decls())
        if (const auto *variable = dyn_cast<VarDecl>(decl);
            variable && !variable->getType()->isReferenceType() &&
            isChannel(unit, variable->getType()))
          node(*variable);
    if (const auto *expr = dyn_cast<Expr>(stmt);
        expr && denotesChannel(unit, expr->getType()) && isOrigin(*expr))
      follow(*expr, nodeOf(*expr));
    for (const Stmt *child : stmt->children())
      walk(child);
  }

  // Says by itself which channel it denotes, not by a part of it.
  bool isOrigin(const Expr &expr) {
    if (const auto *ref = dyn_cast<DeclRefExpr>(&expr))
      return isa<VarDecl>(ref->getDecl()) && !ref->getDecl()->isImplicit();
    if (const auto *member = dyn_cast<MemberExpr>(&expr))
      return isa<FieldDecl>(member->getMemberDecl());
    const auto *call = dyn_cast<CallExpr>(&expr);
    return isa<CXXNewExpr>(&expr) ||
           (call && !isa<CXXOperatorCallExpr>(call) && !passesOn(*call));
  }

  // Its result is the channel that it is given or called on.
  bool passesOn(const CallExpr &call) {
    const FunctionDecl *callee = call.getDirectCallee();
    if (!callee || !denotesChannel(unit, call.getType()))
      return false;
    if (const auto *method = dyn_cast<CXXMethodDecl>(callee))
      return isHandle(*method->getParent()) && method->getIdentifier() &&
             method->getName() == "get";
    return unit.roles(callee).has(Role::Forwards);
  }

  // The function in view whose result `expr` is.
  const FunctionDecl *resultOf(const Expr &expr) const {
    const auto *call = dyn_cast<CallExpr>(&expr);
    const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
    return unit.function(callee) && !isRuntimes(callee) ? callee : nullptr;
  }

  Key keyOf(const Expr &origin) const {
    if (const auto *ref = dyn_cast<DeclRefExpr>(&origin))
      return ref->getDecl()->getCanonicalDecl();
    if (const auto *member = dyn_cast<MemberExpr>(&origin))
      return member->getMemberDecl()->getCanonicalDecl();
    if (const FunctionDecl *fn = resultOf(origin))
      return static_cast<const Decl *>(fn->getCanonicalDecl());
    return &origin;
  }

  unsigned nodeOf(const Expr &origin) {
    if (const auto *ref = dyn_cast<DeclRefExpr>(&origin))
      return node(*ref->getDecl());
    if (const auto *member = dyn_cast<MemberExpr>(&origin))
      return node(*member->getMemberDecl());
    if (const FunctionDecl *fn = resultOf(origin))
      return node(*fn);
    size_t known = parents.size();
    unsigned index = node(Key(&origin));
    if (parents.size() != known)
      addMade(origin, infos[index]);
    return index;
  }

  void addMade(const Expr &origin, ChannelInfo &info) {
    const auto *call = dyn_cast<CallExpr>(&origin);
    const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
    if (!callee || !is_contained({"heddle::make_channel", "std::make_shared",
                                  "std::make_unique"},
                                 tableName(*callee))) {
      info.escapes = true;
      return;
    }
    ChannelInfo::Made made;
    made.expr = &origin;
    made.function = function;
    setCapacity(made, call->getNumArgs() ? call->getArg(0) : nullptr);
    info.made.push_back(made);
  }

  const Expr *originOf(const Expr *expr) {
    while (expr && !isOrigin(*expr)) {
      const Expr *bare = expr->IgnoreUnlessSpelledInSource();
      if (bare != expr)
        expr = bare;
      else if (const auto *op = dyn_cast<UnaryOperator>(expr))
        expr = op->getSubExpr();
      else if (const auto *method = dyn_cast<CXXMemberCallExpr>(expr))
        expr = method->getImplicitObjectArgument();
      else if (const auto *call = dyn_cast<CallExpr>(expr))
        expr = call->getNumArgs() ? call->getArg(0) : nullptr;
      else if (const auto *copy = dyn_cast<CXXConstructExpr>(expr))
        expr = copy->getNumArgs() ? copy->getArg(0) : nullptr;
      else
        return nullptr;
    }
    return expr;
  }

  // From such an expression up to what is done with the channel.
  void follow(const Expr &mention, unsigned index) {
    const Stmt *child = &mention;
    for (;;) {
      if (const FieldDecl *field = initialised.lookup(child))
        return bind(index, *field);
      const Stmt *up = unit.parent(child);
      if (!up) {
        if (function->variable && function->body == child)
          bind(index, *function->variable);
        return;
      }
      if (!isTransparent(*up, *child))
        return use(mention, index, *child, *up);
      child = up;
    }
  }

  bool isTransparent(const Stmt &up, const Stmt &child) {
    if (isa<ParenExpr, ImplicitCastExpr, MaterializeTemporaryExpr, FullExpr,
            CXXBindTemporaryExpr, CXXFunctionalCastExpr, CXXStaticCastExpr>(up))
      return denotesChannel(unit, cast<Expr>(up).getType());
    if (const auto *op = dyn_cast<UnaryOperator>(&up))
      return op->getOpcode() == UO_AddrOf || op->getOpcode() == UO_Deref;
    if (const auto *choice = dyn_cast<ConditionalOperator>(&up))
      return choice->getCond() != &child;
    if (const auto *copy = dyn_cast<CXXConstructExpr>(&up))
      return isHandle(*copy->getConstructor()->getParent());
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(&up))
      return (op->getOperator() == OO_Star || op->getOperator() == OO_Arrow) &&
             denotesChannel(unit, op->getType());
    const Stmt *called = isa<MemberExpr>(up) ? unit.parent(&up) : nullptr;
    const auto *call = dyn_cast<CallExpr>(called ? called : &up);
    return call && passesOn(*call);
  }

  void use(const Expr &mention, unsigned index, const Stmt &child,
           const Stmt &up) {
    if (const auto *member = dyn_cast<MemberExpr>(&up))
      return callMethod(mention, infos[index], *member);
    if (const auto *declaration = dyn_cast<DeclStmt>(&up))
      return declare(mention, index, child, *declaration);
    if (const auto *lambda = dyn_cast<LambdaExpr>(&up))
      return capture(index, child, *lambda);
    if (const auto *list = dyn_cast<InitListExpr>(&up))
      return fill(index, child, *list);
    if (isa<ReturnStmt>(up)) {
      if (function->decl)
        bind(index, *function->decl);
      return;
    }
    if (const auto *op = dyn_cast<BinaryOperator>(&up))
      return assign(index, child, *op, op->isAssignmentOp());
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(&up);
        op && op->getOperator() != OO_Call && op->getNumArgs() == 2)
      return assign(index, child, *op, op->isAssignmentOp());
    const auto *expr = dyn_cast<Expr>(&up);
    if (!expr || isa<CXXDeleteExpr>(expr) || isOnlyTested(*expr))
      return;
    if (const Call *call = unit.call(expr))
      pass(mention, index, child, *call);
    else
      infos[index].escapes = true;
  }

  static bool isOnlyTested(const Expr &expr) {
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(&expr))
      return op->getOperator() == OO_Exclaim;
    const auto *cast = dyn_cast<CastExpr>(&expr);
    return cast &&
           (cast->getType()->isBooleanType() || cast->getType()->isVoidType());
  }

  void declare(const Expr &mention, unsigned index, const Stmt &child,
               const DeclStmt &declaration) {
    const auto *loop =
        dyn_cast_or_null<CXXForRangeStmt>(unit.parent(&declaration));
    if (loop && loop->getRangeStmt() == &declaration) {
      infos[index].uses.push_back({.kind = ChannelUse::Receive,
                                   .mention = &mention,
                                   .function = function,
                                   .loop = loop});
      return;
    }
    for (const Decl *decl : declaration.decls())
      if (const auto *variable = dyn_cast<VarDecl>(decl);
          variable && variable->getInit() == &child) {
        for (ChannelInfo::Made &made : infos[index].made)
          if (made.expr == &mention)
            made.variable = variable;
        bind(index, *variable);
      }
  }

  void capture(unsigned index, const Stmt &child, const LambdaExpr &lambda) {
    for (auto [one, value] : zip(lambda.captures(), lambda.capture_inits()))
      if (value == &child && lambda.isInitCapture(&one))
        bind(index, *one.getCapturedVar());
  }

  void fill(unsigned index, const Stmt &child, const InitListExpr &list) {
    const RecordDecl *record = list.getType()->getAsRecordDecl();
    const auto *derived = dyn_cast_or_null<CXXRecordDecl>(record);
    if (record && !(derived && derived->getNumBases() > 0))
      for (const FieldDecl *field : record->fields())
        if (field->getFieldIndex() < list.getNumInits() &&
            list.getInit(field->getFieldIndex()) == &child)
          return bind(index, *field);
    infos[index].escapes = true;
  }

  template <class Operator>
  void assign(unsigned index, const Stmt &child, const Operator &op,
              bool assigns) {
    const Stmt *target = *op.child_begin();
    if constexpr (std::is_same_v<Operator, CXXOperatorCallExpr>) {
      if (op.isComparisonOp())
        return;
      target = op.getArg(0);
    } else if (!assigns) {
      return;
    }
    if (target == &child)
      return;
    const ValueDecl *decl = assigns ? namedBy(cast<Expr>(target)) : nullptr;
    if (decl)
      bind(index, *decl);
    else
      infos[index].escapes = true;
  }

  void pass(const Expr &mention, unsigned index, const Stmt &child,
            const Call &call) {
    ChannelInfo &info = infos[index];
    std::string name = call.callee ? tableName(*call.callee) : std::string();
    bool isSource = !call.args().empty() && call.args()[0] == &child;
    if (isSource && (name == "heddle::on_receive" || name == "heddle::on_send"))
      return addCase(mention, info, call, name == "heddle::on_send");
    if (isSource && name == "heddle::consume") {
      info.uses.push_back({.kind = ChannelUse::Receive,
                           .mention = &mention,
                           .function = function,
                           .call = &call});
      return;
    }
    const Function *target = isRuntimes(call.callee) ? nullptr : targetOf(call);
    if (target && target->decl)
      for (auto [argument, parameter] :
           zip(call.args(), target->decl->parameters()))
        if (argument == &child)
          return bind(index, *parameter);
    info.escapes = true;
  }

  const Function *targetOf(const Call &call) {
    for (const Invocation &invocation : invocations(unit, call))
      if (!invocation.argument)
        return invocation.target;
    return nullptr;
  }

  // Uses.

  void callMethod(const Expr &mention, ChannelInfo &info,
                  const MemberExpr &member) {
    const auto *expr = dyn_cast_or_null<Expr>(unit.parent(&member));
    const Call *call = expr ? unit.call(expr) : nullptr;
    const auto *method =
        call ? dyn_cast_or_null<CXXMethodDecl>(call->callee) : nullptr;
    if (!method ||
        method->getDeclName() != member.getMemberDecl()->getDeclName())
      info.escapes = true;
    else if (unit.get<ChannelTypes>().has(*method->getParent()))
      addCall(mention, info, *call, *method);
  }

  void addCall(const Expr &mention, ChannelInfo &info, const Call &call,
               const CXXMethodDecl &method) {
    RoleSet roles = unit.roles(call);
    ChannelUse use{.kind = ChannelUse::Look,
                   .mention = &mention,
                   .function = function,
                   .call = &call};
    auto arguments = writtenArguments(call);
    if (roles.has(Role::Sends)) {
      use.kind = ChannelUse::Send;
      use.limited = !roles.has(Role::Suspends) || arguments.size() > 1;
      if (!arguments.empty())
        use.value = arguments.back();
    } else if (roles.has(Role::Receives)) {
      use.kind = ChannelUse::Receive;
      use.limited = !roles.has(Role::Suspends) || !arguments.empty();
    } else if (roles.has(Role::Closes)) {
      use.kind = ChannelUse::Close;
    } else if (!method.isConst()) {
      // What is declared to do none of this takes what is there.
      use.kind = ChannelUse::Receive;
      use.limited = true;
    }
    info.uses.push_back(use);
  }

  void addCase(const Expr &mention, ChannelInfo &info, const Call &call,
               bool sends) {
    ChannelUse use{.kind = sends ? ChannelUse::Send : ChannelUse::Receive,
                   .mention = &mention,
                   .function = function,
                   .call = &call};
    if (sends && call.args().size() > 1)
      use.value = call.args()[1];
    const Stmt *up = unit.parent(call.site);
    while (up && isa<FullExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr,
                     ImplicitCastExpr>(up))
      up = unit.parent(up);
    const auto *select = dyn_cast_or_null<CallExpr>(up);
    use.select = select ? unit.call(select) : nullptr;
    use.limited = !select || select->getNumArgs() > 1;
    info.uses.push_back(use);
  }

  void collect() {
    for (unsigned i = 0; i < parents.size(); ++i) {
      if (find(i) == i)
        continue;
      ChannelInfo &root = infos[find(i)];
      append_range(root.made, infos[i].made);
      append_range(root.names, infos[i].names);
      append_range(root.uses, infos[i].uses);
      root.escapes |= infos[i].escapes;
    }
    for (unsigned i = 0; i < parents.size(); ++i) {
      if (find(i) != i)
        continue;
      stable_sort(infos[i].uses, [&](const ChannelUse &a, const ChannelUse &b) {
        return sources.isBeforeInTranslationUnit(a.location(), b.location());
      });
      ordered.push_back(&infos[i]);
    }
  }

  Unit &unit;
  const SourceManager &sources;
  const Function *function = nullptr;
  DenseMap<Key, unsigned> nodes;
  std::vector<unsigned> parents;
  std::deque<ChannelInfo> infos;
  DenseMap<const Stmt *, const FieldDecl *> initialised;
  std::vector<const ChannelInfo *> ordered;
};

} // namespace

const Stmt *ChannelUse::site() const {
  return loop ? static_cast<const Stmt *>(loop) : call->site;
}

SourceLocation ChannelInfo::Made::location() const {
  return variable ? variable->getLocation() : expr->getBeginLoc();
}

const ChannelInfo::Made *ChannelInfo::onlyMade() const {
  return made.size() == 1 && !escapes ? &made.front() : nullptr;
}

std::vector<const ChannelUse *>
ChannelInfo::usesOf(ChannelUse::Kind kind) const {
  std::vector<const ChannelUse *> found;
  for (const ChannelUse &use : uses)
    if (use.kind == kind)
      found.push_back(&use);
  return found;
}

StringRef ChannelInfo::name() const {
  for (const Made &one : made)
    if (one.variable)
      return one.variable->getName();
  for (const ValueDecl *name : names)
    if (isa<VarDecl, FieldDecl>(name) && name->getIdentifier())
      return name->getName();
  return "channel";
}

ArrayRef<const ChannelInfo *> channels(Unit &unit) {
  return unit.get<Channels>().all();
}

const ChannelInfo *channelOf(Unit &unit, const Expr *expr) {
  return unit.get<Channels>().of(expr);
}

bool isChannel(Unit &unit, QualType type) {
  const CXXRecordDecl *record =
      type.isNull() ? nullptr
                    : type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && unit.get<ChannelTypes>().has(*record);
}

} // namespace heddle::checks
