#include "analysis/guarded_map.h"

#include "analysis/sharing.h"
#include "analysis/task_code.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

const CXXRecordDecl *recordOf(const ValueDecl &decl) {
  const auto *field = dyn_cast<FieldDecl>(&decl);
  return field ? dyn_cast<CXXRecordDecl>(field->getParent()) : nullptr;
}

QualType memberType(const CXXRecordDecl &record, StringRef name) {
  for (const auto *decl : record.decls())
    if (const auto *type = dyn_cast<TypedefNameDecl>(decl))
      if (type->getName() == name)
        return type->getUnderlyingType();
  return {};
}

bool holds(QualType type, const CXXRecordDecl *record, const ASTContext &ast) {
  type = type.getCanonicalType();
  if (const auto *array = ast.getAsArrayType(type))
    return holds(array->getElementType(), record, ast);
  if (type->isPointerType())
    type = type->getPointeeType();
  if (type->getAsCXXRecordDecl() == record)
    return true;
  const auto *owner = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      type->getAsCXXRecordDecl());
  return owner && owner->getName().contains("_ptr") &&
         owner->getTemplateArgs().size() > 0 &&
         owner->getTemplateArgs()[0].getKind() == TemplateArgument::Type &&
         holds(owner->getTemplateArgs()[0].getAsType(), record, ast);
}

// An array or container of such objects.
bool isContainerOf(QualType type, const CXXRecordDecl *record,
                   const ASTContext &ast) {
  type = type.getCanonicalType();
  if (type->isArrayType())
    return holds(type, record, ast);
  const auto *instance = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      type->getAsCXXRecordDecl());
  return instance &&
         is_contained({"array", "vector", "deque", "list", "span", "map",
                       "unordered_map"},
                      instance->getName()) &&
         any_of(instance->getTemplateArgs().asArray(),
                [&](const TemplateArgument &argument) {
                  return argument.getKind() == TemplateArgument::Type &&
                         holds(argument.getAsType(), record, ast);
                });
}

// What the sections of one lock touch that may change.
class State {
public:
  State(Unit &unit, const ValueDecl &lock) : unit(unit), lock(lock) {}

  void add(const LockRegion &region) {
    if (!region.statements)
      return addTouched(*region.function->body, region);
    for (const Stmt *stmt : region.statements->statements())
      addTouched(*stmt, region);
  }

  const ValueDecl *only() const {
    return found.size() == 1 ? found.front() : nullptr;
  }

private:
  void addTouched(const Stmt &stmt, const LockRegion &region) {
    for (const ValueDecl *decl : touchedBy(unit, &stmt).mentioned)
      if (decl != &lock && outlives(*decl, region) && mayChange(*decl) &&
          !is_contained(found, decl))
        found.push_back(decl);
  }

  // Members of the map's own elements are parts of the map.
  bool outlives(const ValueDecl &decl, const LockRegion &region) const {
    if (decl.getType().isConstQualified())
      return false;
    if (const CXXRecordDecl *record = recordOf(decl)) {
      const auto *method =
          dyn_cast_or_null<CXXMethodDecl>(outermost(*region.function).decl);
      return record == recordOf(lock) ||
             (method && method->getParent() == record);
    }
    const auto *variable = dyn_cast<VarDecl>(&decl);
    if (!variable || isOwner(*variable))
      return false;
    return variable->hasGlobalStorage() ||
           (!isa<ParmVarDecl>(variable) &&
            variable->getDeclContext() != region.function->decl);
  }

  // The object that has the lock as a member.
  bool isOwner(const VarDecl &variable) const {
    QualType type = variable.getType().getNonReferenceType();
    if (type->isPointerType())
      type = type->getPointeeType();
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    const CXXRecordDecl *owner = recordOf(lock);
    return owner &&
           (record == owner || isContainerOf(type, owner, unit.context()));
  }

  bool mayChange(const ValueDecl &decl) const {
    return isMap(decl.getType()) ||
           any_of(usesOf(unit, &decl), [](const Use &use) {
             return !use.readOnly && use.kind != UseKind::Captured;
           });
  }

  Unit &unit;
  const ValueDecl &lock;
  SmallVector<const ValueDecl *, 4> found;
};

bool isSame(const Expr &a, const Expr &b, const ASTContext &context) {
  FoldingSetNodeID first, second;
  a.IgnoreUnlessSpelledInSource()->Profile(first, context, true);
  b.IgnoreUnlessSpelledInSource()->Profile(second, context, true);
  return first == second;
}

bool isIterator(QualType type) {
  const CXXRecordDecl *record =
      type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->getIdentifier() &&
         record->getName().contains_insensitive("iterator");
}

// The key that `call`, on a map, is given.
const Expr *keyOf(const Call &call) {
  const FunctionDecl *callee = call.callee;
  if (!callee)
    return nullptr;
  if (const auto *subscript = dyn_cast<CXXOperatorCallExpr>(call.site))
    return subscript->getOperator() == OO_Subscript ? subscript->getArg(1)
                                                    : nullptr;
  bool keyed =
      callee->getIdentifier() &&
      is_contained({"find", "at", "count", "contains", "erase", "extract",
                    "insert_or_assign", "try_emplace", "emplace"},
                   callee->getName());
  return keyed && !call.args().empty() &&
                 !isIterator(call.args().front()->getType())
             ? call.args().front()
             : nullptr;
}

} // namespace

bool isMap(QualType type) {
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition() || !record->getIdentifier() ||
      record->getName().contains("multi"))
    return false;
  record = record->getDefinition();
  return !memberType(*record, "key_type").isNull() &&
         !memberType(*record, "mapped_type").isNull();
}

std::vector<GuardedMap> guardedMaps(Unit &unit) {
  MapVector<const ValueDecl *, std::vector<const LockRegion *>> byLock;
  for (const Function *fn : unit.functions())
    for (const LockRegion &region : lockRegions(unit, *fn))
      if (region.variable)
        byLock[region.variable].push_back(&region);
  std::vector<GuardedMap> found;
  for (auto &[lock, sections] : byLock) {
    State state(unit, *lock);
    for (const LockRegion *section : sections)
      state.add(*section);
    if (const ValueDecl *map = state.only(); map && isMap(map->getType()))
      found.push_back({lock, map, std::move(sections)});
  }
  return found;
}

SmallVector<const Expr *, 2> keysUsed(Unit &unit, const GuardedMap &guarded,
                                      const LockRegion &section) {
  SmallVector<const Expr *, 2> keys;
  for (const Use &use : usesOf(unit, guarded.map)) {
    const Call *call = use.call;
    if (!call || !is_contained(section.calls, call))
      continue;
    const Expr *key = keyOf(*call);
    if (key && none_of(keys, [&](const Expr *other) {
          return isSame(*key, *other, unit.context());
        }))
      keys.push_back(key);
  }
  return keys;
}

bool isContended(Unit &unit, const LockRegion &section) {
  const Function &function = *section.function;
  bool isOfObject = isa_and_nonnull<CXXMethodDecl>(outermost(function).decl) &&
                    isa<FieldDecl>(section.variable);
  return runsInSeveralTasks(unit, function) &&
         (!isOfObject || isThisShared(unit, function));
}

bool isOrderUsed(Unit &unit, const ValueDecl &map) {
  const CXXRecordDecl *type = map.getType()->getAsCXXRecordDecl();
  bool isOrdered = type && tableName(*type) == "std::map";
  return isOrdered && any_of(usesOf(unit, &map), [](const Use &use) {
           const FunctionDecl *method = use.call ? use.call->callee : nullptr;
           return method && method->getIdentifier() &&
                  is_contained({"lower_bound", "upper_bound", "begin", "rbegin",
                                "cbegin", "crbegin"},
                               method->getName());
         });
}

bool isOneOfMany(Unit &unit, const ValueDecl &lock) {
  const CXXRecordDecl *record = recordOf(lock);
  const ASTContext &ast = unit.context();
  return record && any_of(ast.getTypes(), [&](const Type *type) {
           return (isa<ArrayType>(type) || isa<RecordType>(type)) &&
                  isContainerOf(QualType(type, 0), record, ast);
         });
}

} // namespace heddle::checks
