#include "rewrite/funnel_pool.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/channel_edits.h"
#include "rewrite/declarations.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, const Funnel &funnel)
      : unit(unit), source(source), funnel(funnel),
        made(*funnel.channel->onlyMade()), edits(source),
        channel(dyn_cast_or_null<VarDecl>(made.variable)),
        group(dyn_cast_or_null<VarDecl>(objectOf(*funnel.spawn))) {}

  Edits rewrite() {
    edits.require(isLocal() && isPlainWorker() && isPlainGroup());
    if (!edits)
      return edits;
    for (const ChannelUse &use : funnel.channel->uses)
      if (&use != funnel.receive && edits)
        replaceUse(use);
    removeDeclaration(edits, unit, source, *group);
    edits.remove(*declarationOf(unit, made))
        .replace(source.statement(*funnel.loop->stmt), declaration())
        .rely(channel->getSourceRange());
    return edits.include("heddle/worker_pool.h", made.location());
  }

private:
  // One variable, that the loop's own block declares, with room for jobs.
  bool isLocal() const {
    const auto *declared =
        dyn_cast_or_null<DeclStmt>(declarationOf(unit, made));
    return channel && !made.expr && funnel.channel->names.size() == 1 &&
           made.function == funnel.spawn->caller && declared &&
           declared->isSingleDecl() &&
           unit.parent(declared) == unit.parent(funnel.loop->stmt) &&
           made.capacity != 0 && made.capacityArgument &&
           isPure(made.capacityArgument);
  }

  // `group.spawn([&] { for (Job job : jobs) … });`
  bool isPlainWorker() {
    const Stmt *start = funnel.loop->body;
    if (const auto *block = dyn_cast<CompoundStmt>(start))
      start = block->size() == 1 ? block->body_front() : nullptr;
    lambda = funnel.spawn->args().empty()
                 ? nullptr
                 : literalLambda(funnel.spawn->args()[0]);
    const CXXForRangeStmt *loop = funnel.receive->loop;
    const auto *body =
        lambda ? dyn_cast<CompoundStmt>(lambda->getBody()) : nullptr;
    const auto *rounds = dyn_cast<ForStmt>(funnel.loop->stmt);
    return onlyCall(unit, start) == funnel.spawn && loop && body &&
           lambda == funnel.receive->function->lambda && body->size() == 1 &&
           body->body_front() == loop && !leaves(loop->getBody()) &&
           !isa<DecompositionDecl>(loop->getLoopVariable()) && rounds &&
           workersOf(funnel) &&
           (isPure(workersOf(funnel)) ||
            funnel.loop->trips == TripCount::Processors) &&
           !mentions(lambda, countingOf(*funnel.loop)->index) &&
           !lambda->isMutable();
  }

  // A WaitGroup that does nothing but count the workers and is waited for.
  bool isPlainGroup() {
    const CXXRecordDecl *record =
        group ? group->getType()->getAsCXXRecordDecl() : nullptr;
    if (!record || tableName(*record) != "heddle::WaitGroup" ||
        !group->isLocalVarDecl())
      return false;
    for (const Expr *mention : unit.mentions(group)) {
      if (contains(funnel.spawn->site, mention))
        continue;
      const Call *call = onlyCall(unit, statementOf(unit, mention));
      if (!call || objectOf(*call) != group ||
          !unit.roles(*call).has(Role::Joins) || !call->args().empty() ||
          call->caller != funnel.spawn->caller)
        return false;
      isJoined = true;
      edits.replace(source.span(mention->getSourceRange()), channel->getName());
    }
    return isJoined;
  }

  void replaceUse(const ChannelUse &use) {
    const auto *call =
        use.call ? dyn_cast<CXXMemberCallExpr>(use.call->site) : nullptr;
    const auto *member =
        call ? dyn_cast<MemberExpr>(call->getCallee()) : nullptr;
    const SourceManager &sm = source.manager();
    if (!edits.require(member && namedBy(use.mention) == channel &&
                       sm.isBeforeInTranslationUnit(
                           funnel.loop->stmt->getEndLoc(), use.location())))
      return;
    StringRef name = member->getMemberDecl()->getName();
    bool isDropped =
        onlyCall(unit, statementOf(unit, use.call->site)) == use.call;
    StringRef renamed = name == "send" && call->getNumArgs() == 1 ? "submit"
                        : name == "try_send" && !isDropped        ? "try_submit"
                        : name == "size"                          ? "queued"
                        : name == "close"                         ? "close"
                                                                  : "";
    if (edits.require(!renamed.empty()) && renamed != name)
      edits.replace(SourceRange(member->getMemberLoc()), renamed);
  }

  std::string declaration() {
    const CXXForRangeStmt &loop = *funnel.receive->loop;
    const VarDecl &item = *loop.getLoopVariable();
    StringRef type = source.text(
        channel->getTypeSourceInfo()->getTypeLoc().getSourceRange());
    auto [space, items] = type.split("Channel<");
    StringRef count = source.text(workersOf(funnel)->getSourceRange());
    StringRef capacity = source.text(made.capacityArgument->getSourceRange());
    StringRef parameter = source.text({item.getBeginLoc(), item.getLocation()});
    StringRef captures = source.text(lambda->getIntroducerRange());
    std::string body = bodyText(*loop.getBody());
    edits.require(!items.empty() && !count.empty() && !capacity.empty() &&
                  !parameter.empty() && !captures.empty() && !body.empty());
    return (space + "WorkerPool<" + items + " " + channel->getName() + "(" +
            count + ", " + capacity + ", " + withoutChannel(captures) + "(" +
            parameter + ") " + body + ");")
        .str();
  }

  // The capture of the channel goes with it.
  std::string withoutChannel(StringRef captures) const {
    llvm::SmallVector<StringRef, 4> kept;
    for (StringRef part : llvm::split(captures.drop_front().drop_back(), ','))
      if (part.trim().ltrim("& ") != channel->getName())
        kept.push_back(part.trim());
    return "[" + llvm::join(kept, ", ") + "]";
  }

  // As the lambda's body: from where the loop stood to where it was started.
  std::string bodyText(const Stmt &body) const {
    bool isBlock = isa<CompoundStmt>(body);
    auto span =
        isBlock ? source.span(body.getSourceRange()) : source.statement(body);
    if (!span || source.hasDirective(*span))
      return {};
    StringRef from = source.indentation(funnel.receive->loop->getBeginLoc());
    StringRef to = source.indentation(funnel.loop->stmt->getBeginLoc());
    StringRef step = source.indentationUnit(span->file);
    std::string result = reindented(source.text(*span), from, to);
    if (isBlock)
      return result;
    return "{\n" + (to + step + result + "\n" + to + "}").str();
  }

  Unit &unit;
  const Source &source;
  const Funnel &funnel;
  const ChannelInfo::Made &made;
  Edits edits;
  const VarDecl *channel;
  const VarDecl *group;
  const LambdaExpr *lambda = nullptr;
  bool isJoined = false;
};

} // namespace

Edits asPool(Unit &unit, const Source &source, const Funnel &funnel) {
  return Rewriter(unit, source, funnel).rewrite();
}

const Expr *workersOf(const Funnel &funnel) {
  auto counting = countingOf(*funnel.loop);
  const auto *start =
      counting ? dyn_cast<IntegerLiteral>(
                     counting->index->getInit()->IgnoreParenImpCasts())
               : nullptr;
  return start && start->getValue().isZero() && !counting->withLimit
             ? counting->limit->IgnoreParenImpCasts()
             : nullptr;
}

} // namespace heddle::checks
