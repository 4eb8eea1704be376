#include "model/roles.h"

#include "model/known_apis.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

constexpr llvm::StringLiteral roleNames[] = {
    "suspends",
    "blocks",
    "yields",
    "returns_at_once",
    "checkpoints",
    "sleeps",
    "spawns",
    "starts_runtime",
    "calls_argument",
    "calls_once",
    "calls_in_loop",
    "hands_off",
    "registers_handler",
    "receives",
    "sends",
    "closes",
    "signals",
    "shuts_down",
    "needs_thread",
    "hot",
    "daemon",
    "counts_up",
    "counts_down",
    "joins",
    "acquires_slot",
    "releases_slot",
    "bounds_spawns",
    "counts_processors",
    "makes_timer",
    "never_ends",
    "makes_context",
    "ends_context",
    "collects",
    "pins",
    "unpins",
    "pins_scope",
    "runs_pinned",
    "defers",
    "starts_thread",
    "forwards",
    "yields_thread",
    "takes_lock",
};
static_assert(std::size(roleNames) == NumRoles);

// The declaration that `decl` is an instantiation of, if it is one.
const Decl *templated(const Decl &decl) {
  if (const auto *fn = dyn_cast<FunctionDecl>(&decl)) {
    if (const FunctionTemplateDecl *primary = fn->getPrimaryTemplate())
      return primary->getTemplatedDecl();
    return fn->getTemplateInstantiationPattern();
  }
  if (const auto *specialisation =
          dyn_cast<ClassTemplateSpecializationDecl>(&decl))
    return specialisation->getSpecializedTemplate()->getTemplatedDecl();
  if (const auto *record = dyn_cast<CXXRecordDecl>(&decl))
    return record->getTemplateInstantiationPattern();
  return nullptr;
}

RoleSet annotatedRoles(const Decl &decl) {
  RoleSet roles;
  for (const Decl *redecl : decl.redecls()) {
    for (const auto *attr : redecl->specific_attrs<AnnotateAttr>()) {
      StringRef annotation = attr->getAnnotation();
      if (annotation.consume_front("heddle::"))
        if (auto role = roleNamed(annotation))
          roles |= {*role};
    }
    if (redecl->hasAttr<AcquireCapabilityAttr>() ||
        redecl->hasAttr<TryAcquireCapabilityAttr>())
      roles |= {Role::TakesLock};
  }
  return roles;
}

Error badConfiguration(const Twine &what) {
  return createStringError(what.str());
}

/// A function of one's own may have the name of one of C's.
bool mayBeKnown(const NamedDecl &named, StringRef name) {
  const auto *fn = dyn_cast<FunctionDecl>(&named);
  return !fn || name.contains("::") || fn->isExternC() ||
         (fn->hasExternalFormalLinkage() && !fn->getDefinition());
}

} // namespace

StringRef nameOf(Role role) { return roleNames[unsigned(role)]; }

std::optional<Role> roleNamed(StringRef name) {
  const auto *found = find(roleNames, name);
  if (found == std::end(roleNames))
    return std::nullopt;
  return Role(found - roleNames);
}

std::string tableName(const NamedDecl &decl) {
  SmallVector<std::string, 4> parts = {decl.getNameAsString()};
  for (const DeclContext *context = decl.getDeclContext();
       context && !context->isTranslationUnit();
       context = context->getParent()) {
    if (const auto *space = dyn_cast<NamespaceDecl>(context))
      if (space->isInline() || space->isAnonymousNamespace())
        continue;
    if (const auto *named = dyn_cast<NamedDecl>(context))
      parts.push_back(named->getNameAsString());
  }
  // A constructor's name carries its class's template arguments.
  if (isa<CXXConstructorDecl, CXXDestructorDecl>(decl))
    parts.front() = StringRef(parts.front()).split('<').first;
  return join(reverse(parts), "::");
}

bool isStandard(const Decl &decl) {
  // Names that begin with two underscores are the implementation's, as
  // __gnu_cxx.
  for (const DeclContext *context = decl.getDeclContext(); context;
       context = context->getParent())
    if (const auto *space = dyn_cast<NamespaceDecl>(context))
      if (space->isStdNamespace() || space->getName().starts_with("__"))
        return true;
  return false;
}

Expected<Roles> Roles::parse(StringRef configuration) {
  Roles result;
  SmallVector<StringRef> entries;
  configuration.split(entries, ';', -1, false);
  for (StringRef entry : entries) {
    if (entry.trim().empty())
      continue;
    auto [name, roles] = entry.split('=');
    name = name.trim();
    name.consume_front("::");
    if (name.empty() || roles.trim().empty())
      return badConfiguration("'" + entry.trim() +
                              "' is not of the form name=role,role");
    SmallVector<StringRef> words;
    roles.split(words, ',');
    for (StringRef word : words) {
      auto role = roleNamed(word.trim());
      if (!role)
        return badConfiguration(
            "'" + word.trim() + "' is not a role; roles are " +
            join(std::begin(roleNames), std::end(roleNames), ", "));
      result.configured[name] |= {*role};
    }
  }
  return result;
}

RoleSet Roles::of(const Decl &decl) const {
  const Decl *canonical = decl.getCanonicalDecl();
  auto found = known.find(canonical);
  if (found != known.end())
    return found->second;
  RoleSet roles = compute(*canonical);
  known[canonical] = roles;
  return roles;
}

RoleSet Roles::compute(const Decl &decl) const {
  RoleSet roles = annotatedRoles(decl);
  if (const Decl *pattern = templated(decl); pattern && pattern != &decl)
    roles |= of(*pattern);
  if (const auto *method = dyn_cast<CXXMethodDecl>(&decl)) {
    for (const CXXMethodDecl *base : method->overridden_methods())
      roles |= of(*base);
    if (of(*method->getParent()).has(Role::Hot))
      roles |= {Role::Hot};
  }
  if (const auto *named = dyn_cast<NamedDecl>(&decl)) {
    std::string name = tableName(*named);
    if (mayBeKnown(*named, name))
      roles |= knownRoles(name);
    if (auto found = configured.find(name); found != configured.end())
      roles |= found->second;
  }
  if (roles.has(Role::ReturnsAtOnce))
    roles = roles.without({Role::Suspends, Role::Blocks, Role::Yields});
  return roles;
}

} // namespace heddle::checks
