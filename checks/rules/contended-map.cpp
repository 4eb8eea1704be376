#include "analysis/guarded_map.h"
#include "analysis/hot.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/shared_map.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Tasks that want different keys do not hinder each other, but for the one
// lock. With a lock for each stripe of keys they seldom meet.
class ContendedMap final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const GuardedMap &guarded : guardedMaps(unit()))
      if (isOneValueAtATime(guarded) && !hasFewKeys(guarded) &&
          !isOrderUsed(unit(), *guarded.map) &&
          !isOneOfMany(unit(), *guarded.lock))
        for (const LockRegion *section : guarded.sections)
          if (auto often = contended(*section)) {
            report(guarded, *section, *often);
            break;
          }
  }

  std::optional<HotPath> contended(const LockRegion &section) {
    const Function &function = *section.function;
    if (!section.acquire || isTestCode(function) || coversLoop(section) ||
        !isContended(unit(), section))
      return std::nullopt;
    return hot(unit(), function, section.acquire);
  }

  // One acquisition for many items.
  bool coversLoop(const LockRegion &section) {
    return llvm::any_of(section.calls, [&](const Call *call) {
      const Loop *loop = lexicalLoop(unit(), call->site);
      return loop && loop != lexicalLoop(unit(), section.acquire);
    });
  }

  // No section waits, which is another fault, or needs two keys at once.
  bool isOneValueAtATime(const GuardedMap &guarded) {
    return llvm::all_of(guarded.sections, [&](const LockRegion *section) {
      return keysUsed(unit(), guarded, *section).size() <= 1 &&
             llvm::none_of(section->calls, [&](const Call *call) {
               return suspends(unit(), *call) || blocks(unit(), *call);
             });
    });
  }

  // Its type has few values, or all keys are constants.
  bool hasFewKeys(const GuardedMap &guarded) {
    bool some = false, others = false;
    for (const LockRegion *section : guarded.sections)
      for (const Expr *key : keysUsed(unit(), guarded, *section)) {
        const Expr *value = key->IgnoreUnlessSpelledInSource();
        QualType type = value->getType().getNonReferenceType();
        bool few = isa<StringLiteral>(value) || type->isEnumeralType() ||
                   type->isBooleanType() || type->isAnyCharacterType() ||
                   (!value->isValueDependent() &&
                    value->isEvaluatable(unit().context()));
        (few ? some : others) = true;
      }
    return some && !others;
  }

  void report(const GuardedMap &guarded, const LockRegion &section,
              const HotPath &often) {
    enter(section.function);
    Finding &finding = diag(guarded.lock->getLocation(),
                            "all tasks queue at %0 for the map %1")
                       << guarded.lock << guarded.map;
    finding.note(section.acquired, "locked here for one key");
    finding.note(often.cause, often.explanation());
    for (const Call *step : often.calls)
      finding.note(step->location(), "reached through this call");
    finding.review(
        guarded.map->getLocation(),
        "a sharded map has a lock for each stripe of keys, and no "
        "order",
        asSharedMap(unit(), source(), guarded, "heddle::ShardedMap"));
  }
};

} // namespace

extern const CheckInfo contended_map = {
    .summary = "one lock around one map that many tasks use",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "B7",
    .since = "0.1",
    .yieldsTo = {"map-kind-mismatch"},
    .make = makeCheck<ContendedMap>,
};

} // namespace heddle::checks
