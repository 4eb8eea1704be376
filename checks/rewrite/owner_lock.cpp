#include "rewrite/owner_lock.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"
#include "rewrite/channel_edits.h"
#include "rewrite/command_text.h"
#include "rewrite/owner_removal.h"
#include "rewrite/scope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

/// Where `word` stands in `text`, as a whole.
std::vector<unsigned> placesOf(StringRef word, StringRef text) {
  auto isPart = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  std::vector<unsigned> places;
  for (size_t at = text.find(word); at != StringRef::npos;
       at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    if ((at == 0 || !isPart(text[at - 1])) &&
        (end == text.size() || !isPart(text[end])))
      places.push_back(at);
  }
  return places;
}

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source, const OwnerTask &owner)
      : unit(unit), source(source), owner(owner),
        made(*owner.commands->onlyMade()), edits(source) {}

  Edits rewrite() {
    file = source.manager().getFileID(made.location());
    mutex = freeMutexName();
    if (!edits.require(!made.expr && made.variable && !mutex.empty() &&
                       isStateSeen()))
      return edits;
    edits.add(withoutOwner(unit, source, owner));
    for (const RoundTrip &trip : owner.trips)
      if (edits)
        ask(trip);
    declare();
    if (edits)
      dropRecord();
    return edits.include("heddle/mutex.h", made.location())
        .include("mutex", made.location());
  }

private:
  std::string freeMutexName() const {
    StringRef channel = made.variable->getName();
    StringRef tail = channel.ends_with("_") ? "_" : "";
    std::string own =
        (owner.state->getName().rtrim('_') + "_mutex" + tail).str();
    for (const std::string &name : {("mutex" + tail).str(), own})
      if (placesOf(name, source.contents(file)).empty())
        return name;
    return {};
  }

  // The askers can name it as the owner does.
  bool isStateSeen() const {
    const auto *variable = dyn_cast<VarDecl>(owner.state);
    if (!variable || variable->hasGlobalStorage() || ownStateOf(owner))
      return true;
    const Function *at = made.function;
    return at && variable->getDeclContext() == at->decl &&
           !isa<ParmVarDecl>(variable) &&
           !variable->getType()->isReferenceType();
  }

  void ask(const RoundTrip &trip) {
    const Stmt *declared = declarationOf(unit, *trip.made);
    const Stmt *sent = statementOf(unit, trip.request->site);
    const Stmt *received = neighbour(unit, sent, 1);
    if (!edits.require(declared && cast<DeclStmt>(declared)->isSingleDecl() &&
                       sent && onlyCall(unit, sent) == trip.request &&
                       contains(received, trip.receive->site()) &&
                       isFreeName(unit, source, "lock", *sent)))
      return;
    CommandText text(unit, source, owner, trip);
    std::string indentation = source.indentation(sent->getBeginLoc()).str();
    const auto *returned = dyn_cast<ReturnStmt>(received);
    bool isDropped = onlyCall(unit, received) == trip.receive->call;
    bool isLast = returned || !neighbour(unit, received, 1);
    std::string unitOf = isLast ? "" : source.indentationUnit(file).str();
    auto steps = text.statements(indentation + unitOf);
    auto answer = text.answer();
    auto from = source.statement(*sent), to = source.statement(*received);
    if (!edits.require(steps && answer && from && to &&
                       (isDropped || (returned && isValueOf(*returned, trip)))))
      return;
    std::string code = indentation + unitOf + "std::lock_guard lock(" + mutex +
                       ");\n" + *steps;
    if (returned)
      code += indentation + "return " + *answer + ";\n";
    if (!isLast)
      code = indentation + "{\n" + code + indentation + "}\n";
    edits.remove(*declared).replace(Span{from->file, from->begin, to->end},
                                    StringRef(code).trim());
  }

  // `return *reply.receive();`
  static bool isValueOf(const ReturnStmt &returned, const RoundTrip &trip) {
    const Expr *value = returned.getRetValue()->IgnoreUnlessSpelledInSource();
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(value))
      value = op->getOperator() == OO_Star ? op->getArg(0) : value;
    else if (const auto *call = dyn_cast<CXXMemberCallExpr>(value);
             call && call->getMethodDecl()->getIdentifier() &&
             call->getMethodDecl()->getName() == "value")
      value = call->getImplicitObjectArgument();
    return value->IgnoreUnlessSpelledInSource() == trip.receive->call->site &&
           value != returned.getRetValue()->IgnoreUnlessSpelledInSource();
  }

  void declare() {
    const auto *variable = dyn_cast<VarDecl>(made.variable);
    bool isStatic = variable && variable->getStorageClass() == SC_Static;
    std::string prefix = isStatic ? "static " : "";
    std::string code = prefix + "heddle::Mutex " + mutex;
    if (const Stmt *own = ownStateOf(owner)) {
      StringRef text = source.text(own->getSourceRange());
      text.consume_back(";");
      edits.require(!text.empty() && !text.starts_with("auto"));
      code += ";\n" + source.indentation(made.location()).str() + prefix +
              text.str();
    }
    edits
        .require(!variable || isStatic ||
                 variable->getStorageClass() == SC_None)
        .replace(made.variable->getSourceRange(), code);
  }

  // The type of the commands, if nothing else is left that names it.
  void dropRecord() {
    const VarDecl *item = itemOf(unit, *owner.receive);
    const CXXRecordDecl *record = nullptr;
    for (const RoundTrip &trip : owner.trips)
      record = trip.request->args()[0]
                   ->getType()
                   .getNonReferenceType()
                   ->getAsCXXRecordDecl();
    auto whole = record && item && !isStandard(*record) &&
                         record->getIdentifier() && !record->isLambda()
                     ? source.span(record->getSourceRange())
                     : std::nullopt;
    if (!whole || whole->file != file ||
        source.contents(file)[whole->end] != ';')
      return;
    ++whole->end;
    std::vector<Change> changes = edits.changes();
    for (unsigned place : placesOf(record->getName(), source.contents(file)))
      if ((place < whole->begin || place >= whole->end) &&
          llvm::none_of(changes, [&](const Change &change) {
            return change.span.file == file && change.span.begin <= place &&
                   place < change.span.end;
          }))
        return;
    edits.remove(whole);
  }

  Unit &unit;
  const Source &source;
  const OwnerTask &owner;
  const ChannelInfo::Made &made;
  Edits edits;
  FileID file;
  std::string mutex;
};

} // namespace

Edits asLock(Unit &unit, const Source &source, const OwnerTask &owner) {
  return Rewriter(unit, source, owner).rewrite();
}

} // namespace heddle::checks
