#include "rewrite/channel_edits.h"

#include "analysis/loops.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/scope.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

/// The first statement behind `declaration` in its block that waits for tasks.
const Stmt *joinBehind(Unit &unit, const Stmt &declaration,
                       const Function &function) {
  for (const Stmt *at = neighbour(unit, &declaration, 1); at;
       at = neighbour(unit, at, 1))
    for (const Call *call : function.calls)
      if (!call->destroyed && contains(at, call->site) &&
          unit.roles(*call).has(Role::Joins))
        return at;
  return nullptr;
}

bool isSpawnedOnce(Unit &unit, const Function &task) {
  const Call *spawn = nullptr;
  for (const Invocation &invoker : invokers(unit, task))
    if (invoker.execution == Execution::Spawned) {
      if (spawn)
        return false;
      spawn = invoker.call;
    }
  return spawn && task.lambda && !lexicalLoop(unit, spawn->site);
}

/// The lambda takes a copy of `variable` instead of a reference to it.
void captureCopy(Edits &edits, const Source &source, const LambdaExpr &lambda,
                 const VarDecl &variable) {
  for (const LambdaCapture &capture : lambda.captures()) {
    if (!capture.capturesVariable() || capture.getCapturedVar() != &variable)
      continue;
    if (capture.getCaptureKind() != LCK_ByRef)
      return;
    if (capture.isExplicit())
      // Its location is that of the name, behind the `&`.
      edits.replace(SourceRange(capture.getLocation().getLocWithOffset(-1),
                                capture.getLocation()),
                    variable.getName());
    else
      edits.insertAfter(lambda.getCaptureDefaultLoc(),
                        ", " + variable.getName());
    return;
  }
  edits.require(false);
}

} // namespace

const Stmt *declarationOf(Unit &unit, const ChannelInfo::Made &made) {
  if (!made.function || !made.variable)
    return nullptr;
  const Stmt *found = nullptr;
  auto visit = [&](auto &self, const Stmt *stmt) -> void {
    if (!stmt || found || isa<LambdaExpr>(stmt))
      return;
    if (const auto *declaration = dyn_cast<DeclStmt>(stmt))
      if (llvm::is_contained(declaration->decls(), made.variable))
        found = declaration;
    for (const Stmt *child : stmt->children())
      self(self, child);
  };
  visit(visit, made.function->body);
  return found;
}

std::string accessOf(const Source &source, const ChannelUse &use) {
  const auto *call =
      use.call ? dyn_cast<CXXMemberCallExpr>(use.call->site) : nullptr;
  const auto *member = call ? dyn_cast<MemberExpr>(call->getCallee()) : nullptr;
  if (!member || member->isImplicitAccess())
    return {};
  llvm::StringRef text =
      source.text({member->getBeginLoc(), member->getMemberLoc()});
  return text
      .drop_back(
          std::min(text.size(), member->getMemberDecl()->getName().size()))
      .str();
}

Edits closeAtEnd(Unit &unit, const Source &source,
                 const ChannelInfo::Made &made) {
  Edits edits(source);
  const Stmt *declaration = declarationOf(unit, made);
  const Stmt *next = declaration ? neighbour(unit, declaration, 1) : nullptr;
  if (!edits.require(next && statementOf(unit, declaration) == declaration))
    return edits;
  std::string name = made.variable->getNameAsString();
  std::string close = name + (made.expr ? "->" : ".") + "close();";
  if (const Stmt *join = joinBehind(unit, *declaration, *made.function))
    return edits.insertStatement(close, *join);
  std::string guard = "close_" + llvm::StringRef(name).rtrim('_').str();
  return edits.require(isFreeName(unit, source, guard, *next))
      .insertStatement(
          "heddle::ScopeExit " + guard + "([&] { " + close + " });", *next)
      .include("heddle/defer.h", made.location());
}

Edits closeBehind(Unit &unit, const Source &source,
                  const ChannelInfo &channel) {
  Edits edits(source);
  auto sends = channel.usesOf(ChannelUse::Send);
  const Function &sender = *sends.back()->function;
  std::string access = accessOf(source, *sends.back());
  edits.require(!access.empty() &&
                llvm::all_of(sends, [&](const ChannelUse *send) {
                  return send->function == &sender;
                }));
  const ChannelInfo::Made *made = channel.onlyMade();
  const Stmt *block = sender.body;
  if (made && made->function == &sender) {
    const Stmt *declaration = declarationOf(unit, *made);
    block = declaration ? unit.parent(declaration) : nullptr;
  } else {
    edits.require(isSpawnedOnce(unit, sender));
  }
  const Stmt *last = sends.back()->site();
  while (last && unit.parent(last) != block)
    last = unit.parent(last);
  edits.require(last && llvm::none_of(sender.returns, [&](const Stmt *result) {
                  return !source.manager().isBeforeInTranslationUnit(
                      last->getEndLoc(), result->getBeginLoc());
                }));
  auto end = last ? source.statement(*last) : std::nullopt;
  if (!edits.require(end.has_value()))
    return edits;
  bool isOnLine = source.text(sender.body->getSourceRange()).contains('\n');
  std::string gap =
      isOnLine ? "\n" + source.indentation(last->getBeginLoc()).str() : " ";
  return edits.replace(Span{end->file, end->end, end->end},
                       gap + access + "close();");
}

Edits withCapacity(const Source &source, const ChannelInfo::Made &made,
                   llvm::StringRef capacity) {
  Edits edits(source);
  if (made.capacityArgument)
    return edits.replace(made.capacityArgument->getSourceRange(), capacity);
  if (const auto *call = dyn_cast_or_null<CallExpr>(made.expr))
    return edits.insertBefore(call->getRParenLoc(), capacity);
  const auto *field = dyn_cast_or_null<FieldDecl>(made.variable);
  const auto *variable = dyn_cast_or_null<VarDecl>(made.variable);
  const auto *construction = dyn_cast_or_null<CXXConstructExpr>(
      variable && variable->getInit() ? variable->getInit()->IgnoreImplicit()
                                      : nullptr);
  edits.require(field ? !field->hasInClassInitializer()
                      : construction &&
                            construction->getParenOrBraceRange().isInvalid());
  if (edits)
    edits.insertAfter(made.variable->getLocation(),
                      field ? "{" + capacity + "}" : "(" + capacity + ")");
  return edits;
}

Edits asShared(Unit &unit, const Source &source, const ChannelInfo &channel,
               llvm::StringRef capacity) {
  Edits edits(source);
  const ChannelInfo::Made *made = channel.onlyMade();
  const auto *declaration = dyn_cast_or_null<DeclStmt>(
      made && !made->expr ? declarationOf(unit, *made) : nullptr);
  if (!edits.require(declaration && declaration->isSingleDecl()))
    return edits;
  const auto *variable = cast<VarDecl>(made->variable);
  TypeLoc type = variable->getTypeSourceInfo()->getTypeLoc();
  auto [name, items] = source.text(type.getSourceRange()).split('<');
  bool isSpelled = name.consume_back("Channel") && items.consume_back(">");
  edits.require(isSpelled).replace(source.statement(*declaration),
                                   "auto " + variable->getName() + " = " +
                                       name + "make_channel<" + items + ">(" +
                                       capacity + ");");
  llvm::SmallVector<const Function *, 4> takers;
  for (const Expr *mention : unit.mentions(variable)) {
    const Function *user = unit.functionOf(mention);
    if (isa_and_nonnull<LambdaExpr>(unit.parent(mention)))
      continue;
    if (user != made->function && !llvm::is_contained(takers, user))
      takers.push_back(user);
    auto use = llvm::find_if(channel.uses, [&](const ChannelUse &each) {
      return each.mention == mention;
    });
    const auto *member = dyn_cast_or_null<MemberExpr>(unit.parent(mention));
    if (member)
      edits.replace(SourceRange(member->getOperatorLoc()), "->");
    else if (use == channel.uses.end() || use->loop)
      edits.insertBefore(mention->getBeginLoc(), "*");
  }
  for (const Function *taker : takers)
    for (const Invocation &invoker : invokers(unit, *taker))
      if (invoker.execution == Execution::Spawned && taker->lambda)
        captureCopy(edits, source, *taker->lambda, *variable);
  return edits;
}

} // namespace heddle::checks
