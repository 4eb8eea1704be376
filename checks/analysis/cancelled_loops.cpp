#include "analysis/cancelled_loops.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isContext(QualType type) {
  const CXXRecordDecl *record =
      type.getNonReferenceType()->getAsCXXRecordDecl();
  while (record && record->hasDefinition()) {
    if (tableName(*record) == "heddle::Context")
      return true;
    record = record->getNumBases() == 1
                 ? record->bases_begin()->getType()->getAsCXXRecordDecl()
                 : nullptr;
  }
  return false;
}

class Finder {
public:
  Finder(Unit &unit, const ChannelInfo &channel, const ChannelUse &receive)
      : unit(unit), sources(unit.context().getSourceManager()) {
    found.channel = &channel;
    found.receive = &receive;
  }

  bool find() {
    found.loop = loopOf(*found.receive);
    if (!found.loop || found.loop->callable || !(found.cancel = cancel()))
      return false;
    found.leavesItems = leavesItems();
    findBatch();
    return found.leavesItems || found.batch;
  }

  CancelledLoop found;

private:
  const Loop *loopOf(const ChannelUse &use) {
    if (!use.loop)
      return lexicalLoop(unit, use.site());
    for (const Loop &loop : loops(unit, *use.function))
      if (loop.stmt == use.loop)
        return &loop;
    return nullptr;
  }

  bool isIn(const Stmt &part, const Stmt *whole) const {
    return whole &&
           sources.isPointWithin(part.getBeginLoc(), whole->getBeginLoc(),
                                 whole->getEndLoc());
  }
  bool isBehind(const Stmt &stmt) const {
    return sources.isBeforeInTranslationUnit(found.loop->stmt->getEndLoc(),
                                             stmt.getBeginLoc());
  }

  // A receive that takes a context, another case of its select, or a question
  // that decides whether the loop goes on.
  const Expr *cancel() {
    const ChannelUse &receive = *found.receive;
    bool canLeave =
        found.loop->trips != TripCount::Endless || leavesLoop(found.loop->body);
    if (!canLeave)
      return nullptr;
    if (receive.call && !receive.select)
      for (const Expr *argument : receive.call->args())
        if (isContext(argument->getType()))
          return receive.call->expr();
    for (const Call *call : receive.function->calls) {
      const Expr *object = call->object();
      if (!object || !isContext(object->getType()) || !call->callee ||
          !isIn(*call->site, found.loop->stmt))
        continue;
      if (receive.select ? isIn(*call->site, receive.select->site) ||
                               decidesLoop(*call->site)
                         : decidesLoop(*call->site))
        return call->expr();
    }
    return nullptr;
  }

  // In the loop's condition, or in that of a branch which leaves it.
  bool decidesLoop(const Stmt &question) const {
    for (const Stmt *child = &question, *up = unit.parent(child); up;
         child = up, up = unit.parent(up)) {
      if (up == found.loop->stmt)
        return child != found.loop->body;
      if (const auto *branch = dyn_cast<IfStmt>(up))
        if (branch->getCond() == child &&
            (leavesLoop(branch->getThen()) || leavesLoop(branch->getElse())))
          return true;
    }
    return false;
  }

  bool leavesItems() {
    const ChannelInfo &channel = *found.channel;
    const ChannelInfo::Made *made = channel.onlyMade();
    if (!made || made->capacity == 0)
      return false;
    // Where somebody closes it, that is the end of the work; what ends the
    // context before gives the work up.
    if (!channel.usesOf(ChannelUse::Close).empty())
      return false;
    bool isSent = false;
    for (const ChannelUse &use : channel.uses) {
      if (use.kind == ChannelUse::Receive && &use != found.receive)
        return false;
      if (use.kind != ChannelUse::Send)
        continue;
      if (isAnswered(use))
        return false;
      isSent |= carriesItem(use);
    }
    return isSent;
  }

  // The sender waits until the item is dealt with: for what went with it, or
  // before it sends the next.
  bool isAnswered(const ChannelUse &send) {
    const Loop *loop = lexicalLoop(unit, send.site());
    return any_of(send.function->calls, [&](const Call *call) {
      const ValueDecl *object = objectOf(*call);
      return object && !call->destroyed &&
             unit.roles(*call).hasAny({Role::Joins, Role::Receives}) &&
             ((send.value && mentions(send.value, object)) ||
              (loop && loop == lexicalLoop(unit, call->site)));
    });
  }

  // Not only the news that something happened.
  static bool carriesItem(const ChannelUse &send) {
    if (!send.value)
      return false;
    QualType type = send.value->getType().getNonReferenceType();
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    return !type->isBooleanType() &&
           !(record && record->hasDefinition() && record->isEmpty());
  }

  // A local container from before the loop that grows in it, is given to a
  // function at times, and is not mentioned behind the loop.
  void findBatch() {
    for (const Stmt *stmt : statementsBefore())
      for (const VarDecl *variable : declaredBy(stmt))
        if (!found.batch)
          tryBatch(*variable);
  }

  SmallVector<const Stmt *, 8> statementsBefore() {
    SmallVector<const Stmt *, 8> before;
    const auto *block =
        dyn_cast_or_null<CompoundStmt>(unit.parent(found.loop->stmt));
    if (!block)
      return before;
    for (const Stmt *stmt : block->body()) {
      if (stmt == found.loop->stmt)
        break;
      before.push_back(stmt);
    }
    return before;
  }

  void tryBatch(const VarDecl &variable) {
    const CXXRecordDecl *record = variable.getType()->getAsCXXRecordDecl();
    if (!record || !isStandard(*record) ||
        variable.getType()->isReferenceType())
      return;
    bool grows = false;
    const Stmt *flush = nullptr;
    for (const Expr *mention : unit.mentions(&variable)) {
      if (isa_and_nonnull<LambdaExpr>(unit.parent(mention)))
        continue;
      if (isBehind(*mention))
        return;
      const Call *call = callOn(*mention);
      grows |= call && isGrowth(*call);
      if (!call && !flush)
        flush = flushOf(*mention);
    }
    if (!grows || !flush)
      return;
    found.batch = &variable;
    found.flush = flush;
  }

  const Call *callOn(const Expr &mention) const {
    const auto *member = dyn_cast_or_null<MemberExpr>(unit.parent(&mention));
    const auto *expr =
        member ? dyn_cast_or_null<Expr>(unit.parent(member)) : nullptr;
    return expr ? unit.call(expr) : nullptr;
  }

  static bool isGrowth(const Call &call) {
    const IdentifierInfo *name =
        call.callee ? call.callee->getIdentifier() : nullptr;
    return name && is_contained({"push_back", "emplace_back", "append",
                                 "insert", "emplace", "push"},
                                name->getName());
  }

  // `if (batch.size() == limit) store(batch);`: what is done with a full one.
  const Stmt *flushOf(const Expr &mention) const {
    const Stmt *child = &mention;
    while (const Stmt *up = unit.parent(child)) {
      if (isa<CompoundStmt>(up) || isa<IfStmt>(up)) {
        const auto *call = dyn_cast<Expr>(child);
        const auto *branch =
            dyn_cast_or_null<IfStmt>(isa<IfStmt>(up) ? up : unit.parent(up));
        return call && branch && branch->getCond() != child &&
                       isa<CallExpr>(call->IgnoreImplicit()) &&
                       mentionsSize(*branch, mention)
                   ? child
                   : nullptr;
      }
      child = up;
    }
    return nullptr;
  }

  static bool mentionsSize(const IfStmt &branch, const Expr &mention) {
    const auto *named = dyn_cast<DeclRefExpr>(&mention);
    return named && mentions(branch.getCond(), named->getDecl());
  }

  Unit &unit;
  const SourceManager &sources;
};

} // namespace

std::vector<CancelledLoop> undrainedLoops(Unit &unit) {
  std::vector<CancelledLoop> all;
  for (const ChannelInfo *channel : channels(unit))
    for (const ChannelUse *use : channel->usesOf(ChannelUse::Receive)) {
      Finder finder(unit, *channel, *use);
      if (finder.find())
        all.push_back(finder.found);
    }
  return all;
}

} // namespace heddle::checks
