#include "rewrite/shared_map.h"

#include "analysis/guarded.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/declarations.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

// `it == map.end()` or `it != map.end()`.
struct EndTest {
  bool found;
};

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, const GuardedMap &guarded)
      : unit(unit), source(source), map(*guarded.map), guarded(guarded) {}

  Edits rewritten(StringRef type) {
    Edits result(source);
    result.require(isOnlyUsedInView(unit, &map) && isDefaultMade() &&
                   isHashed() && isOnlyUsedInSections());
    changeType(result, source, map, [&](StringRef written) {
      return (type + written.substr(written.find('<'))).str();
    });
    for (const LockRegion *section : guarded.sections)
      if (result.require(section->statements.has_value()))
        rewrite(result, section->statements->statements());
    return removeLock(result, unit, source, *guarded.lock, guarded.sections)
        .include("heddle/map.h", map.getLocation());
  }

private:
  bool isDefaultMade() const {
    if (const auto *field = dyn_cast<FieldDecl>(&map))
      return !field->hasInClassInitializer() &&
             unit.initialisers(field).empty();
    const Expr *init = cast<VarDecl>(map).getInit();
    const auto *made = dyn_cast_or_null<CXXConstructExpr>(
        init ? init->IgnoreImplicit() : init);
    return !init || (made && made->getNumArgs() == 0);
  }

  // Only keys that have a hash, and no comparison of the map's own.
  bool isHashed() const {
    const auto *instance = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        map.getType()->getAsCXXRecordDecl());
    const auto *declarator = dyn_cast<DeclaratorDecl>(&map);
    if (!instance || !declarator || instance->getTemplateArgs().size() < 2)
      return false;
    auto written = declarator->getTypeSourceInfo()
                       ->getTypeLoc()
                       .getUnqualifiedLoc()
                       .getAs<TemplateSpecializationTypeLoc>();
    QualType key = instance->getTemplateArgs()[0].getAsType();
    const CXXRecordDecl *record = key->getAsCXXRecordDecl();
    return written && written.getNumArgs() == 2 &&
           (key->isIntegralOrEnumerationType() || key->isPointerType() ||
            (record && record->isInStdNamespace() &&
             record->getName().starts_with("basic_string")));
  }

  bool isOnlyUsedInSections() const {
    return llvm::all_of(unit.mentions(&map), [&](const Expr *mention) {
      return isa_and_nonnull<LambdaExpr>(unit.parent(mention)) ||
             llvm::any_of(guarded.sections, [&](const LockRegion *section) {
               return section->statements &&
                      llvm::any_of(section->statements->statements(),
                                   [&](const Stmt *statement) {
                                     return contains(statement, mention);
                                   });
             });
    });
  }

  void rewrite(Edits &result, llvm::ArrayRef<Stmt *> statements) {
    if (statements.size() == 1)
      step(result, *statements.front());
    else
      lookUp(result, statements);
  }

  bool isMap(const Expr *expr) const {
    expr = expr ? expr->IgnoreParenImpCasts() : nullptr;
    if (const auto *member = dyn_cast_or_null<MemberExpr>(expr))
      return member->getMemberDecl() == &map;
    const auto *ref = dyn_cast_or_null<DeclRefExpr>(expr);
    return ref && ref->getDecl() == &map;
  }

  // The call of one of the map's own methods that `expr` is.
  const CXXMemberCallExpr *method(const Expr *expr, StringRef name) const {
    const auto *call = dyn_cast_or_null<CXXMemberCallExpr>(
        expr ? expr->IgnoreUnlessSpelledInSource() : nullptr);
    return call && isMap(call->getImplicitObjectArgument()) &&
                   call->getMethodDecl()->getIdentifier() &&
                   call->getMethodDecl()->getName() == name
               ? call
               : nullptr;
  }

  const CXXOperatorCallExpr *subscript(const Stmt *stmt) const {
    const auto *call = dyn_cast_or_null<CXXOperatorCallExpr>(stmt);
    return call && call->getOperator() == OO_Subscript && isMap(call->getArg(0))
               ? call
               : nullptr;
  }

  const CXXOperatorCallExpr *subscriptIn(const Stmt *stmt) const {
    if (!stmt || subscript(stmt))
      return subscript(stmt);
    for (const Stmt *child : stmt->children())
      if (const auto *found = subscriptIn(child))
        return found;
    return nullptr;
  }

  unsigned mentionsIn(const Stmt &statement) const {
    return llvm::count_if(unit.mentions(&map), [&](const Expr *mention) {
      return contains(&statement, mention);
    });
  }

  std::string text(const Expr &expr) const {
    return source.text(expr.IgnoreUnlessSpelledInSource()->getSourceRange())
        .str();
  }

  std::string nameIn(const Expr &object) const { return text(object); }

  void step(Edits &result, const Stmt &statement) {
    if (!result.require(mentionsIn(statement) == 1))
      return;
    const auto *returned = dyn_cast<ReturnStmt>(&statement);
    const auto *expr = dyn_cast<Expr>(&statement);
    if (returned) {
      const Expr *value = returned->getRetValue();
      if (const auto *call = method(value, "count"))
        return rename(result, *call, "contains");
      result.require(method(value, "contains") || method(value, "size") ||
                     method(value, "empty"));
      return;
    }
    if (!result.require(expr))
      return;
    for (StringRef kept : {"erase", "insert_or_assign", "clear"})
      if (method(expr, kept))
        return;
    for (StringRef name : {"emplace", "try_emplace"})
      if (const auto *call = method(expr, name)) {
        result.require(call->getNumArgs() == 2);
        return rename(result, *call, "insert");
      }
    if (!assign(result, *expr))
      update(result, *expr);
  }

  void rename(Edits &result, const CXXMemberCallExpr &call, StringRef name) {
    result.replace(
        SourceRange(
            cast<MemberExpr>(call.getCallee()->IgnoreParens())->getMemberLoc()),
        name);
  }

  // `map[key] = value`
  bool assign(Edits &result, const Expr &expr) {
    const Expr *left = nullptr, *right = nullptr;
    const Expr *plain = expr.IgnoreUnlessSpelledInSource();
    if (const auto *op = dyn_cast<BinaryOperator>(plain);
        op && op->getOpcode() == BO_Assign) {
      left = op->getLHS();
      right = op->getRHS();
    } else if (const auto *call = dyn_cast<CXXOperatorCallExpr>(plain);
               call && call->getOperator() == OO_Equal) {
      left = call->getArg(0);
      right = call->getArg(1);
    }
    const auto *element =
        left ? subscript(left->IgnoreUnlessSpelledInSource()) : nullptr;
    if (!element || isa<InitListExpr>(right->IgnoreUnlessSpelledInSource()))
      return false;
    result.replace(expr.getSourceRange(),
                   nameIn(*element->getArg(0)) + ".insert_or_assign(" +
                       text(*element->getArg(1)) + ", " + text(*right) + ")");
    return true;
  }

  // `map[key] += n`, `map[key].push_back(item)`
  void update(Edits &result, const Expr &expr) {
    const auto *element = subscriptIn(&expr);
    auto whole = source.span(expr.getSourceRange());
    auto part = element ? source.span(element->getSourceRange()) : std::nullopt;
    if (!result.require(whole && part && isPure(element->getArg(1)) &&
                        isFreeName(unit, source, "value", expr)))
      return;
    StringRef code = source.text(*whole);
    StringRef before = code.take_front(part->begin - whole->begin);
    StringRef after = code.drop_front(part->end - whole->begin);
    result.replace(whole, nameIn(*element->getArg(0)) + ".update(" +
                              text(*element->getArg(1)) +
                              ", [&](auto &value) { " + before + "value" +
                              after + "; })");
  }

  // `auto it = map.find(key); if (it == map.end()) return none; return
  // it->second;` in its forms.
  void lookUp(Edits &result, llvm::ArrayRef<Stmt *> statements) {
    const auto *branch =
        statements.size() > 1
            ? dyn_cast<IfStmt>(statements[statements.size() - 2])
            : nullptr;
    const auto *last = dyn_cast<ReturnStmt>(statements.back());
    const DeclStmt *declaration =
        branch && branch->hasInitStorage()
            ? dyn_cast_or_null<DeclStmt>(branch->getInit())
            : dyn_cast<DeclStmt>(statements.front());
    unsigned expected = branch ? (branch->hasInitStorage() ? 2 : 3) : 2;
    const auto *place = declaration && declaration->isSingleDecl()
                            ? dyn_cast<VarDecl>(declaration->getSingleDecl())
                            : nullptr;
    const auto *search = place ? method(place->getInit(), "find") : nullptr;
    if (!result.require(search && last && last->getRetValue() &&
                        statements.size() == expected))
      return;
    const Expr *condition = branch ? branch->getCond() : nullptr;
    const Expr *yes = nullptr, *no = last->getRetValue();
    if (branch) {
      const Stmt *then = branch->getThen();
      if (const auto *block = dyn_cast<CompoundStmt>(then);
          block && block->size() == 1)
        then = block->body_front();
      const auto *returned = dyn_cast<ReturnStmt>(then);
      yes = returned && !branch->getElse() ? returned->getRetValue() : nullptr;
    } else if (const auto *choice = dyn_cast<ConditionalOperator>(
                   no->IgnoreUnlessSpelledInSource())) {
      condition = choice->getCond();
      yes = choice->getTrueExpr();
      no = choice->getFalseExpr();
    }
    auto test = endTest(condition, *place);
    if (!result.require(test && yes))
      return;
    const Expr *value = test->found ? yes : no;
    const Expr *none = test->found ? no : yes;
    result.require(isSecondOf(*value, *place));
    std::string call = nameIn(*search->getImplicitObjectArgument()) + ".get(" +
                       text(*search->getArg(0)) + ")";
    if (!isNone(*none)) {
      QualType mapped = mappedType();
      QualType returned = last->getRetValue()->getType();
      result.require(isPure(none) && !mapped.isNull() &&
                     unit.context().hasSameUnqualifiedType(mapped, returned));
      call += ".value_or(" + text(*none) + ")";
    }
    for (const Stmt *statement : statements.drop_back())
      result.remove(*statement);
    result.replace(source.statement(*last), "return " + call + ";");
  }

  QualType mappedType() const {
    return cast<ClassTemplateSpecializationDecl>(
               map.getType()->getAsCXXRecordDecl())
        ->getTemplateArgs()[1]
        .getAsType();
  }

  std::optional<EndTest> endTest(const Expr *condition,
                                 const VarDecl &place) const {
    if (!condition)
      return std::nullopt;
    condition = condition->IgnoreUnlessSpelledInSource();
    if (const auto *rewritten =
            dyn_cast<CXXRewrittenBinaryOperator>(condition)) {
      bool found = rewritten->getOperator() == BO_NE;
      return comparesEnd(rewritten->getLHS(), rewritten->getRHS(), place)
                 ? std::optional(EndTest{found})
                 : std::nullopt;
    }
    const auto *call = dyn_cast<CXXOperatorCallExpr>(condition);
    if (!call || call->getNumArgs() != 2 ||
        (call->getOperator() != OO_EqualEqual &&
         call->getOperator() != OO_ExclaimEqual) ||
        !comparesEnd(call->getArg(0), call->getArg(1), place))
      return std::nullopt;
    return EndTest{call->getOperator() == OO_ExclaimEqual};
  }

  bool comparesEnd(const Expr *a, const Expr *b, const VarDecl &place) const {
    auto named = [&](const Expr *expr) {
      return namedBy(expr->IgnoreUnlessSpelledInSource()) == &place;
    };
    auto end = [&](const Expr *expr) {
      return method(expr, "end") || method(expr, "cend");
    };
    return (named(a) && end(b)) || (named(b) && end(a));
  }

  // `it->second`, or what is made of nothing else.
  bool isSecondOf(const Expr &expr, const VarDecl &place) const {
    const Expr *value = expr.IgnoreUnlessSpelledInSource();
    if (const auto *made = dyn_cast<CXXConstructExpr>(value))
      return made->getNumArgs() == 1 && isSecondOf(*made->getArg(0), place);
    if (const auto *cast = dyn_cast<CXXFunctionalCastExpr>(value))
      return isSecondOf(*cast->getSubExpr(), place);
    const auto *member = dyn_cast<MemberExpr>(value);
    return member && member->getMemberDecl()->getName() == "second" &&
           mentions(member->getBase(), &place);
  }

  static bool isNone(const Expr &expr) {
    const Expr *value = expr.IgnoreUnlessSpelledInSource();
    const auto *ref = dyn_cast<DeclRefExpr>(value);
    return ref && ref->getDecl()->getName() == "nullopt";
  }

  Unit &unit;
  const Source &source;
  const ValueDecl &map;
  const GuardedMap &guarded;
};

} // namespace

Edits asSharedMap(Unit &unit, const Source &source, const GuardedMap &guarded,
                  StringRef type) {
  return Rewriter(unit, source, guarded).rewritten(type);
}

} // namespace heddle::checks
