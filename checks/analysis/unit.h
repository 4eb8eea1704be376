// One index per translation unit, made by a single walk and shared by all checks.
#pragma once

#include "model/roles.h"

#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <vector>

namespace heddle::checks {

struct Function;

/// One place where control may leave a function for another: a call of any
/// syntax, a construction, or the destruction of a local variable.
struct Call {
  /// The expression, or for a destruction the variable's DeclStmt.
  const clang::Stmt *site;
  /// The function that runs, when the code names it or a callable was resolved
  /// to it; null for a call through an unknown pointer.
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
/// of a variable at namespace or class scope.
struct Function {
  /// Null for an initialiser.
  const clang::FunctionDecl *decl = nullptr;
  /// Set for an initialiser.
  const clang::VarDecl *variable = nullptr;
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
  /// The body of code that `stmt` is in, and the innermost one.
  const Function *functionOf(const clang::Stmt *stmt) const;

  /// The call that `expr` is; null for expressions that are none.
  const Call *call(const clang::Expr *expr) const;

  RoleSet roles(const clang::Decl *decl) const;
  /// Those of the callee and, for a function object, of the object called.
  RoleSet roles(const Call &call) const;

  /// The syntactic parent within the same function; null for its body.
  const clang::Stmt *parent(const clang::Stmt *stmt) const;

  /// Every mention of a variable, field or function in view. A member's is the
  /// MemberExpr, a constructor's initialiser counts as no mention.
  llvm::ArrayRef<const clang::Expr *> mentions(const clang::ValueDecl *decl) const;

  /// What constructors in view and the class itself initialise `field` with.
  llvm::ArrayRef<const clang::Expr *> initialisers(const clang::FieldDecl *field) const;

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
  std::vector<std::unique_ptr<Function>> owned;
  std::vector<std::unique_ptr<Call>> ownedCalls;
  std::vector<const Function *> inOrder;
  llvm::DenseMap<const clang::FunctionDecl *, const Function *> byDecl;
  llvm::DenseMap<const clang::Stmt *, const Call *> bySite;
  llvm::DenseMap<const clang::Stmt *, const clang::Stmt *> parents;
  llvm::DenseMap<const clang::Stmt *, const Function *> byBody;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<const clang::Expr *>> mentioned;
  llvm::DenseMap<const clang::FieldDecl *, std::vector<const clang::Expr *>> fieldInits;
  llvm::DenseMap<const clang::CXXMethodDecl *, std::vector<const clang::CXXMethodDecl *>>
      overridden;
  llvm::DenseMap<const Function *, std::unique_ptr<clang::CFG>> cfgs;
  llvm::DenseMap<const void *, std::shared_ptr<void>> facts;
};

} // namespace heddle::checks
