#include "analysis/channel_making.h"

#include "analysis/channel_types.h"
#include "analysis/constants.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

void setCapacity(Unit &unit, ChannelInfo::Made &made, const Expr *argument) {
  if (!argument || isa<CXXDefaultArgExpr>(argument)) {
    made.capacity = 0;
    return;
  }
  made.capacityArgument = argument;
  made.capacity = constant(unit, argument);
}

// False if `init` does not make a channel itself.
bool readCapacity(Unit &unit, ChannelInfo::Made &made, const Expr &init) {
  const Expr *bare = init.IgnoreImplicit();
  if (const auto *list = dyn_cast<InitListExpr>(bare))
    bare = list->getNumInits() == 1 ? list->getInit(0)->IgnoreImplicit() : bare;
  const auto *construction = dyn_cast<CXXConstructExpr>(bare);
  if (!construction ||
      construction->getConstructor()->isCopyOrMoveConstructor())
    return false;
  setCapacity(unit, made,
              construction->getNumArgs() ? construction->getArg(0) : nullptr);
  return true;
}

bool isInMainFile(Unit &unit, const Decl &decl) {
  const SourceManager &sources = unit.context().getSourceManager();
  return sources.isInMainFile(sources.getExpansionLoc(decl.getLocation()));
}

// The classes whose objects go to code that is not in view, or come from it.
class Travellers {
public:
  explicit Travellers(Unit &unit) {
    for (const Function *fn : unit.functions()) {
      if (fn->decl && fn->decl->isExternallyVisible() && !fn->lambda &&
          !fn->decl->isMain() && unit.callsOf(fn->decl).empty() &&
          unit.mentions(fn->decl).empty())
        for (const ParmVarDecl *parameter : fn->decl->parameters())
          add(parameter->getType());
      for (const Call *call : fn->calls)
        if (call->callee && !unit.function(call->callee) &&
            unit.roles(*call).empty() && !isStandard(*call->callee) &&
            !call->callee->isImplicit() && !call->callee->isDefaulted())
          for (const Expr *argument : call->args())
            add(argument->getType());
    }
  }

  bool has(const RecordDecl &record) const {
    return found.contains(record.getFirstDecl());
  }

private:
  // The class itself, and those that it is made for: `Channel<Request> &`.
  void add(QualType type) {
    type = type.getNonReferenceType();
    while (type->isPointerType() || type->isArrayType())
      type = type->isPointerType()
                 ? type->getPointeeType()
                 : QualType(type->getArrayElementTypeNoTypeQual(), 0);
    if (const auto *function = type->getAs<FunctionProtoType>())
      for (QualType parameter : function->param_types())
        add(parameter);
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    if (!record || !found.insert(record->getFirstDecl()).second)
      return;
    if (const auto *made = dyn_cast<ClassTemplateSpecializationDecl>(record))
      for (const TemplateArgument &argument : made->getTemplateArgs().asArray())
        if (argument.getKind() == TemplateArgument::Type)
          add(argument.getAsType());
  }

  llvm::DenseSet<const TagDecl *> found;
};

bool isOnlyUsedInView(Unit &unit, const FieldDecl &field) {
  const auto *record = dyn_cast<CXXRecordDecl>(field.getParent());
  return record && field.getAccess() == AS_private && !record->hasFriends() &&
         llvm::all_of(record->methods(), [&](const CXXMethodDecl *method) {
           return method->isImplicit() || method->isDefaulted() ||
                  method->isDeleted() || unit.function(method);
         });
}

} // namespace

std::optional<MadeHere> madeBy(Unit &unit, const ValueDecl &decl) {
  if (!isa<VarDecl, FieldDecl>(decl) || isa<ParmVarDecl>(decl) ||
      decl.getType()->isReferenceType() || !isChannel(unit, decl.getType()))
    return std::nullopt;
  MadeHere here;
  here.made.variable = &decl;
  if (const auto *variable = dyn_cast<VarDecl>(&decl)) {
    here.made.function =
        unit.function(dyn_cast<FunctionDecl>(variable->getDeclContext()));
    here.isTaken = !variable->getInit() ||
                   !readCapacity(unit, here.made, *variable->getInit());
    return here;
  }
  const auto &field = cast<FieldDecl>(decl);
  llvm::ArrayRef<const Expr *> values = unit.initialisers(&field);
  if (values.empty() && !field.hasInClassInitializer())
    here.made.capacity = 0;
  else if (values.size() == 1)
    readCapacity(unit, here.made, *values.front());
  return here;
}

std::optional<ChannelInfo::Made> madeBy(Unit &unit, const Expr &expr,
                                        const Function *function) {
  const auto *call = dyn_cast<CallExpr>(&expr);
  const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
  if (!callee || !llvm::is_contained({"heddle::make_channel",
                                      "std::make_shared", "std::make_unique"},
                                     tableName(*callee)))
    return std::nullopt;
  ChannelInfo::Made made;
  made.expr = &expr;
  made.function = function;
  setCapacity(unit, made, call->getNumArgs() ? call->getArg(0) : nullptr);
  return made;
}

bool isOpen(Unit &unit, const ValueDecl &decl) {
  if (const auto *variable = dyn_cast<VarDecl>(&decl))
    return variable->hasGlobalStorage() && !variable->isStaticLocal() &&
           !llvm::all_of(variable->redecls(), [&](const VarDecl *redecl) {
             return isInMainFile(unit, *redecl);
           });
  if (const auto *field = dyn_cast<FieldDecl>(&decl))
    return (!isInMainFile(unit, *field->getParent()) ||
            unit.get<Travellers>().has(*field->getParent())) &&
           !isOnlyUsedInView(unit, *field);
  return !isInMainFile(unit, decl) && decl.getAccess() != AS_private;
}

} // namespace heddle::checks
