// One index per translation unit, made by a single walk and shared by all
// checks.
#pragma once

#include "model/roles.h"

#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <deque>
#include <memory>
#include <vector>

namespace heddle::checks {

struct Function;

/// One place where control may leave a function for another: a call of any
/// syntax, a construction, or the destruction of a local variable.
struct Call {
  /// The expression, or for a destruction the variable's DeclStmt.
  const clang::Stmt *site;
  /// The function that the code names, also where another may override it; null
  /// for a call through a pointer. See invocations() for what a callable runs.
  const clang::FunctionDecl *callee;
  const Function *caller;
  /// Set for the destruction of a local variable.
  const clang::VarDecl *destroyed = nullptr;

  /// Null for a destruction.
  const clang::Expr *expr() const;
  /// The arguments without a member operator's object; as the callee's
  /// parameters number them.
  llvm::ArrayRef<const clang::Expr *> args() const;
  /// What a method is called on; null for `this` left out, free functions and
  /// constructors.
  const clang::Expr *object() const;
  clang::SourceLocation location() const;
};

/// One body of code: a function, a lambda, an instantiation, or the initialiser
/// of a variable at namespace or class scope or of a member.
struct Function {
  /// Null for an initialiser.
  const clang::FunctionDecl *decl = nullptr;
  /// Set for an initialiser.
  const clang::ValueDecl *variable = nullptr;
  /// Set for a lambda.
  const clang::LambdaExpr *lambda = nullptr;
  /// The body of code that a lambda or a local class stands in.
  const Function *enclosing = nullptr;
  const clang::Stmt *body = nullptr;
  /// In source order; those of nested lambdas are theirs.
  std::vector<const Call *> calls;
  std::vector<const clang::ReturnStmt *> returns;

  clang::SourceLocation location() const;
  /// The name that a message gives it, e.g. `Store::put`.
  std::string name() const;
};

/// The list under `key`, empty if there is none.
template <class Map>
auto listAt(const Map &map, typename Map::key_type key)
    -> llvm::ArrayRef<typename Map::mapped_type::value_type> {
  auto found = map.find(key);
  if (found == map.end())
    return {};
  return found->second;
}

/// The index. Everything it hands out lives as long as the ASTContext.
class Unit {
public:
  /// The index of `context`, made on first use and freed with it. `roles` is
  /// the value of the option `heddle.Roles`, already known to be valid.
  ///
  /// May be called for different contexts in different threads at once.
  static Unit &of(clang::ASTContext &context, llvm::StringRef roles = {});

  ~Unit();

  clang::ASTContext &context() const { return ast; }

  /// Bodies outside system headers, in source order. A template's pattern is
  /// among them only where nothing instantiates it.
  llvm::ArrayRef<const Function *> functions() const { return inOrder; }

  /// The body in view of `decl`, whichever redeclaration it is; null if unseen.
  const Function *function(const clang::FunctionDecl *decl) const;
  /// The innermost body of code that `stmt` is in. Instantiations of a template
  /// share statements that mean the same in all of them; then it is one of
  /// these.
  const Function *functionOf(const clang::Stmt *stmt) const;

  /// The call that `expr` is; null for expressions that are none.
  const Call *call(const clang::Expr *expr) const;

  RoleSet roles(const clang::Decl *decl) const;
  /// Those of the callee and, for a function object, of the object called.
  RoleSet roles(const Call &call) const;

  /// The syntactic parent within the same function; null for its body.
  const clang::Stmt *parent(const clang::Stmt *stmt) const;
  /// The outermost form of `stmt`: with parentheses around it, and with what
  /// the compiler adds.
  const clang::Stmt *wrapped(const clang::Stmt *stmt) const;
  /// `part` is `whole` or stands in it, in the same function.
  bool isWithin(const clang::Stmt *part, const clang::Stmt *whole) const;

  /// Every mention of a variable, field or function in view. A member's is the
  /// MemberExpr, a constructor's initialiser counts as no mention.
  llvm::ArrayRef<const clang::Expr *>
  mentions(const clang::ValueDecl *decl) const;

  /// Every call in view that names `fn`.
  llvm::ArrayRef<const Call *> callsOf(const clang::FunctionDecl *fn) const;

  /// Thread-local variables that code in view mentions.
  llvm::ArrayRef<const clang::VarDecl *> threadLocals() const {
    return perThread;
  }

  /// What constructors in view and the class itself initialise `field` with.
  llvm::ArrayRef<const clang::Expr *>
  initialisers(const clang::FieldDecl *field) const;

  /// Methods in view that override `method`, directly or not.
  llvm::ArrayRef<const clang::CXXMethodDecl *>
  overriders(const clang::CXXMethodDecl *method) const;

  /// The flow of `fn`, with destructors and initialisers; null where Clang
  /// cannot build it.
  const clang::CFG *cfg(const Function &fn);

  /// The facts of type `Fact`, computed on first use by `Fact(Unit &)`.
  template <class Fact> Fact &get() {
    static const char key = 0;
    std::shared_ptr<void> &slot = facts[&key];
    if (!slot)
      slot = std::make_shared<Fact>(*this);
    return *static_cast<Fact *>(slot.get());
  }

private:
  class Builder;

  Unit(clang::ASTContext &context, Roles roles);

  clang::ASTContext &ast;
  Roles declaredRoles;
  std::deque<Function> owned;
  std::deque<Call> ownedCalls;
  std::vector<const Function *> inOrder;
  llvm::DenseMap<const clang::FunctionDecl *, const Function *> byDecl;
  llvm::DenseMap<const clang::Stmt *, const Call *> bySite;
  llvm::DenseMap<const clang::Stmt *, const clang::Stmt *> parents;
  llvm::DenseMap<const clang::Stmt *, const Function *> byBody;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<const clang::Expr *>>
      mentioned;
  llvm::DenseMap<const clang::FunctionDecl *, std::vector<const Call *>>
      callsByCallee;
  std::vector<const clang::VarDecl *> perThread;
  llvm::DenseMap<const clang::FieldDecl *, std::vector<const clang::Expr *>>
      fieldInits;
  llvm::DenseMap<const clang::CXXMethodDecl *,
                 std::vector<const clang::CXXMethodDecl *>>
      overridden;
  llvm::DenseMap<const Function *, std::unique_ptr<clang::CFG>> cfgs;
  llvm::DenseMap<const void *, std::shared_ptr<void>> facts;
};

} // namespace heddle::checks
