#include "analysis/guarded.h"
#include "analysis/map_uses.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/declarations.h"
#include "rewrite/shared_map.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A map whose readers take no lock pays for that with each write; one with a
// lock makes readers wait for readers.
class MapKindMismatch final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const ValueDecl *map : concurrentMaps(unit()))
      judgeWritten(*map);
    for (const GuardedMap &guarded : guardedMaps(unit()))
      judgeRead(guarded);
  }

  void judgeWritten(const ValueDecl &map) {
    if (!isOnlyUsedInView(unit(), &map) || escapes(unit(), &map))
      return;
    MapUses uses = mapUsesOf(unit(), map);
    bool isWritten = uses.writes >= uses.reads;
    if (!uses.write || uses.ownKeys || uses.unseenReads ||
        isTestCode(*uses.write->caller) || (!isWritten && !uses.addsKeys))
      return;
    enter(uses.write->caller);
    Finding &finding =
        diag(map.getLocation(), "%0 is a map for readers, and %1")
        << &map
        << (isWritten ? "written as often as read" : "gets ever new keys");
    finding.note(uses.write->location(), "written here");
    finding.review(map.getLocation(),
                   "a sharded map has a lock for each stripe of keys, which "
                   "readers take too",
                   asSharded(map));
  }

  // Both have the same calls.
  Edits asSharded(const ValueDecl &map) {
    Edits sharded = edits();
    return changeType(sharded, source(), map,
                      [](llvm::StringRef type) {
                        auto [space, arguments] = type.split("ConcurrentMap<");
                        return arguments.empty()
                                   ? std::string()
                                   : (space + "ShardedMap<" + arguments).str();
                      })
        .include("heddle/map.h", map.getLocation());
  }

  void judgeRead(const GuardedMap &guarded) {
    MapUses uses = mapUsesOf(unit(), guarded);
    if (!uses.read || !uses.isFilled || uses.unseenWrites ||
        uses.reads < 9 * uses.writes || isTestCode(*uses.read->caller) ||
        !isOnlyUsedInView(unit(), guarded.map) || !isQueuedAt(guarded) ||
        isOneOfMany(unit(), *guarded.lock))
      return;
    enter(uses.read->caller);
    Finding &finding = diag(guarded.lock->getLocation(),
                            "readers of %0 queue at %1, though hardly anybody "
                            "writes")
                       << guarded.map << guarded.lock;
    finding.note(uses.read->location(), "read here");
    finding.review(
        guarded.map->getLocation(),
        "a concurrent map has readers that take no lock, and slower writers",
        asSharedMap(unit(), source(), guarded, "heddle::ConcurrentMap"));
  }

  // Several tasks come to it at once, and none lets others read along.
  bool isQueuedAt(const GuardedMap &guarded) {
    return llvm::none_of(guarded.sections,
                         [](const LockRegion *each) { return each->shared; }) &&
           llvm::any_of(guarded.sections, [&](const LockRegion *each) {
             return isContended(unit(), *each);
           });
  }
};

} // namespace

extern const CheckInfo map_kind_mismatch = {
    .summary = "shared map of a kind that its use is not for",
    .tier = Tier::Advice,
    .fix = Fix::Review,
    .seeds = "D6",
    .since = "0.2",
    .make = makeCheck<MapKindMismatch>,
};

} // namespace heddle::checks
