#include "nolint.h"

#include "paths.h"

#include "clang-tidy/GlobList.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"

using namespace llvm;

namespace heddle::tool {
namespace {

struct Suppression {
  std::string file, word;
  size_t offset = 0;
  unsigned line = 0;
  /// What it silences, both included.
  unsigned first = 0, last = 0;
  SmallVector<std::string> names;
};

std::vector<Suppression> findSuppressions(const std::string &file,
                                          Sources &sources) {
  std::vector<Suppression> found;
  SmallVector<size_t> begun;
  StringRef text = sources.text(file);
  Regex pattern("(NOLINT(NEXTLINE|BEGIN|END)?)\\(([^()\n]*heddle-[^()\n]*)\\)");
  SmallVector<StringRef> match;
  for (StringRef rest = text; pattern.match(rest, &match);
       rest = text.drop_front(match[0].end() - text.begin())) {
    Suppression suppression{
        file, match[1].str(), size_t(match[0].begin() - text.begin()), 0, 0, 0,
        {}};
    unsigned line =
        sources.locate({file, unsigned(suppression.offset), 0}).line;
    StringRef source = sources.line(file, line);
    if (source.ltrim().starts_with("#") || source.ends_with("\\"))
      continue;
    suppression.line = suppression.first = suppression.last = line;
    if (match[2] == "NEXTLINE")
      suppression.first = suppression.last = line + 1;
    if (match[2] == "END") {
      if (!begun.empty())
        found[begun.pop_back_val()].last = line;
      suppression.first = suppression.last = 0;
    }
    SmallVector<StringRef> names;
    SplitString(match[3], names, ", \t");
    for (StringRef name : names)
      if (name.starts_with("heddle-"))
        suppression.names.push_back(name.str());
    if (match[2] == "BEGIN") {
      suppression.last = ~0u;
      begun.push_back(found.size());
    }
    found.push_back(std::move(suppression));
  }
  return found;
}

bool silences(const Suppression &suppression, StringRef name,
              const Linter::Results &results, Sources &sources) {
  clang::tidy::GlobList glob(name);
  return any_of(results, [&](const auto &entry) {
    return any_of(entry.second.findings, [&](const Finding &finding) {
      const Span &where = finding.message.where;
      if (where.file != suppression.file || !glob.contains(finding.check))
        return false;
      unsigned line = sources.locate(where).line;
      return line >= suppression.first && line <= suppression.last;
    });
  });
}

std::string describe(const Suppression &suppression, StringRef name) {
  bool exists = is_contained(checkNames(), name) || name.contains('*');
  return formatv(
      "{0}:{1}: stale: {2}({3}) silences nothing{4}",
      displayPath(suppression.file), suppression.line, suppression.word, name,
      exists ? ""
             : ": there is no such check" + didYouMean(name, checkNames()));
}

} // namespace

std::vector<std::string> staleSuppressions(const Linter::Results &results,
                                           Linter &everyCheck) {
  Sources sources;
  std::map<std::string, std::vector<Suppression>> byFile;
  std::vector<size_t> units;
  for (const auto &[unit, result] : results) {
    bool hasSome = false;
    for (const Dependency &dependency : result.dependencies) {
      auto [it, isNew] = byFile.try_emplace(dependency.file);
      if (isNew)
        it->second = findSuppressions(dependency.file, sources);
      hasSome |= !it->second.empty();
    }
    if (hasSome)
      units.push_back(unit);
  }

  // Of the same length, so that offsets stay.
  Contents unsuppressed;
  for (const auto &[file, suppressions] : byFile)
    for (const Suppression &suppression : suppressions) {
      std::string &text =
          unsuppressed.try_emplace(file, sources.text(file).str())
              .first->second;
      text.replace(suppression.offset, 6, "no-lnt");
    }
  Linter::Results loud =
      everyCheck.lint(units, "looking for stale NOLINTs",
                      std::make_shared<const Contents>(unsuppressed));

  std::vector<std::string> stale;
  for (const auto &[file, suppressions] : byFile)
    for (const Suppression &suppression : suppressions)
      for (const std::string &name : suppression.names)
        if (suppression.last > 0 && !silences(suppression, name, loud, sources))
          stale.push_back(describe(suppression, name));
  return stale;
}

} // namespace heddle::tool
