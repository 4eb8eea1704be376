// What a declaration does, whoever says so: an annotation in a header, a
// thread-safety attribute, the table of known APIs, or the user's
// configuration.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

namespace clang {
class Decl;
class NamedDecl;
} // namespace clang

namespace heddle::checks {

/// One thing that a declaration does. The first group has the names and the
/// meanings of the macros in heddle/annotations.h.
enum class Role : uint8_t {
  Suspends,
  Blocks,
  Yields,
  ReturnsAtOnce,
  Checkpoints,
  Sleeps,
  Spawns,
  StartsRuntime,
  CallsArgument,
  CallsOnce,
  CallsInLoop,
  HandsOff,
  RegistersHandler,
  Receives,
  Sends,
  Closes,
  Signals,
  ShutsDown,
  NeedsThread,
  Hot,
  Daemon,
  CountsUp,
  CountsDown,
  Joins,
  AcquiresSlot,
  ReleasesSlot,
  BoundsSpawns,
  CountsProcessors,
  MakesTimer,
  NeverEnds,
  MakesContext,
  EndsContext,
  Collects,
  Pins,
  Unpins,
  PinsScope,
  RunsPinned,
  Defers,

  // What only the table and the configuration say.

  /// Runs a callable argument on an OS thread of its own.
  StartsThread,
  /// Returns its first argument, or a callable that calls it.
  Forwards,
  /// Gives up what is left of the OS thread's time slice.
  YieldsThread,
  /// Waits only until a lock is free.
  TakesLock,
};

inline constexpr unsigned NumRoles = unsigned(Role::TakesLock) + 1;

/// The name that annotations and configurations give a role, e.g.
/// `calls_in_loop`.
llvm::StringRef nameOf(Role role);
std::optional<Role> roleNamed(llvm::StringRef name);

/// A set of roles.
class RoleSet {
public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (Role role : roles)
      bits |= uint64_t(1) << unsigned(role);
  }

  constexpr bool has(Role role) const { return bits >> unsigned(role) & 1; }
  constexpr bool hasAny(RoleSet other) const { return bits & other.bits; }
  constexpr bool empty() const { return bits == 0; }
  constexpr RoleSet &operator|=(RoleSet other) {
    bits |= other.bits;
    return *this;
  }
  constexpr RoleSet without(RoleSet other) const {
    RoleSet rest = *this;
    rest.bits &= ~other.bits;
    return rest;
  }
  constexpr friend RoleSet operator|(RoleSet a, RoleSet b) { return a |= b; }
  constexpr friend bool operator==(RoleSet, RoleSet) = default;

private:
  uint64_t bits = 0;
};

/// The roles of declarations in one translation unit.
class Roles {
public:
  /// Understands `name=role,role;name=role`, where a name is qualified and
  /// without its template arguments, e.g. `net::Conn::fetch=blocks`.
  static llvm::Expected<Roles> parse(llvm::StringRef configuration);

  /// What `decl` does. What its redeclarations, the template it is instantiated
  /// from and the methods it overrides do counts, and for a method that its
  /// class is hot.
  RoleSet of(const clang::Decl &decl) const;

private:
  RoleSet compute(const clang::Decl &decl) const;

  llvm::StringMap<RoleSet> configured;
  mutable llvm::DenseMap<const clang::Decl *, RoleSet> known;
};

/// The name under which tables and configurations know `decl`: qualified, with
/// neither template arguments nor inline and unnamed namespaces.
std::string tableName(const clang::NamedDecl &decl);

/// `decl` belongs to the C++ library.
bool isStandard(const clang::Decl &decl);

} // namespace heddle::checks
