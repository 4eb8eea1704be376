#include "analysis/owner_tasks.h"

#include "analysis/guarded_map.h"
#include "analysis/loops.h"
#include "analysis/object_parts.h"
#include "analysis/sharing.h"
#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isStateType(QualType type) {
  type = type.getNonReferenceType();
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  return isMap(type) || isContainer(type) ||
         (record && tableName(*record) == "heddle::FlatMap");
}

class Finder {
public:
  Finder(Unit &unit, const ChannelInfo &commands, ArrayRef<RoundTrip> all)
      : unit(unit), commands(commands), all(all) {}

  std::optional<OwnerTask> find() {
    found.commands = &commands;
    if (!commands.onlyMade() || !sortUses() || found.trips.empty() ||
        runsInSeveralTasks(unit, *found.receive->function))
      return std::nullopt;
    auto loop = itemLoop(unit, *found.receive);
    if (!loop)
      return std::nullopt;
    found.body = loop->body;
    if (!addState(*found.body, nullptr))
      return std::nullopt;
    for (const RoundTrip &trip : found.trips)
      if (const Stmt *closure = OwnerTask::closureOf(trip))
        if (!addState(*closure, &trip))
          return std::nullopt;
    if (!found.state || !isStateType(found.state->getType()))
      return std::nullopt;
    return found;
  }

private:
  // Received in one place, and sent only by who waits for the answer.
  bool sortUses() {
    for (const ChannelUse &use : commands.uses) {
      if (use.kind == ChannelUse::Receive) {
        if (found.receive || use.limited || use.select)
          return false;
        found.receive = &use;
      } else if (use.kind == ChannelUse::Send) {
        auto trip = find_if(all, [&](const RoundTrip &each) {
          return each.request == use.call;
        });
        if (use.limited || trip == all.end())
          return false;
        found.trips.push_back(*trip);
      }
    }
    return found.receive;
  }

  // Adds what `part` uses that stays from one command to the next; of a
  // closure, that of `trip`. False if that is not one container, or `part` does
  // something else.
  bool addState(const Stmt &part, const RoundTrip *trip) {
    const Function *fn = unit.functionOf(&part);
    Touched touched;
    touch(part, touched);
    if (!fn || touched.unseen || waits(*fn, part))
      return false;
    for (const ValueDecl *decl : touched.mentioned)
      if (stays(*decl, *fn, part, trip)) {
        if (found.state && found.state != decl)
          return false;
        found.state = decl;
      }
    return true;
  }

  // Of what is done on channels only values count, not what these are made of.
  void touch(const Stmt &stmt, Touched &touched) {
    const auto *expr = dyn_cast<CallExpr>(&stmt);
    bool answers = expr && isOnChannel(*unit.call(expr));
    if (!answers && !usesChannel(stmt)) {
      Touched more = touchedBy(unit, &stmt);
      append_range(touched.mentioned, more.mentioned);
      touched.unseen |= more.unseen;
      return;
    }
    for (const Stmt *child : stmt.children())
      if (child && !(answers && child == *stmt.child_begin()))
        touch(*child, touched);
  }

  bool usesChannel(const Stmt &stmt) const {
    auto isIn = [&](const Call *call) {
      return call && unit.isWithin(call->site, &stmt);
    };
    return isIn(found.receive->call) ||
           any_of(found.trips, [&](const RoundTrip &trip) {
             return any_of(trip.answers, [&](const ChannelUse *answer) {
               return isIn(answer->call);
             });
           });
  }

  bool isOnChannel(const Call &call) const {
    return &call == found.receive->call || isAnswer(call);
  }

  bool waits(const Function &fn, const Stmt &part) const {
    return any_of(fn.calls, [&](const Call *call) {
      if (call->destroyed || call == found.receive->call ||
          !unit.isWithin(call->site, &part))
        return false;
      auto path = suspends(unit, *call);
      path = path ? path : blocks(unit, *call);
      return path && !isAnswer(path->last());
    });
  }

  bool isAnswer(const Call &call) const {
    return any_of(found.trips, [&](const RoundTrip &trip) {
      return any_of(trip.answers, [&](const ChannelUse *answer) {
        return answer->call == &call;
      });
    });
  }

  bool stays(const ValueDecl &decl, const Function &fn, const Stmt &part,
             const RoundTrip *trip) const {
    if (isOfTrip(decl) || !mayChange(decl))
      return false;
    if (const auto *field = dyn_cast<FieldDecl>(&decl)) {
      const auto *method = dyn_cast_or_null<CXXMethodDecl>(outermost(fn).decl);
      return method && method->getParent() == field->getParent();
    }
    const auto *variable = dyn_cast<VarDecl>(&decl);
    if (!variable || variable->hasGlobalStorage())
      return variable;
    return trip ? !isAskers(*variable, fn, *trip)
                : isOwners(*variable) &&
                      itemOf(unit, *found.receive) != variable &&
                      !isIn(*variable, part);
  }

  bool mayChange(const ValueDecl &decl) const {
    return !decl.getType().getNonReferenceType().isConstQualified() &&
           (isStateType(decl.getType()) ||
            any_of(usesOf(unit, &decl), [](const Use &use) {
              return !use.readOnly && use.kind != UseKind::Captured;
            }));
  }

  // The parameters of what is called are reached by what it is given.
  bool isOwners(const VarDecl &variable) const {
    for (const Function *at = found.receive->function; at; at = at->enclosing)
      if (variable.getDeclContext() == at->decl)
        return true;
    return false;
  }

  // Who sends `fn`, a closure, waits with its variables.
  bool isAskers(const VarDecl &variable, const Function &fn,
                const RoundTrip &trip) const {
    const Function &asker = *trip.made->function;
    const Loop *loop = lexicalLoop(unit, trip.making());
    return variable.getDeclContext() == fn.decl ||
           (variable.getDeclContext() == asker.decl &&
            (!loop || isIn(variable, *loop->stmt)));
  }

  bool isIn(const VarDecl &variable, const Stmt &part) const {
    return unit.context().getSourceManager().isPointWithin(
        variable.getLocation(), part.getBeginLoc(), part.getEndLoc());
  }

  // The channels that commands and answers go by.
  bool isOfTrip(const ValueDecl &decl) const {
    return is_contained(commands.names, &decl) ||
           any_of(found.trips, [&](const RoundTrip &trip) {
             return is_contained(trip.reply->names, &decl);
           });
  }

  Unit &unit;
  const ChannelInfo &commands;
  ArrayRef<RoundTrip> all;
  OwnerTask found = {};
};

} // namespace

const Stmt *OwnerTask::closureOf(const RoundTrip &trip) {
  const Function &answering = *trip.answers.front()->function;
  bool isIn = any_of(trip.request->args(), [&](const Expr *argument) {
    return answering.lambda && contains(argument, answering.lambda);
  });
  return isIn ? answering.body : nullptr;
}

std::vector<OwnerTask> ownerTasks(Unit &unit) {
  std::vector<OwnerTask> found;
  std::vector<RoundTrip> trips = roundTrips(unit);
  if (!trips.empty())
    for (const ChannelInfo *commands : channels(unit))
      if (auto owner = Finder(unit, *commands, trips).find())
        found.push_back(*owner);
  return found;
}

} // namespace heddle::checks
