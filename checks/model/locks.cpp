#include "model/locks.h"

#include "model/roles.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

using Kind = LockOperation::Kind;
using Place = LockOperation::Place;

constexpr llvm::StringLiteral mutexes[] = {
    "std::mutex",         "std::recursive_mutex",
    "std::timed_mutex",   "std::recursive_timed_mutex",
    "std::shared_mutex",  "std::shared_timed_mutex",
    "boost::mutex",       "boost::recursive_mutex",
    "boost::timed_mutex", "boost::shared_mutex",
};

constexpr llvm::StringLiteral guards[] = {
    "std::lock_guard",    "std::unique_lock",          "std::scoped_lock",
    "std::shared_lock",   "boost::lock_guard",         "boost::unique_lock",
    "boost::shared_lock", "boost::mutex::scoped_lock",
};

struct Row {
  llvm::StringLiteral name;
  LockOperation operation;
};

constexpr Row methods[] = {
    {"lock", {Kind::Acquire, Place::Object}},
    {"try_lock", {Kind::TryAcquire, Place::Object}},
    {"try_lock_for", {Kind::TryAcquire, Place::Object}},
    {"try_lock_until", {Kind::TryAcquire, Place::Object}},
    {"unlock", {Kind::Release, Place::Object}},
    {"lock_shared",
     {.kind = Kind::Acquire, .place = Place::Object, .shared = true}},
    {"try_lock_shared",
     {.kind = Kind::TryAcquire, .place = Place::Object, .shared = true}},
    {"unlock_shared",
     {.kind = Kind::Release, .place = Place::Object, .shared = true}},
};

constexpr LockOperation acquire = {Kind::Acquire, Place::Argument};
constexpr LockOperation release = {Kind::Release, Place::Argument};
constexpr LockOperation acquireShared = {
    .kind = Kind::Acquire, .place = Place::Argument, .shared = true};
constexpr LockOperation tryAcquire = {.kind = Kind::TryAcquire,
                                      .place = Place::Argument,
                                      .succeedsWithZero = true};
constexpr LockOperation tryAcquireShared = {.kind = Kind::TryAcquire,
                                            .place = Place::Argument,
                                            .shared = true,
                                            .succeedsWithZero = true};

constexpr Row functions[] = {
    {"pthread_mutex_lock", acquire},
    {"pthread_mutex_trylock", tryAcquire},
    {"pthread_mutex_timedlock", tryAcquire},
    {"pthread_mutex_unlock", release},
    {"pthread_rwlock_rdlock", acquireShared},
    {"pthread_rwlock_tryrdlock", tryAcquireShared},
    {"pthread_rwlock_wrlock", acquire},
    {"pthread_rwlock_trywrlock", tryAcquire},
    {"pthread_rwlock_unlock", release},
    {"pthread_spin_lock", acquire},
    {"pthread_spin_trylock", tryAcquire},
    {"pthread_spin_unlock", release},
    {"mtx_lock", acquire},
    {"mtx_trylock", tryAcquire},
    {"mtx_timedlock", tryAcquire},
    {"mtx_unlock", release},
};

const LockOperation *named(ArrayRef<Row> rows, StringRef name) {
  for (const Row &row : rows)
    if (row.name == name)
      return &row.operation;
  return nullptr;
}

// A semaphore's slots are no lock: holding one while waiting is their purpose.
bool countsSlots(const FunctionDecl &fn) {
  return any_of(fn.redecls(), [](const FunctionDecl *redecl) {
    return any_of(redecl->specific_attrs<AnnotateAttr>(), [](const auto *attr) {
      return attr->getAnnotation() == "heddle::acquires_slot" ||
             attr->getAnnotation() == "heddle::releases_slot";
    });
  });
}

template <class Range>
void addAttributed(SmallVectorImpl<LockOperation> &found, Kind kind,
                   bool shared, const Range &locks) {
  if (locks.begin() == locks.end())
    found.push_back({.kind = kind, .place = Place::Object, .shared = shared});
  for (const Expr *lock : locks)
    found.push_back(
        {.kind = kind, .place = Place::Named, .named = lock, .shared = shared});
}

void addAttributed(SmallVectorImpl<LockOperation> &found,
                   const FunctionDecl &fn) {
  // Attributes are inherited by later redeclarations, and instantiated.
  const FunctionDecl &last = *fn.getMostRecentDecl();
  for (const auto *attr : last.specific_attrs<AcquireCapabilityAttr>())
    addAttributed(found, Kind::Acquire, attr->isShared(), attr->args());
  for (const auto *attr : last.specific_attrs<ReleaseCapabilityAttr>())
    addAttributed(found, Kind::Release, attr->isShared(), attr->args());
  for (const auto *attr : last.specific_attrs<RequiresCapabilityAttr>())
    addAttributed(found, Kind::Requires, attr->isShared(), attr->args());
  for (const auto *attr : last.specific_attrs<TryAcquireCapabilityAttr>()) {
    size_t before = found.size();
    addAttributed(found, Kind::TryAcquire, attr->isShared(), attr->args());
    bool success = true;
    attr->getSuccessValue()->EvaluateAsBooleanCondition(success,
                                                        fn.getASTContext());
    for (LockOperation &operation : drop_begin(found, before))
      operation.succeedsWithZero = !success;
  }
}

} // namespace

SmallVector<LockOperation, 2> lockOperations(const FunctionDecl &fn) {
  SmallVector<LockOperation, 2> found;
  addAttributed(found, fn);
  if (!found.empty())
    return countsSlots(fn) ? SmallVector<LockOperation, 2>() : found;

  std::string name = tableName(fn);
  if (const auto *method = dyn_cast<CXXMethodDecl>(&fn)) {
    StringRef owner = StringRef(name).rsplit("::").first;
    const LockOperation *operation =
        method->getIdentifier() ? named(methods, method->getName()) : nullptr;
    if (operation && is_contained(mutexes, owner))
      found.push_back(*operation);
  } else if (const LockOperation *operation = named(functions, name)) {
    found.push_back(*operation);
  } else if (name == "std::lock") {
    for (unsigned i = 0; i < fn.getNumParams(); ++i)
      found.push_back(
          {.kind = Kind::Acquire, .place = Place::Argument, .argument = i});
  }
  return found;
}

bool isDeclaredGuard(const CXXRecordDecl &record) {
  if (record.hasAttr<ScopedLockableAttr>())
    return true;
  if (const CXXRecordDecl *pattern = record.getTemplateInstantiationPattern())
    if (pattern->hasAttr<ScopedLockableAttr>())
      return true;
  return is_contained(guards, tableName(record));
}

} // namespace heddle::checks
