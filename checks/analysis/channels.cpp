#include "analysis/channels.h"

#include "analysis/callables.h"
#include "analysis/channel_expressions.h"
#include "analysis/channel_making.h"
#include "analysis/channel_types.h"
#include "analysis/channel_uses.h"
#include "analysis/loops.h"
#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isRuntimes(const FunctionDecl *fn) {
  return fn && StringRef(tableName(*fn)).starts_with("heddle::");
}

// What stands for the same channel is joined as it is met: variables that are
// given it, parameters, captures, members, results.
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
    const Expr *origin = channelOriginOf(unit, expr);
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

  void addName(const ValueDecl &decl, ChannelInfo &info) {
    info.names.push_back(&decl);
    info.escapes |= isOpen(unit, decl);
    if (auto here = madeBy(unit, decl)) {
      info.escapes |= here->isTaken;
      info.made.push_back(here->made);
    }
  }

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
        expr && denotesChannel(unit, expr->getType()) &&
        isChannelOrigin(unit, *expr))
      follow(*expr, nodeOf(*expr));
    for (const Stmt *child : stmt->children())
      walk(child);
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
    if (parents.size() != known) {
      if (auto made = madeBy(unit, origin, function))
        infos[index].made.push_back(*made);
      else
        infos[index].escapes = true;
    }
    return index;
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
      if (!denotesSame(unit, *up, *child))
        return use(mention, index, *child, *up);
      child = up;
    }
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
      return add(infos[index], mention,
                 {.kind = ChannelUse::Receive, .loop = loop});
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
    const ValueDecl *decl = nullptr;
    if (const auto *member =
            dyn_cast<MemberExpr>(cast<Expr>(target)->IgnoreParenImpCasts()))
      decl = member->getMemberDecl();
    else
      decl = namedBy(cast<Expr>(target));
    if (assigns && decl)
      bind(index, *decl);
    else
      infos[index].escapes = true;
  }

  void pass(const Expr &mention, unsigned index, const Stmt &child,
            const Call &call) {
    ChannelInfo &info = infos[index];
    std::string name = call.callee ? tableName(*call.callee) : std::string();
    bool isSource = !call.args().empty() && call.args()[0] == &child;
    if (isSource && name == "heddle::on_receive")
      return add(info, mention, caseUse(unit, call, ChannelUse::Receive));
    if (isSource && name == "heddle::on_send")
      return add(info, mention, caseUse(unit, call, ChannelUse::Send));
    if (isSource && name == "heddle::consume")
      return add(info, mention, {.kind = ChannelUse::Receive, .call = &call});
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

  void callMethod(const Expr &mention, ChannelInfo &info,
                  const MemberExpr &member) {
    const auto *expr = dyn_cast_or_null<Expr>(unit.parent(&member));
    const Call *call = expr ? unit.call(expr) : nullptr;
    const auto *method =
        call ? dyn_cast_or_null<CXXMethodDecl>(call->callee) : nullptr;
    if (!method ||
        method->getDeclName() != member.getMemberDecl()->getDeclName())
      info.escapes = true;
    else if (isChannelClass(unit, *method->getParent()))
      add(info, mention, methodUse(unit, *call));
  }

  void add(ChannelInfo &info, const Expr &mention, ChannelUse use) {
    use.mention = &mention;
    use.function = function;
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

std::optional<ItemLoop> itemLoop(Unit &unit, const ChannelUse &receive) {
  if (receive.loop)
    return ItemLoop{receive.loop, receive.loop->getBody()};
  const Loop *loop = lexicalLoop(unit, receive.call->site);
  if (!loop || !receiving(unit, *loop))
    return std::nullopt;
  return ItemLoop{loop->stmt, loop->body};
}

const VarDecl *itemOf(Unit &unit, const ChannelUse &receive) {
  if (receive.loop) {
    const VarDecl *item = receive.loop->getLoopVariable();
    return isa<DecompositionDecl>(item) ? nullptr : item;
  }
  const Stmt *up = unit.parent(receive.call->site);
  while (up && !isa<DeclStmt>(up))
    up = unit.parent(up);
  const auto *declaration = dyn_cast_or_null<DeclStmt>(up);
  return declaration && declaration->isSingleDecl()
             ? dyn_cast<VarDecl>(declaration->getSingleDecl())
             : nullptr;
}

} // namespace heddle::checks
