#include "analysis/map_uses.h"

#include "analysis/callables.h"
#include "analysis/captures.h"
#include "analysis/hot.h"
#include "analysis/sharing.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Keys are handed on so often at most; ends recursion.
constexpr unsigned maxDepth = 4;

StringRef methodName(const Call &call) {
  const FunctionDecl *callee = call.callee;
  return callee && callee->getIdentifier() ? callee->getName() : "";
}

bool isRead(StringRef method) {
  return is_contained({"get", "visit", "for_each", "contains", "size", "empty",
                       "find", "at", "count", "begin", "end", "cbegin", "cend",
                       "equal_range", "lower_bound", "upper_bound"},
                      method);
}

// `next++`, `next.fetch_add(1)`; no remainder of it.
bool grows(const Stmt *stmt) {
  if (!stmt)
    return false;
  if (const auto *op = dyn_cast<UnaryOperator>(stmt); op && op->isIncrementOp())
    return true;
  if (const auto *op = dyn_cast<BinaryOperator>(stmt);
      op && (op->getOpcode() == BO_Rem || op->getOpcode() == BO_And))
    return false;
  const auto *call = dyn_cast<CallExpr>(stmt);
  const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
  if (callee && (callee->getOverloadedOperator() == OO_PlusPlus ||
                 (callee->getIdentifier() && callee->getName() == "fetch_add")))
    return true;
  return any_of(stmt->children(), grows);
}

bool isNewKey(Unit &unit, const Expr &key) {
  const auto *ref = dyn_cast<DeclRefExpr>(key.IgnoreUnlessSpelledInSource());
  const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
  return grows(variable && variable->isLocalVarDecl() ? variable->getInit()
                                                      : &key);
}

// The key depends on which task it is: on what its lambda took a copy of, or on
// the item it is for. Who updates an item's value expects others of its key.
bool isOwn(Unit &unit, const Expr &key, const Function &fn, bool updates,
           unsigned depth = maxDepth) {
  if (depth == 0)
    return false;
  for (const Function *at = &fn; at; at = at->enclosing) {
    auto own = [&](const Invocation &invoker) {
      bool spawned = invoker.execution == Execution::Spawned;
      if (spawned && at->lambda)
        for (const Capture &capture : captures(*at->lambda))
          if (capture.kind == Capture::Copy && capture.variable &&
              mentions(&key, capture.variable))
            return true;
      if (!at->decl)
        return false;
      for (auto [index, parameter] : enumerate(at->decl->parameters())) {
        if (!mentions(&key, parameter))
          continue;
        if (invoker.argument)
          return spawned ||
                 (invoker.execution == Execution::CalledInLoop && !updates);
        ArrayRef<const Expr *> given = invoker.call->args();
        if (index < given.size() &&
            isOwn(unit, *given[index], *invoker.call->caller, updates,
                  depth - 1))
          return true;
      }
      return false;
    };
    if (any_of(invokers(unit, *at), own))
      return true;
  }
  return false;
}

// Nobody in view says how often `fn` runs.
bool isUnseen(Unit &unit, const Function &fn, const ValueDecl &map) {
  for (const Function *at = &fn; at; at = at->enclosing) {
    const FunctionDecl *decl = at->decl;
    const auto *variable = dyn_cast<VarDecl>(&map);
    if (!decl || decl->isMain() ||
        isa<CXXConstructorDecl, CXXDestructorDecl>(decl) ||
        (variable && variable->hasLocalStorage() &&
         variable->getDeclContext() == decl))
      return false;
    if ((at->lambda || !at->enclosing) &&
        all_of(invokers(unit, *at), [](const Invocation &invoker) {
          return invoker.execution == Execution::Unknown;
        }))
      return true;
  }
  return false;
}

class Counter {
public:
  Counter(Unit &unit, const ValueDecl &map) : unit(unit), map(map) {}

  // One use by `fn`, that begins with `call` and is hot if `often`.
  void add(const Call &call, bool often, bool reads,
           ArrayRef<const Expr *> keys) {
    bool isUnseen = !often && checks::isUnseen(unit, *call.caller, map);
    if (isUnseen)
      (reads ? uses.unseenReads : uses.unseenWrites) = true;
    uses.isFilled |= !often && !isUnseen && !reads;
    if (!often)
      return;
    const Call *&first = reads ? uses.read : uses.write;
    first = first ? first : &call;
    ++(reads ? uses.reads : uses.writes);
    if (reads)
      return;
    bool updates = methodName(call) == "update";
    for (const Expr *key : keys) {
      uses.addsKeys |= isNewKey(unit, *key);
      uses.ownKeys |= isOwn(unit, *key, *call.caller, updates);
    }
  }

  MapUses uses;

private:
  Unit &unit;
  const ValueDecl &map;
};

// `std::optional(found->second)`
bool isCopied(Unit &unit, const Expr &mention) {
  return isa_and_nonnull<CXXConstructExpr>(unit.parent(unit.wrapped(&mention)));
}

// What is written through an iterator is a member, `second` or one of its.
bool writesMember(Unit &unit, const Stmt *stmt, const ValueDecl &map) {
  if (!stmt)
    return false;
  const auto *member = dyn_cast<MemberExpr>(stmt);
  if (member && isa<FieldDecl>(member->getMemberDecl()) &&
      member->getMemberDecl() != &map)
    for (const Use &use : usesOf(unit, member->getMemberDecl()))
      if (use.mention == member && !use.readOnly &&
          !(use.kind == UseKind::Escape && isCopied(unit, *member)))
        return true;
  return any_of(stmt->children(), [&](const Stmt *child) {
    return writesMember(unit, child, map);
  });
}

bool writesElements(Unit &unit, const LockRegion &section,
                    const ValueDecl &map) {
  if (!section.statements)
    return true;
  return any_of(section.statements->statements(), [&](const Stmt *stmt) {
    Touched touched = touchedBy(unit, stmt);
    return touched.indirect || touched.unseen || writesMember(unit, stmt, map);
  });
}

} // namespace

std::vector<const ValueDecl *> concurrentMaps(Unit &unit) {
  std::vector<const ValueDecl *> found;
  for (const Function *fn : unit.functions())
    for (const Call *call : fn->calls) {
      const Expr *object = call->object();
      const CXXRecordDecl *record =
          object ? object->getType()->getAsCXXRecordDecl() : nullptr;
      const ValueDecl *map =
          record && tableName(*record) == "heddle::ConcurrentMap"
              ? namedBy(object)
              : nullptr;
      if (map && !is_contained(found, map))
        found.push_back(map);
    }
  return found;
}

MapUses mapUsesOf(Unit &unit, const ValueDecl &map) {
  Counter counter(unit, map);
  for (const Use &use : usesOf(unit, &map)) {
    if (!use.call)
      continue;
    StringRef method = methodName(*use.call);
    ArrayRef<const Expr *> key =
        use.call->args().take_front(!use.call->args().empty());
    // Who gets or inserts finds most of what is asked for.
    bool reads = isRead(method) || (method == "get_or_insert" && !key.empty() &&
                                    !isNewKey(unit, *key[0]));
    counter.add(*use.call, hot(unit, *use.call).has_value(), reads, key);
  }
  return counter.uses;
}

MapUses mapUsesOf(Unit &unit, const GuardedMap &guarded) {
  Counter counter(unit, *guarded.map);
  std::vector<Use> uses = usesOf(unit, guarded.map);
  for (const LockRegion *section : guarded.sections) {
    const Call *first = nullptr;
    bool reads = !writesElements(unit, *section, *guarded.map);
    for (const Use &use : uses)
      if (use.call && is_contained(section->calls, use.call)) {
        first = first ? first : use.call;
        reads &= isRead(methodName(*use.call));
      }
    if (first && section->acquire)
      counter.add(*first,
                  hot(unit, *section->function, section->acquire).has_value(),
                  reads, keysUsed(unit, guarded, *section));
  }
  return counter.uses;
}

} // namespace heddle::checks
