#include "rewrite/pool_call.h"

#include "analysis/spawns.h"
#include "rewrite/channel_edits.h"
#include "rewrite/declarations.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/AST/TypeLoc.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, llvm::ArrayRef<RoundTrip> trips)
      : unit(unit), source(source), trips(trips), edits(source) {}

  Edits rewrite() {
    const RoundTrip &first = trips.front();
    edits.require(trips.size() == first.reply->made.size() &&
                  first.answers.size() == 1 &&
                  first.reply->uses.size() == trips.size() + 1);
    pool = first.request->object() ? namedBy(first.request->object()) : nullptr;
    field = fieldOf(*first.answers.front());
    if (!edits.require(pool && field && unit.mentions(field).size() == 1))
      return edits;
    answer(*first.answers.front());
    for (const RoundTrip &trip : trips)
      ask(trip);
    return removeDeclaration(edits, unit, source, *field);
  }

private:
  static const FieldDecl *fieldOf(const ChannelUse &use) {
    const auto *member = dyn_cast<MemberExpr>(use.mention);
    return member ? dyn_cast<FieldDecl>(member->getMemberDecl()) : nullptr;
  }

  // "Page" of `heddle::Channel<Page> *`.
  std::string itemType() const {
    StringRef type =
        source.text(field->getTypeSourceInfo()->getTypeLoc().getSourceRange());
    StringRef items = type.split("Channel<").second;
    return items.take_front(items.rfind('>')).rtrim("> ").str();
  }

  // `[](Job job) { …; job.reply->send(value); }`
  void answer(const ChannelUse &use) {
    const Function &work = *use.function;
    const auto *body = dyn_cast<CompoundStmt>(work.body);
    bool isPools =
        work.lambda && llvm::any_of(invokers(unit, work), [&](const auto &one) {
          return one.execution == Execution::Handler && isMakingPool(*one.call);
        });
    std::string type = itemType();
    if (!edits.require(isPools && use.kind == ChannelUse::Send && use.value &&
                       body && !body->body_empty() && work.returns.empty() &&
                       onlyCall(unit, body->body_back()) == use.call &&
                       !type.empty()))
      return;
    const Expr *value = use.value->IgnoreUnlessSpelledInSource();
    StringRef text = source.text(value->getSourceRange());
    edits.require(!text.empty())
        .replace(use.call->expr()->getSourceRange(),
                 "return " + (isa<InitListExpr>(value) ? type : "") + text);
    nameResult(type, *use.value);
  }

  bool isMakingPool(const Call &call) const {
    if (const auto *field = dyn_cast<FieldDecl>(pool))
      return llvm::is_contained(unit.initialisers(field), call.expr());
    const auto *variable = dyn_cast<VarDecl>(pool);
    return variable && variable->getInit() &&
           variable->getInit()->IgnoreImplicit() == call.site;
  }

  // `WorkerPool<Job>` gives nothing back; one whose types are deduced gives
  // what its function returns.
  void nameResult(StringRef type, const Expr &value) {
    TypeLoc written =
        cast<DeclaratorDecl>(pool)->getTypeSourceInfo()->getTypeLoc();
    if (auto arguments = written.getUnqualifiedLoc()
                             .getAs<TemplateSpecializationTypeLoc>()) {
      if (edits.require(arguments.getNumArgs() == 1))
        edits.insertBefore(arguments.getRAngleLoc(), ", " + type);
      return;
    }
    const auto *channel = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        cast<CXXMethodDecl>(trips.front().receive->call->callee)->getParent());
    edits.require(written.getType()->getContainedDeducedType() && channel &&
                  unit.context().hasSameUnqualifiedType(
                      channel->getTemplateArgs()[0].getAsType(),
                      value.getType().getNonReferenceType()));
  }

  void ask(const RoundTrip &trip) {
    const Stmt *declared = declarationOf(unit, *trip.made);
    const Stmt *sent = statementOf(unit, trip.request->site);
    const auto *call = dyn_cast<CXXMemberCallExpr>(trip.request->site);
    const auto *member =
        call ? dyn_cast<MemberExpr>(call->getCallee()) : nullptr;
    const auto *declaration = dyn_cast_or_null<DeclStmt>(declared);
    edits.require(declaration && declaration->isSingleDecl() && sent &&
                  onlyCall(unit, sent) == trip.request && member &&
                  member->getMemberDecl()->getName() == "submit" &&
                  namedBy(member->getBase()) == pool);
    if (!edits)
      return;
    dropLastValue(*trip.request->args()[0]);
    edits.remove(*declaration)
        .insertBefore(sent->getBeginLoc(),
                      "auto " + trip.made->variable->getName() + " = ")
        .replace(SourceRange(member->getMemberLoc()), "call");
    receive(*trip.receive);
  }

  // `{request, &reply}`
  void dropLastValue(const Expr &argument) {
    const Expr *bare = argument.IgnoreUnlessSpelledInSource();
    if (const auto *cast = dyn_cast<CXXFunctionalCastExpr>(bare))
      bare = cast->getSubExpr()->IgnoreUnlessSpelledInSource();
    const auto *list = dyn_cast<InitListExpr>(bare);
    const InitListExpr *written =
        list && list->isSemanticForm() ? list->getSyntacticForm() : list;
    written = written ? written : list;
    const auto *record = list ? list->getType()->getAsCXXRecordDecl() : nullptr;
    unsigned count = written ? written->getNumInits() : 0;
    if (!edits.require(record && record == field->getParent() && count > 0 &&
                       field->getFieldIndex() + 1 == count))
      return;
    auto last = source.span(written->getInit(count - 1)->getSourceRange());
    auto before =
        count > 1 ? source.span(written->getInit(count - 2)->getSourceRange())
                  : last;
    if (edits.require(last && before))
      edits.replace(
          Span{last->file, count > 1 ? before->end : last->begin, last->end},
          "");
  }

  // `*reply.receive()`, `reply.receive().value()`
  void receive(const ChannelUse &use) {
    const Expr *received = use.call->expr();
    const Stmt *up = unit.parent(unit.wrapped(received));
    if (isa_and_nonnull<MemberExpr>(up))
      up =
          cast<MemberExpr>(up)->getMemberDecl()->getDeclName().isIdentifier() &&
                  cast<MemberExpr>(up)->getMemberDecl()->getName() == "value"
              ? unit.parent(up)
              : nullptr;
    const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(up);
    bool isValue = (op && op->getOperator() == OO_Star) ||
                   isa_and_nonnull<CXXMemberCallExpr>(up);
    const Stmt *statement = statementOf(unit, received);
    bool isDropped = statement && onlyCall(unit, statement) == use.call;
    if (edits.require(isValue || isDropped))
      edits.replace((isValue ? cast<Expr>(up) : received)->getSourceRange(),
                    namedBy(use.mention)->getName() + ".get()");
  }

  Unit &unit;
  const Source &source;
  llvm::ArrayRef<RoundTrip> trips;
  Edits edits;
  const ValueDecl *pool = nullptr;
  const FieldDecl *field = nullptr;
};

} // namespace

Edits asPoolCalls(Unit &unit, const Source &source,
                  llvm::ArrayRef<RoundTrip> trips) {
  return Rewriter(unit, source, trips).rewrite();
}

} // namespace heddle::checks
