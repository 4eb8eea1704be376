#include "framework/session.h"

#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringExtras.h"

#include <atomic>
#include <map>
#include <mutex>

using namespace clang;
using namespace clang::tidy;
using llvm::StringRef;

namespace heddle::checks {
namespace {

std::atomic<FixPolicy> fixPolicy{FixPolicy::Together};

std::mutex rootMutex;
std::string givenRoot;

std::string rootOf(const SourceManager &sm) {
  {
    std::lock_guard lock(rootMutex);
    if (!givenRoot.empty())
      return givenRoot;
  }
  OptionalFileEntryRef main = sm.getFileEntryRefForID(sm.getMainFileID());
  return main ? projectRoot(main->getName(),
                            sm.getFileManager().getVirtualFileSystem())
              : "/";
}

} // namespace

void setFixPolicy(FixPolicy policy) { fixPolicy = policy; }

void setProjectRoot(std::string directory) {
  std::lock_guard lock(rootMutex);
  givenRoot = std::move(directory);
}

std::shared_ptr<Session> Session::join(ClangTidyContext &context) {
  static std::mutex mutex;
  static std::map<ClangTidyContext *, std::weak_ptr<Session>> sessions;
  std::lock_guard lock(mutex);
  std::erase_if(sessions,
                [](const auto &item) { return item.second.expired(); });
  std::weak_ptr<Session> &slot = sessions[&context];
  std::shared_ptr<Session> session = slot.lock();
  if (!session)
    slot = session = std::make_shared<Session>();
  return session;
}

void Session::enter(const Check &check) {
  if (running++ == 0)
    leader = &check;
}

void Session::leave() {
  if (--running == 0 && ast)
    report();
}

const Source &Session::source() {
  if (!text)
    text.emplace(*ast, inclusions, rootOf(ast->getSourceManager()));
  return *text;
}

Finding &Session::add(Check &check, SourceLocation location, StringRef text) {
  findings.push_back({&check, check.current, Finding(location, text)});
  return findings.back().finding;
}

/// Code in a template is reported once, and fixed only if every instantiation
/// in view asks for the same fix.
void Session::settleInstantiations() {
  std::map<SourceLocation, unsigned> bodies;
  for (const Function *function : unit().functions())
    if (function->body)
      ++bodies[function->body->getBeginLoc()];

  using Key = std::tuple<Check *, SourceLocation>;
  std::map<Key, std::pair<Entry *, std::set<const Function *>>> first;
  std::deque<Entry> kept;
  auto changesOf = [](const Message &message) {
    return message.edits ? message.edits->changes() : std::vector<Change>();
  };
  for (Entry &entry : findings) {
    Key key(entry.check, entry.finding.messages.front().location);
    auto &[known, seenIn] = first[key];
    seenIn.insert(entry.function);
    if (!known) {
      known = &kept.emplace_back(std::move(entry));
      continue;
    }
    auto &ours = known->finding.messages, &theirs = entry.finding.messages;
    for (size_t i = 0; i < ours.size(); ++i)
      if (i >= theirs.size() || changesOf(ours[i]) != changesOf(theirs[i]))
        ours[i].edits.reset();
  }
  for (auto &[key, group] : first) {
    auto &[entry, seenIn] = group;
    if (!entry->function || !entry->function->body ||
        seenIn.size() == bodies[entry->function->body->getBeginLoc()])
      continue;
    for (Message &message : entry->finding.messages)
      message.edits.reset();
  }
  findings = std::move(kept);
}

/// Of one fault only the most specific check speaks. It counts also where it
/// yields to another itself, or is hidden by a comment: a person has judged the
/// fault then. A check that does not run has no say.
void Session::settlePrecedence() {
  using Line = std::pair<FileID, unsigned>;
  auto lineOf = [&](SourceLocation location) {
    auto [file, offset] =
        ast->getSourceManager().getDecomposedExpansionLoc(location);
    return Line(file, source().lineBegin(file, offset));
  };
  std::map<const CheckInfo *, std::set<Line>> covered;
  for (const Entry &entry : findings)
    for (SourceLocation place : entry.finding.covered)
      covered[&entry.check->info].insert(lineOf(place));
  std::erase_if(findings, [&](const Entry &entry) {
    return llvm::any_of(entry.check->info.yieldsTo, [&](StringRef name) {
      auto specific = covered.find(findCheck(("heddle-" + name).str()));
      return specific != covered.end() &&
             llvm::any_of(entry.finding.causes, [&](SourceLocation cause) {
               return specific->second.contains(lineOf(cause));
             });
    });
  });
}

/// A comment may hide the finding, and then nobody applies what it carries.
bool Session::maySuppress(const Entry &entry) {
  const SourceManager &sm = ast->getSourceManager();
  auto [file, offset] =
      sm.getDecomposedExpansionLoc(entry.finding.messages.front().location);
  unsigned begin = source().lineBegin(file, offset);
  if (begin > 0)
    begin = source().lineBegin(file, begin - 1);
  StringRef code = source().contents(file);
  return code.slice(begin, source().lineEnd(file, offset)).contains("NOLINT") ||
         code.contains("NOLINTBEGIN");
}

/// A comment in `line` hides the findings of the check called `name`.
static bool hides(StringRef line, StringRef keyword, StringRef name) {
  size_t at = line.find(keyword);
  if (at == StringRef::npos)
    return false;
  StringRef rest = line.drop_front(at + keyword.size());
  if (!rest.consume_front("("))
    return rest.empty() || !llvm::isAlpha(rest.front());
  llvm::SmallVector<StringRef, 4> hidden;
  rest.take_until([](char c) { return c == ')'; }).split(hidden, ',');
  return llvm::any_of(hidden, [&](StringRef each) {
    each = each.trim();
    return each.consume_back("*") ? name.starts_with(each) : name == each;
  });
}

/// A comment hides the finding for sure: nobody applies what it carries.
bool Session::isSuppressed(const Entry &entry) {
  auto [file, offset] = ast->getSourceManager().getDecomposedExpansionLoc(
      entry.finding.messages.front().location);
  unsigned begin = source().lineBegin(file, offset);
  StringRef code = source().contents(file), name;
  for (const RegisteredCheck &each : allChecks())
    if (each.info == &entry.check->info)
      name = each.name;
  return hides(code.slice(begin, source().lineEnd(file, offset)).rtrim(),
               "NOLINT", name) ||
         (begin > 0 &&
          hides(code.slice(source().lineBegin(file, begin - 1), begin).rtrim(),
                "NOLINTNEXTLINE", name));
}

void Session::settle(Message &message, const Entry &entry) {
  if (!message.edits)
    return;
  std::vector<Change> changes = message.edits->changes();
  bool together = fixPolicy == FixPolicy::Together;
  auto overlaps = [](const Change &a, const Change &b) {
    return a.span.file == b.span.file && a.span.begin <= b.span.end &&
           b.span.begin <= a.span.end;
  };
  if (changes.empty() ||
      (together && llvm::any_of(changes, [&](const Change &change) {
         return llvm::any_of(taken, [&](const Change &other) {
           return overlaps(change, other);
         });
       })))
    return;
  if (together && !isSuppressed(entry))
    taken.insert(taken.end(), changes.begin(), changes.end());
  for (const auto &include : message.edits->includes()) {
    if (together && carried.count(include))
      continue;
    if (!maySuppress(entry))
      carried.insert(include);
    if (auto place = source().includeFor(include.first, include.second))
      changes.push_back(
          {{include.first, place->first, place->first}, place->second});
  }
  for (Change &change : changes)
    change.text = source().withLineEnds(change.span.file, change.text);
  message.hints = asHints(changes, ast->getSourceManager());
}

void Session::settleFixes() {
  // Safe fixes are applied with or without those for review, so they come
  // first: none may depend on what another carries that nobody asked for.
  for (Entry &entry : findings)
    settle(entry.finding.messages.front(), entry);
  for (Entry &entry : findings)
    for (Message &message :
         llvm::drop_begin(llvm::MutableArrayRef(entry.finding.messages)))
      settle(message, entry);
}

void Session::report() {
  settleInstantiations();
  settlePrecedence();
  const SourceManager &sm = ast->getSourceManager();
  llvm::stable_sort(findings, [&](const Entry &a, const Entry &b) {
    return sm.isBeforeInTranslationUnit(a.finding.messages.front().location,
                                        b.finding.messages.front().location);
  });
  settleFixes();
  for (Entry &entry : findings) {
    auto level = DiagnosticIDs::Warning;
    for (const Message &message : entry.finding.messages) {
      DiagnosticBuilder builder =
          entry.check->ClangTidyCheck::diag(message.location, "%0", level);
      bool picked = fixPolicy == FixPolicy::Picked;
      bool toReview = level == DiagnosticIDs::Note && !message.hints.empty();
      builder << message.text + (picked && toReview ? reviewMark : "").str();
      // Without it, an editor would mark all that a fix removes.
      if (picked)
        builder << SourceRange(message.location);
      for (const FixItHint &hint : message.hints)
        builder << hint;
      level = DiagnosticIDs::Note;
    }
  }
  findings.clear();
}

} // namespace heddle::checks
