#include "rewrite/atomic_integral.h"

#include "analysis/uses.h"
#include "rewrite/declarations.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source) : unit(unit), source(source) {}

  // The operators of std::atomic are those of the integral; only reads are
  // spelled out, for they may be deduced from.
  Edits rewritten(const GuardedIntegral &guarded) {
    Edits result(source);
    changeType(result, source, *guarded.integral, [](llvm::StringRef type) {
      return ("std::atomic<" + type + ">").str();
    });
    result.include("atomic", guarded.integral->getLocation());
    for (const GuardedIntegral::Section &section : guarded.sections)
      if (section.statements.size() == 3)
        exchange(result, section.statements);
    for (const Expr *mention : unit.mentions(guarded.integral))
      if (isLoaded(mention) && !isExchanged(guarded, mention))
        result.insertAfter(mention->getEndLoc(), ".load()");
    std::vector<const LockRegion *> regions;
    for (const GuardedIntegral::Section &section : guarded.sections)
      regions.push_back(section.region);
    return removeLock(result, unit, source, *guarded.lock, regions);
  }

private:
  void exchange(Edits &result, llvm::ArrayRef<Stmt *> statements) const {
    const auto *set = cast<BinaryOperator>(statements[1]);
    llvm::StringRef name = source.text(set->getLHS()->getSourceRange());
    llvm::StringRef next = source.text(set->getRHS()->getSourceRange());
    result.require(!name.empty() && !next.empty())
        .remove(*statements[0])
        .remove(*statements[1])
        .replace(source.statement(*statements[2]),
                 "return " + name + ".exchange(" + next + ");");
  }

  bool isLoaded(const Expr *mention) const {
    const auto *load = dyn_cast_or_null<ImplicitCastExpr>(unit.parent(mention));
    return load && load->getCastKind() == CK_LValueToRValue;
  }

  static bool isExchanged(const GuardedIntegral &guarded, const Expr *mention) {
    return llvm::any_of(guarded.sections, [&](const auto &section) {
      return section.statements.size() == 3 &&
             contains(section.statements.front(), mention);
    });
  }

  Unit &unit;
  const Source &source;
};

} // namespace

Edits asAtomic(Unit &unit, const Source &source,
               const GuardedIntegral &guarded) {
  return Rewriter(unit, source).rewritten(guarded);
}

} // namespace heddle::checks
