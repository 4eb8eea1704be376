#include "analysis/exit_joins.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"
#include "rewrite/exit_group.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// When the function that run() was given returns, the runtime stops. A task
// that nobody waited for is cut off at its next wait, or never begins: what it
// was to store or send is lost, some of the time.
class UnjoinedAtExit final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    std::vector<Spawn> left = unjoinedAtExit(unit(), function);
    if (!left.empty())
      report(function, left);
  }

  void report(const Function &function, llvm::ArrayRef<Spawn> left) {
    const Call &first = *left.front().path.front();
    Finding &finding =
        diag(first.location(), "nothing waits for this task before the runtime "
                               "stops");
    for (const Call *step : llvm::drop_begin(left.front().path))
      finding.note(step->location(), "spawned here").causedAt(step->location());
    for (const Spawn &other : left.drop_front())
      finding.covers(other.path.front()->location())
          .note(other.path.front()->location(), "nor for this one");
    finding.note(function.body->getEndLoc(), "the runtime stops here");
    if (left.size() == 1 && isLastWork(first)) {
      if (Edits edit = inPlace(unit(), source(), left.front()))
        finding.review(first.location(),
                       "nothing runs beside it: it can be called here", edit);
    } else if (Edits edit = inExitGroup(unit(), source(), function, left)) {
      finding.review(first.location(),
                     "in a group that is waited for, they all come to an end",
                     edit);
    }
  }

  // Behind the spawn the function only returns.
  bool isLastWork(const Call &spawn) {
    const Stmt *statement = statementOf(unit(), spawn.site);
    const Stmt *next = statement ? neighbour(unit(), statement, 1) : nullptr;
    return statement && unit().parent(statement) == spawn.caller->body &&
           (!next || isa<ReturnStmt>(next));
  }
};

} // namespace

extern const CheckInfo unjoined_at_exit = {
    .summary = "a task that the runtime's end cuts off",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "E20 E25",
    .since = "0.2",
    .yieldsTo = {"spawn-in-shutdown"},
    .make = makeCheck<UnjoinedAtExit>,
};

} // namespace heddle::checks
