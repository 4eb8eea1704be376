/// One translation unit's run of all enabled checks.
#pragma once

#include "framework/check.h"

#include <deque>

namespace heddle::checks {

class Session {
public:
  /// The session that checks made with `context` take part in.
  static std::shared_ptr<Session> join(clang::tidy::ClangTidyContext &context);

  bool leads(const Check &check) const { return leader == &check; }
  void enter(const Check &check);
  void leave();

  Unit &unit() const { return Unit::of(*ast, roles); }
  const Source &source();

  Finding &add(Check &check, clang::SourceLocation location,
               llvm::StringRef text);
  Finding &last() { return findings.back().finding; }

  clang::ASTContext *ast = nullptr;
  std::shared_ptr<std::vector<Inclusion>> inclusions =
      std::make_shared<std::vector<Inclusion>>();
  std::string roles;

private:
  struct Entry {
    Check *check;
    const Function *function;
    Finding finding;
  };
  using Message = Finding::Message;

  void report();
  void settleInstantiations();
  void settlePrecedence();
  void settleFixes();
  void settle(Message &message, const Entry &entry);
  bool maySuppress(const Entry &entry);
  bool isSuppressed(const Entry &entry);

  const Check *leader = nullptr;
  unsigned running = 0;
  std::optional<Source> text;
  std::deque<Entry> findings;
  std::vector<Change> taken;
  std::set<std::pair<clang::FileID, std::string>> carried;
};

} // namespace heddle::checks
