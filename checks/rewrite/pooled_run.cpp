#include "rewrite/pooled_run.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/scope.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Pooling {
public:
  Pooling(Unit &unit, const Source &source, const PinnedRegion &region)
      : unit(unit), source(source), region(region),
        statements(statementsOf(unit, region)) {}

  Edits edits() const {
    Edits result(source);
    if (!result.require(canMove()))
      return result;
    const Stmt &pin = at(statements->first - 1);
    auto begin = source.statement(pin);
    auto end = source.statement(at(statements->last - 1));
    std::string name =
        freeName(unit, source, {"pinned", "pinned_pool", "pool"}, pin);
    if (!result.require(begin && end && begin->file == end->file &&
                        !name.empty() && isOnLinesOfItsOwn(*begin, *end)))
      return result;
    StringRef indent = source.indentation(pin.getBeginLoc());
    std::string inner = (indent + source.indentationUnit(begin->file)).str();
    StringRef call = returned() ? "return " : "";
    result
        .replace(begin, "static heddle::PinnedPool " + name +
                            "(heddle::available_procs());\n" + indent + call +
                            name + ".run([&] {")
        .reindent(Span{begin->file, begin->end, end->end}, indent, inner)
        .include("heddle/pin.h", pin.getBeginLoc());
    if (!region.guard)
      return result.replace(source.statement(at(statements->last)), "});");
    unsigned line = source.lineEnd(end->file, end->end);
    return result.replace(Span{end->file, line, line}, "\n" + indent + "});");
  }

private:
  const Stmt &at(unsigned index) const {
    return *statements->block->body_begin()[index];
  }

  bool canMove() const {
    if (!statements || statements->first == statements->last ||
        (region.guard && !unit.mentions(region.guard).empty()))
      return false;
    for (unsigned index = statements->first; index < statements->last; ++index)
      if (&at(index) != returned() && leaves(&at(index)))
        return false;
    for (unsigned index = statements->first; index < statements->last; ++index)
      for (const VarDecl *variable : declaredBy(&at(index)))
        for (unsigned later = statements->last;
             later < statements->block->size(); ++later)
          if (mentions(&at(later), variable))
            return false;
    return true;
  }

  // The statement that ends them with a value, which is that of the call then.
  const ReturnStmt *returned() const {
    const auto *last = dyn_cast<ReturnStmt>(&at(statements->last - 1));
    const Expr *value = last ? last->getRetValue() : nullptr;
    const FunctionDecl *function = region.pin->caller->decl;
    return region.guard && value && !isa<InitListExpr>(value) &&
                   !value->getType()->isVoidType() && function &&
                   !function->getReturnType()->isReferenceType()
               ? last
               : nullptr;
  }

  bool isOnLinesOfItsOwn(Span pin, Span end) const {
    StringRef rest = source.contents(end.file)
                         .slice(end.end, source.lineEnd(end.file, end.end))
                         .trim();
    auto first = source.statement(at(statements->first));
    return first &&
           source.lineBegin(pin.file, pin.begin) !=
               source.lineBegin(first->file, first->begin) &&
           (rest.empty() || rest.starts_with("//"));
  }

  Unit &unit;
  const Source &source;
  const PinnedRegion &region;
  std::optional<PinnedStatements> statements;
};

} // namespace

Edits asPooledRun(Unit &unit, const Source &source,
                  const PinnedRegion &region) {
  return Pooling(unit, source, region).edits();
}

} // namespace heddle::checks
