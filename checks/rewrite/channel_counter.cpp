#include "rewrite/channel_counter.h"

#include "analysis/spawns.h"
#include "rewrite/channel_edits.h"
#include "rewrite/scope.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/TypeLoc.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, const ChannelInfo &channel,
           const SummedChannel &sum)
      : unit(unit), source(source), channel(channel), sum(sum), edits(source) {}

  Edits rewrite() {
    const ChannelInfo::Made &made = *channel.onlyMade();
    // An atomic may be read before the end.
    edits.require(!made.expr && sum.additions.size() == 1 &&
                  sum.additions.front().total->getType()->isIntegerType());
    if (!edits)
      return edits;
    dropCollector();
    for (const ValueDecl *name : channel.names)
      declare(*name);
    for (const ChannelUse &use : channel.uses)
      replaceUse(use);
    edits.include("heddle/counter.h", made.location());
    return edits;
  }

private:
  // `group.spawn([&] { for (auto n : counts) total += n; });` and what joins
  // it.
  void dropCollector() {
    const SummedChannel::Addition &addition = sum.additions.front();
    const Function &task = *addition.receive->function;
    const auto *body = dyn_cast<CompoundStmt>(task.body);
    const Call *spawn = nullptr;
    for (const Invocation &invoker : invokers(unit, task))
      if (invoker.execution == Execution::Spawned && !invoker.call->destroyed)
        spawn = spawn ? nullptr : invoker.call;
    const Stmt *started = spawn ? statementOf(unit, spawn->site) : nullptr;
    const auto *group =
        dyn_cast_or_null<VarDecl>(spawn ? objectOf(*spawn) : nullptr);
    edits.require(body && body->size() == 1 &&
                  body->body_front() == addition.loop && task.lambda &&
                  started && onlyCall(unit, started) == spawn && group &&
                  group->isLocalVarDecl() && unit.mentions(group).size() == 2);
    if (!edits)
      return;
    const Stmt *declared = nullptr, *joined = nullptr;
    for (const Call *call : spawn->caller->calls) {
      if (call->callee && isa<CXXConstructorDecl>(call->callee) &&
          isDeclarationOf(statementOf(unit, call->site), *group))
        declared = statementOf(unit, call->site);
      if (call->destroyed == group)
        declared = call->site;
      if (!call->destroyed && objectOf(*call) == group &&
          unit.roles(*call).has(Role::Joins) && call->args().empty())
        joined = statementOf(unit, call->site);
    }
    edits.require(declared && joined);
    if (!edits)
      return;
    edits.remove(*declared).remove(*started);
    edits.replace(source.statement(*joined),
                  addition.total->getName() + " += " +
                      channel.onlyMade()->variable->getName() + ".value();");
  }

  static bool isDeclarationOf(const Stmt *stmt, const VarDecl &variable) {
    const auto *declaration = dyn_cast_or_null<DeclStmt>(stmt);
    return declaration && declaration->isSingleDecl() &&
           declaration->getSingleDecl() == &variable;
  }

  void declare(const ValueDecl &name) {
    const auto *declarator = dyn_cast<DeclaratorDecl>(&name);
    TypeSourceInfo *info = declarator && !isa<FunctionDecl>(name)
                               ? declarator->getTypeSourceInfo()
                               : nullptr;
    if (!edits.require(info != nullptr))
      return;
    TypeLoc type = info->getTypeLoc();
    if (auto reference = type.getAs<ReferenceTypeLoc>())
      type = reference.getPointeeLoc();
    type = type.getUnqualifiedLoc();
    if (type.getAs<AutoTypeLoc>())
      return;
    auto items = type.getAs<TemplateSpecializationTypeLoc>();
    edits.require(bool(items));
    if (!edits)
      return;
    SourceRange written(items.getTemplateNameLoc(), items.getRAngleLoc());
    edits.replace(written, "Counter");
    if (const auto *parameter = dyn_cast<ParmVarDecl>(&name))
      joinLine(*parameter, written);
    if (&name == channel.onlyMade()->variable)
      dropCapacity(name);
  }

  // What has become shorter may fit the line above it.
  void joinLine(const ParmVarDecl &parameter, SourceRange type) {
    auto whole = source.span(parameter.getSourceRange());
    auto written = source.span(type);
    if (!whole || !written)
      return;
    FileID file = whole->file;
    unsigned begin = source.lineBegin(file, whole->begin);
    llvm::StringRef indentation = source.text({file, begin, whole->begin});
    if (begin == 0 || !indentation.trim().empty())
      return;
    unsigned above = source.lineBegin(file, begin - 1);
    llvm::StringRef before = source.text({file, above, begin}).rtrim();
    llvm::StringRef rest =
        source.text({file, whole->begin, source.lineEnd(file, whole->begin)});
    size_t length = before.size() + 1 + rest.rtrim().size() +
                    llvm::StringRef("Counter").size() -
                    (written->end - written->begin);
    if (before.ends_with(",") && !before.contains("//") &&
        length <= source.columnLimit(file))
      edits.replace(Span{file, above + unsigned(before.size()), whole->begin},
                    " ");
  }

  void dropCapacity(const ValueDecl &name) {
    const Expr *init = nullptr;
    if (const auto *variable = dyn_cast<VarDecl>(&name))
      init = variable->getInit();
    else if (const auto *field = dyn_cast<FieldDecl>(&name))
      init = field->getInClassInitializer();
    const auto *construction = dyn_cast_or_null<CXXConstructExpr>(
        init ? init->IgnoreImplicit() : nullptr);
    if (!construction) {
      edits.require(!channel.onlyMade()->capacityArgument);
      return;
    }
    SourceRange range = construction->getParenOrBraceRange();
    if (range.isValid())
      edits.replace(range, "");
  }

  void replaceUse(const ChannelUse &use) {
    if (use.kind == ChannelUse::Receive)
      return;
    std::string access = accessOf(source, use);
    const Expr *call = use.call ? use.call->expr() : nullptr;
    edits.require(use.kind != ChannelUse::Look && !access.empty() && call &&
                  isDiscarded(unit, *call));
    if (!edits)
      return;
    if (use.kind == ChannelUse::Close) {
      const Stmt *statement = statementOf(unit, call);
      if (edits.require(statement))
        edits.remove(*statement);
      return;
    }
    llvm::StringRef value = source.text(use.value->getSourceRange());
    edits.require(!value.empty())
        .replace(call->getSourceRange(),
                 access + (value == "1" ? "increment()"
                                        : ("add(" + value + ")").str()));
  }

  Unit &unit;
  const Source &source;
  const ChannelInfo &channel;
  const SummedChannel &sum;
  Edits edits;
};

} // namespace

Edits asCounter(Unit &unit, const Source &source, const ChannelInfo &channel,
                const SummedChannel &sum) {
  return Rewriter(unit, source, channel, sum).rewrite();
}

} // namespace heddle::checks
