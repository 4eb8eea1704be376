#include "analysis/exits.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class Ways {
public:
  Ways(const CFG &cfg, ArrayRef<const Stmt *> stops,
       ArrayRef<const Stmt *> endless)
      : cfg(cfg), stops(stops), endless(endless) {}

  std::optional<WayOut> from(const Stmt &start) {
    for (const CFGBlock *block : cfg)
      for (size_t at = 0; at < block->size(); ++at)
        if (statementAt(*block, at) == &start)
          return search(*block, at + 1);
    return std::nullopt;
  }

private:
  static const Stmt *statementAt(const CFGBlock &block, size_t at) {
    auto element = block[unsigned(at)].getAs<CFGStmt>();
    return element ? element->getStmt() : nullptr;
  }

  std::optional<WayOut> search(const CFGBlock &block, size_t at) {
    WayOut way;
    for (; at < block.size(); ++at) {
      const Stmt *stmt = statementAt(block, at);
      if (stmt && is_contained(stops, stmt))
        return std::nullopt;
      if (isa_and_nonnull<ReturnStmt, CXXThrowExpr>(stmt))
        way.exit = stmt;
    }
    bool stays = block.getTerminatorStmt() &&
                 is_contained(endless, block.getTerminatorStmt());
    for (auto [index, next] : enumerate(block.succs())) {
      const CFGBlock *reached = next.getReachableBlock();
      if (!reached || (stays && index > 0))
        continue;
      if (reached == &cfg.getExit())
        return block.hasNoReturnElement() ? std::nullopt : std::optional(way);
      if (visited.insert(reached).second)
        if (auto found = search(*reached, 0))
          return found;
    }
    return std::nullopt;
  }

  const CFG &cfg;
  ArrayRef<const Stmt *> stops, endless;
  DenseSet<const CFGBlock *> visited;
};

} // namespace

std::optional<WayOut> wayOut(Unit &unit, const Function &fn, const Stmt &start,
                             ArrayRef<const Stmt *> stops,
                             ArrayRef<const Stmt *> endless) {
  const CFG *cfg = unit.cfg(fn);
  return cfg ? Ways(*cfg, stops, endless).from(start) : std::nullopt;
}

} // namespace heddle::checks
