#include "rewrite/invoke_all.h"

#include "rewrite/scope.h"
#include "rewrite/spawned_task.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class InvokeAll {
public:
  InvokeAll(Unit &unit, const Source &source, const ForkJoin &fork)
      : unit(unit), source(source), fork(fork), edits(source) {
    for (const ForkJoin::Branch &branch : fork.branches)
      tasks.emplace_back(unit, fork, branch);
  }

  Edits make() {
    edits.require(fork.isPrivate && fork.join.through &&
                  onlyCall(unit, fork.wait) == fork.join.wait &&
                  llvm::all_of(tasks, [&](const SpawnedTask &task) {
                    return task.isPlain() && task.lambda &&
                           (objectOf(task.start) == fork.join.through ||
                            (task.signal && !task.returns()));
                  }));
    if (edits && findPlumbing())
      write();
    return edits;
  }

private:
  // The group's declaration and the counts, which go; nothing else may stand
  // between the spawns, or use the group.
  bool findPlumbing() {
    const Stmt *declared = tasks.front().declaration();
    edits.require(declared != nullptr);
    if (!edits)
      return false;
    plumbing = {declared, fork.wait};
    unsigned uses = 1;
    for (int offset = 1;; ++offset) {
      const Stmt *next = neighbour(unit, declared, offset);
      if (next == fork.wait || !next)
        break;
      const Call *call = onlyCall(unit, next);
      if (call && objectOf(*call) == fork.join.through &&
          !unit.roles(*call).has(Role::Spawns)) {
        plumbing.push_back(next);
        ++uses;
      } else if (isBehindFirst(next)) {
        edits.require(llvm::any_of(fork.branches, [&](const auto &branch) {
          return branch.statement == next;
        }));
      }
    }
    for (const SpawnedTask &task : tasks) {
      uses += (objectOf(task.start) == fork.join.through) +
              (task.signal != nullptr) + task.capturedUses();
    }
    edits.require(tasks.front().sharesOnly(uses));
    return bool(edits);
  }

  bool isBehindFirst(const Stmt *statement) const {
    for (int offset = 1; const Stmt *next = neighbour(
                             unit, fork.branches.front().statement, offset);
         ++offset)
      if (next == statement)
        return true;
    return false;
  }

  void write() {
    std::string head = qualifierOf(source, tasks.front().start) + "invoke_all(";
    auto first = source.statement(*fork.branches.front().statement);
    edits.rely(SourceRange(fork.branches.front().statement->getBeginLoc(),
                           fork.wait->getEndLoc()));
    edits.require(first.has_value());
    if (!edits)
      return;
    FileID file = first->file;
    std::string outer = source.indentation(file, first->begin).str();
    std::string inner = outer + std::string(4, ' ');
    bool broken = !fitsInLines(outer.size() + head.size());
    std::string separator =
        "\n" + (broken ? inner : outer + std::string(head.size(), ' '));
    std::optional<unsigned> end;
    std::string comments;
    for (const SpawnedTask &task : tasks) {
      auto lambda = source.span(task.lambda->getSourceRange());
      auto statement = source.statement(*task.branch.statement);
      edits.require(lambda && statement);
      if (!edits)
        return;
      if (end)
        comments = commentsIn(source.text(Span{file, *end, statement->begin}),
                              separator);
      edits.replace(Span{file, end ? *end : first->begin, lambda->begin},
                    end ? "," + comments + separator
                        : head + (broken ? separator : std::string()));
      end = lambda->end;
      if (task.signal)
        edits.remove(*task.signal);
      edits.removeCapture(*task.lambda, fork.join.through);
      if (broken)
        indent(task, *lambda, outer, inner);
      if (&task == &tasks.back())
        edits.replace(Span{file, lambda->end, statement->end}, ");");
    }
    for (const Stmt *statement : plumbing)
      if (!isBetween(statement))
        edits.remove(*statement);
    edits.include("heddle/parallel.h", tasks.front().start.location());
  }

  // The comment that ends the line of one task, and those above the next.
  static std::string commentsIn(StringRef between, StringRef separator) {
    std::string kept;
    auto [line, rest] = between.split('\n');
    if (size_t at = line.find("//"); at != StringRef::npos)
      kept = (" " + line.drop_front(at).rtrim()).str();
    while (!rest.empty()) {
      std::tie(line, rest) = rest.split('\n');
      if (line.trim().starts_with("//"))
        kept += (separator + line.trim()).str();
    }
    return kept;
  }

  // The lines of the lambda but for the first, and but for the one that goes.
  void indent(const SpawnedTask &task, Span lambda, StringRef from,
              StringRef to) {
    unsigned begin =
        std::min(source.lineEnd(lambda.file, lambda.begin) + 1, lambda.end);
    if (auto gone =
            task.signal ? source.statement(*task.signal) : std::nullopt) {
      unsigned line = source.lineBegin(lambda.file, gone->begin);
      edits.reindent(Span{lambda.file, begin, std::max(begin, line)}, from, to);
      begin =
          std::max(begin, std::min(source.lineEnd(lambda.file, gone->end) + 1,
                                   lambda.end));
    }
    edits.reindent(Span{lambda.file, begin, lambda.end}, from, to);
  }

  // Gone with what stands between two lambdas.
  bool isBetween(const Stmt *statement) const {
    return statement != fork.wait && isBehindFirst(statement);
  }

  bool fitsInLines(size_t indentation) const {
    return llvm::all_of(tasks, [&](const SpawnedTask &task) {
      auto span = source.span(task.lambda->getSourceRange());
      return span && !source.text(*span).contains('\n') &&
             indentation + span->end - span->begin + 2 <=
                 source.columnLimit(span->file);
    });
  }

  Unit &unit;
  const Source &source;
  const ForkJoin &fork;
  std::vector<SpawnedTask> tasks;
  llvm::SmallVector<const Stmt *, 4> plumbing;
  Edits edits;
};

} // namespace

Edits asInvokeAll(Unit &unit, const Source &source, const ForkJoin &fork) {
  return InvokeAll(unit, source, fork).make();
}

} // namespace heddle::checks
