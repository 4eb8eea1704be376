#include "rewrite/parallel_loop.h"

#include "rewrite/purity.h"
#include "rewrite/scope.h"
#include "rewrite/task_signature.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class ParallelLoop {
public:
  ParallelLoop(const Source &source, const SpawningLoop &shape,
               const LoopItems &items, const TaskSignature &signature,
               StringRef algorithm, StringRef options)
      : source(source), shape(shape), items(items), signature(signature),
        algorithm(algorithm),
        closing(options.empty() ? ");" : (", " + options + ");").str()),
        body(shape.body), lambda(shape.lambda), edits(source) {}

  Edits make() {
    edits.require(checkRound());
    if (edits)
      write();
    return edits;
  }

private:
  /// What a round does besides may as well happen within the task.
  bool checkRound() {
    if (!body)
      return true;
    for (const Stmt *statement : body->body()) {
      if (statement == shape.spawnStatement || statement == shape.add)
        continue;
      if (!isDeclaration(*statement) && !isSkip(*statement))
        return false;
    }
    return true;
  }

  bool isDeclaration(const Stmt &statement) const {
    const auto *declared = dyn_cast<DeclStmt>(&statement);
    return declared && llvm::all_of(declared->decls(), [&](const Decl *decl) {
             const auto *variable = dyn_cast<VarDecl>(decl);
             return variable && variable->isLocalVarDecl() &&
                    variable->hasLocalStorage() && variable->getInit() &&
                    (variable->getType()->isScalarType() ||
                     variable->getType()->isReferenceType()) &&
                    isPure(variable->getInit());
           });
  }

  /// `if (done(item)) continue;`, which ends the task's body instead.
  bool isSkip(const Stmt &statement) {
    const auto *branch = dyn_cast<IfStmt>(&statement);
    if (!branch || branch->getElse() || branch->getInit() ||
        branch->getConditionVariable() || !isPure(branch->getCond()) ||
        shape.addedCount)
      return false;
    const Stmt *then = branch->getThen();
    if (const auto *block = dyn_cast<CompoundStmt>(then))
      then = block->size() == 1 ? block->body_front() : nullptr;
    const auto *skip = dyn_cast_or_null<ContinueStmt>(then);
    if (!skip)
      return false;
    skips.push_back(skip);
    return true;
  }

  void write() {
    SourceLocation begin = shape.loop->stmt->getBeginLoc();
    auto whole = source.span(shape.loop->stmt->getSourceRange());
    auto task = source.span(lambda->getBody()->getSourceRange());
    auto end =
        source.statement(*(body ? shape.loop->stmt : shape.spawnStatement));
    auto spawnText = source.statement(*shape.spawnStatement);
    edits.rely(whole).require(task && end && spawnText);
    if (!edits)
      return;

    if (shape.declaration && !shape.keepsGroup)
      edits.remove(*shape.declaration);
    if (shape.add && shape.addedCount)
      edits.remove(*shape.add);
    if (!shape.keepsGroup)
      edits.remove(*shape.wait);
    for (const ContinueStmt *skip : skips)
      edits.replace(skip->getSourceRange(), "return");
    std::string head = qualifierOf(source, *shape.spawn) + algorithm.str() +
                       "(" + items.arguments + ", [" +
                       llvm::join(signature.captures, ", ") + "](" +
                       signature.parameter + ")";
    if (lambda->getCallOperator()->getExceptionSpecType() == EST_BasicNoexcept)
      head += " noexcept";
    head += " {";
    writeBody(*whole, *task, *end, *spawnText, head);
    edits.include("heddle/parallel.h", begin);
  }

  /// What is the iterator's in `use`, and what is the item's instead.
  std::pair<SourceRange, std::string> renaming(const Expr &use) const {
    const auto *arrow = dyn_cast<CXXOperatorCallExpr>(&use);
    if (arrow && arrow->getOperator() == OO_Arrow)
      return {
          SourceRange(arrow->getArg(0)->getBeginLoc(), arrow->getOperatorLoc()),
          items.itemName + "."};
    if (const auto *member = dyn_cast<MemberExpr>(&use))
      return {SourceRange(member->getBase()->getBeginLoc(),
                          member->getOperatorLoc()),
              items.itemName + "."};
    return {use.getSourceRange(), items.itemName};
  }

  /// The text of `span` with the item's name in it.
  std::string renamed(Span span) {
    std::string text;
    for (const Expr *use : items.iteratorUses) {
      auto [range, name] = renaming(*use);
      auto place = source.span(range);
      edits.require(place.has_value());
      if (!place || place->begin < span.begin || place->end > span.end)
        continue;
      text += source.text(Span{span.file, span.begin, place->begin});
      text += name;
      span.begin = place->end;
    }
    return text += source.text(span);
  }

  /// The loop's head and the spawn's go; the task's lines take the place of the
  /// spawn's, and what declares for them stays above.
  void writeBody(Span whole, Span task, Span end, Span spawnText,
                 const std::string &head) {
    FileID file = whole.file;
    StringRef outer = source.indentation(file, whole.begin);
    StringRef inner = source.indentation(file, spawnText.begin);
    StringRef unit = source.indentationUnit(file);
    Span content{file, task.begin + 1, task.end - 1};
    bool oneLine = !source.text(content).contains('\n');
    std::vector<std::string> comments = commentsAbove(spawnText);

    bool prologue = body && llvm::any_of(body->body(), [&](const Stmt *s) {
                      return s != shape.spawnStatement && s != shape.add;
                    });
    if (prologue) {
      auto brace = source.span(body->getLBracLoc());
      edits.require(brace.has_value());
      if (!edits)
        return;
      edits.replace(Span{file, whole.begin, brace->end}, head);
      if (shape.add && !shape.addedCount)
        edits.remove(*shape.add);
      // The spawn's own line goes, its task's lines move out to where it stood.
      edits.replace(
          Span{file, source.lineBegin(file, spawnText.begin),
               oneLine ? task.begin + 1 : source.lineEnd(file, task.begin) + 1},
          oneLine ? inner : "");
    } else {
      std::string opening = head;
      for (const std::string &comment : comments)
        opening += "\n" + (outer + unit).str() + comment;
      edits.require(!oneLine || comments.empty());
      edits.replace(Span{file, whole.begin, task.begin + 1}, opening);
    }
    if (oneLine) {
      writeLine(content, end, prologue, head.size(), outer, inner);
      return;
    }

    for (const Expr *use : items.iteratorUses) {
      auto [range, name] = renaming(*use);
      edits.replace(range, name);
    }
    // The lines of the body are as deep as the first one is.
    unsigned firstLine = source.lineEnd(file, task.begin) + 1;
    StringRef from = firstStatementIndentation(firstLine, content);
    std::string to = prologue ? inner.str() : (outer + unit).str();
    unsigned last = source.lineBegin(file, content.end);
    if (shape.done)
      edits.remove(*shape.done);
    edits.reindent(Span{file, firstLine, last}, from, to);
    edits.replace(Span{file, last, end.end}, (outer + "}" + closing).str());
  }

  /// What is said about the task on the lines right above it.
  std::vector<std::string> commentsAbove(Span statement) const {
    std::vector<std::string> comments;
    unsigned begin = source.lineBegin(statement.file, statement.begin);
    while (begin > 0) {
      unsigned above = source.lineBegin(statement.file, begin - 1);
      StringRef line = source.text(Span{statement.file, above, begin}).trim();
      if (!line.starts_with("//"))
        break;
      comments.insert(comments.begin(), line.str());
      begin = above;
    }
    return comments;
  }

  void writeLine(Span content, Span end, bool prologue, size_t headSize,
                 StringRef outer, StringRef inner) {
    StringRef text = source.text(content);
    bool broken = prologue || outer.size() + headSize + text.size() + 4 >
                                  source.columnLimit(content.file);
    std::string depth =
        prologue ? inner.str()
                 : (outer + source.indentationUnit(content.file)).str();
    std::string kept;
    const auto *taskBody = cast<CompoundStmt>(lambda->getBody());
    for (const Stmt *statement : taskBody->body()) {
      if (statement == shape.done)
        continue;
      auto span = source.statement(*statement);
      edits.require(span.has_value());
      if (!edits)
        return;
      bool inPlace = prologue && kept.empty();
      kept += inPlace ? "" : broken ? "\n" + depth : " ";
      kept += renamed(*span);
    }
    if (text.contains("//") || text.contains("/*")) {
      edits.require(false);
      return;
    }
    std::string tail =
        broken ? "\n" + outer.str() + "}" + closing : " }" + closing;
    edits.replace(Span{content.file, content.begin, end.end}, kept + tail);
  }

  StringRef firstStatementIndentation(unsigned firstLine, Span content) const {
    const auto *taskBody = cast<CompoundStmt>(lambda->getBody());
    if (taskBody->body_empty())
      return source.indentation(content.file, firstLine);
    return source.indentation(taskBody->body_front()->getBeginLoc());
  }

  const Source &source;
  const SpawningLoop &shape;
  const LoopItems &items;
  const TaskSignature &signature;
  StringRef algorithm;
  std::string closing;
  const CompoundStmt *body;
  const LambdaExpr *lambda;
  Edits edits;
  std::vector<const ContinueStmt *> skips;
};

} // namespace

Edits asParallelFor(Unit &unit, const Source &source, const Loop &loop,
                    const Call &spawn, StringRef options) {
  if (auto shape = spawningLoop(unit, loop, spawn))
    if (auto items = itemsOf(unit, source, *shape))
      if (auto signature = signatureOf(unit, source, *shape, *items))
        return ParallelLoop(source, *shape, *items, *signature, "parallel_for",
                            options)
            .make();
  return Edits(source).require(false);
}

Edits asConsume(Unit &unit, const Source &source, const Loop &loop,
                const Call &spawn) {
  auto shape = spawningLoop(unit, loop, spawn);
  const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt);
  if (!shape || shape->addedCount || !range || range->getInit() ||
      isa<DecompositionDecl>(range->getLoopVariable()))
    return Edits(source).require(false);
  StringRef stream = source.text(range->getRangeInit()->getSourceRange());
  LoopItems items;
  items.item = range->getLoopVariable();
  items.arguments =
      (stream + ", 4 * " + qualifierOf(source, spawn) + "available_procs()")
          .str();
  auto signature = signatureOf(unit, source, *shape, items);
  if (!signature || stream.empty())
    return Edits(source).require(false);
  return ParallelLoop(source, *shape, items, *signature, "consume", {})
      .make()
      .include("heddle/runtime.h", loop.stmt->getBeginLoc());
}

} // namespace heddle::checks
