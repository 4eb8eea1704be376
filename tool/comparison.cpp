#include "comparison.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// Where a finding was before the change. No file: the file is new. No line:
/// the change wrote the line.
struct Origin {
  std::string file;
  std::optional<unsigned> line;
  /// The change wrote its line, or took it away.
  bool isMovable = false;
};

class Origins {
public:
  explicit Origins(const Change &change) {
    for (const ChangedFile &file : change.files) {
      byNameBefore[file.before] = &file;
      byNameAfter[file.after] = &file;
    }
  }

  Origin ofAfter(const Span &where, Sources &sources) const {
    unsigned line = sources.locate(where).line;
    auto file = byNameAfter.find(where.file);
    if (file == byNameAfter.end())
      return {where.file, line};
    auto before = file->second->lineBefore(line);
    return {file->second->before, before, !before};
  }

  Origin ofBefore(const Span &where, Sources &sources) const {
    unsigned line = sources.locate(where).line;
    auto file = byNameBefore.find(where.file);
    return {where.file, line,
            file != byNameBefore.end() && file->second->removes(line)};
  }

private:
  std::map<std::string, const ChangedFile *> byNameBefore, byNameAfter;
};

using Key = std::tuple<std::string, std::string, std::string, unsigned>;

} // namespace

Comparison::Result Comparison::compare() const {
  std::vector<Origin> origins, places;
  Origins of(change);
  for (const Finding &finding : after)
    origins.push_back(of.ofAfter(finding.message.where, sourcesAfter));
  for (const Finding &finding : before)
    places.push_back(of.ofBefore(finding.message.where, sourcesBefore));

  std::vector<bool> isKnown(after.size()), isThere(before.size());
  auto pairUp =
      [&](function_ref<std::optional<Key>(const Finding &, const Origin &)>
              keyOf) {
        std::map<Key, std::vector<size_t>> open;
        for (size_t i = before.size(); i-- > 0;)
          if (auto key = keyOf(before[i], places[i]); key && !isThere[i])
            open[*key].push_back(i);
        for (size_t i = 0; i < after.size(); ++i) {
          if (isKnown[i])
            continue;
          std::optional<Key> key = keyOf(after[i], origins[i]);
          auto candidates = key ? open.find(*key) : open.end();
          if (candidates == open.end() || candidates->second.empty())
            continue;
          isThere[candidates->second.back()] = isKnown[i] = true;
          candidates->second.pop_back();
        }
      };
  pairUp([](const Finding &finding, const Origin &at) -> std::optional<Key> {
    if (!at.line)
      return std::nullopt;
    return Key{finding.check, finding.fingerprint, at.file, *at.line};
  });
  pairUp([](const Finding &finding, const Origin &at) -> std::optional<Key> {
    if (!at.line)
      return std::nullopt;
    return Key{finding.check, "", at.file, *at.line};
  });
  pairUp([](const Finding &finding, const Origin &at) -> std::optional<Key> {
    return Key{finding.check, finding.fingerprint, at.file, 0};
  });
  pairUp([](const Finding &finding, const Origin &at) -> std::optional<Key> {
    if (!at.isMovable)
      return std::nullopt;
    return Key{finding.check, finding.fingerprint, "", 0};
  });

  Result result;
  for (size_t i = 0; i < after.size(); ++i) {
    bool isOld = !origins[i].file.empty() && origins[i].line &&
                 !lintedBefore.count(origins[i].file);
    (isKnown[i] || isOld ? result.known : result.introduced)
        .push_back(after[i]);
  }
  for (size_t i = 0; i < before.size(); ++i)
    if (!isThere[i])
      result.fixed.push_back(before[i]);
  return result;
}

} // namespace heddle::tool
