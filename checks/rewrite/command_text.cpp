#include "rewrite/command_text.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

bool isPrimary(const Expr *expr) {
  return !isa<BinaryOperator, UnaryOperator, AbstractConditionalOperator,
              CStyleCastExpr, CXXOperatorCallExpr, InitListExpr, LambdaExpr>(
      expr->IgnoreUnlessSpelledInSource());
}

// An operand there needs no parentheses.
bool isLoose(const Stmt *user) {
  if (const auto *op = dyn_cast_or_null<BinaryOperator>(user))
    return op->isAssignmentOp();
  if (const auto *op = dyn_cast_or_null<CXXOperatorCallExpr>(user))
    return op->getOperator() == OO_Subscript || op->isAssignmentOp();
  return isa_and_nonnull<CallExpr, DeclStmt, ReturnStmt>(user);
}

const CallExpr *asMove(const Stmt *stmt) {
  const auto *call = dyn_cast_or_null<CallExpr>(stmt);
  return call && call->isCallToStdMove() ? call : nullptr;
}

} // namespace

CommandText::CommandText(Unit &unit, const Source &source,
                         const OwnerTask &owner, const RoundTrip &trip)
    : unit(unit), source(source), trip(trip),
      item(itemOf(unit, *owner.receive)) {
  const Stmt *closure = OwnerTask::closureOf(trip);
  block = dyn_cast<CompoundStmt>(closure ? closure : owner.body);
}

std::optional<std::string> CommandText::statements(StringRef indentation) {
  if (!block || block->body_empty() || trip.answers.size() != 1 ||
      onlyCall(unit, block->body_back()) != trip.answers.front()->call)
    return std::nullopt;
  std::string result;
  for (const Stmt *stmt : llvm::drop_end(block->body())) {
    auto span = source.statement(*stmt);
    auto text = span && !leaves(stmt) ? textOf(*stmt) : std::nullopt;
    if (!text)
      return std::nullopt;
    StringRef end = source.text(*span);
    StringRef from = source.indentation(stmt->getBeginLoc());
    result +=
        indentation.str() + reindented(*text, from, indentation) +
        (end.ends_with(";") && !StringRef(*text).ends_with(";") ? ";" : "") +
        "\n";
  }
  return result;
}

std::optional<std::string> CommandText::answer() {
  const ChannelUse &use = *trip.answers.front();
  if (use.kind == ChannelUse::Close)
    return std::string();
  return use.value ? textOf(*use.value->IgnoreUnlessSpelledInSource())
                   : std::nullopt;
}

std::optional<std::string> CommandText::textOf(const Stmt &stmt) {
  auto whole = source.span(stmt.getSourceRange());
  if (!whole || source.hasDirective(*whole))
    return std::nullopt;
  std::vector<std::pair<Span, std::string>> parts;
  bool known = true;
  auto visit = [&](auto &self, const Stmt *at) -> void {
    if (!at || !known)
      return;
    if (const FieldDecl *field = partOf(*at)) {
      auto span = source.span(at->getSourceRange());
      auto text = argumentFor(*field, unit.parent(unit.wrapped(at)));
      known = span && text;
      if (known)
        parts.push_back({*span, *text});
      return;
    }
    const auto *ref = dyn_cast<DeclRefExpr>(at);
    known = !ref || !isa<BindingDecl>(ref->getDecl());
    if (ref && ref->getDecl() == item)
      known = false;
    for (const Stmt *child : at->children())
      self(self, child);
  };
  visit(visit, &stmt);
  if (!known)
    return std::nullopt;
  llvm::sort(parts, [](const auto &a, const auto &b) {
    return a.first.begin < b.first.begin;
  });
  std::string result;
  unsigned at = whole->begin;
  for (const auto &[span, text] : parts) {
    if (span.begin < at)
      continue;
    result += source.text(Span{span.file, at, span.begin}).str() + text;
    at = span.end;
  }
  return result + source.text(Span{whole->file, at, whole->end}).str();
}

// `command.key`, `command->key`
const FieldDecl *CommandText::partOf(const Stmt &stmt) const {
  const auto *member = dyn_cast<MemberExpr>(&stmt);
  const auto *field =
      member ? dyn_cast<FieldDecl>(member->getMemberDecl()) : nullptr;
  return field && item && namedBy(member->getBase()) == item ? field : nullptr;
}

std::optional<std::string> CommandText::argumentFor(const FieldDecl &field,
                                                    const Stmt *user) {
  const Expr *bare = trip.request->args()[0]->IgnoreUnlessSpelledInSource();
  if (const auto *cast = dyn_cast<CXXFunctionalCastExpr>(bare))
    bare = cast->getSubExpr()->IgnoreUnlessSpelledInSource();
  const auto *list = dyn_cast<InitListExpr>(bare);
  if (list && !list->isSemanticForm())
    list = list->getSemanticForm();
  if (!list || list->getType()->getAsRecordDecl() != field.getParent() ||
      field.getFieldIndex() >= list->getNumInits())
    return std::nullopt;
  const Expr *value = list->getInit(field.getFieldIndex());
  const CallExpr *move = asMove(value->IgnoreUnlessSpelledInSource());
  if (move && asMove(user))
    value = move->getArg(0);
  std::string text =
      source.text(value->IgnoreUnlessSpelledInSource()->getSourceRange()).str();
  if (text.empty() || isa<CXXDefaultInitExpr, ImplicitValueInitExpr>(value) ||
      (uses[&field]++ > 0 && !isPure(value)))
    return std::nullopt;
  return isPrimary(value) || isLoose(user) ? text : "(" + text + ")";
}

} // namespace heddle::checks
