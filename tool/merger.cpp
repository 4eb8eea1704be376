#include "merger.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace heddle::tool {
namespace {

bool sameEdits(const Finding &a, const Finding &b) {
  return a.fixes == b.fixes;
}

void withdrawFix(Finding &finding) {
  if (finding.fixes.empty())
    return;
  finding.fixes.clear();
  finding.notes.push_back(
      {"the units that include this need different fixes: none is offered",
       {},
       {}});
}

} // namespace

void Merger::add(const std::vector<Finding> &unit) {
  std::vector<std::pair<Key, size_t>> added;
  for (const Finding &finding : unit) {
    Key key{finding.check, finding.message.where.file,
            finding.message.where.offset};
    auto known = first.find(key);
    if (known == first.end()) {
      added.emplace_back(key, merged.size());
      merged.push_back(finding);
    } else if (!sameEdits(merged[known->second], finding)) {
      withdrawFix(merged[known->second]);
    }
  }
  first.insert(added.begin(), added.end());
}

std::vector<Finding> Merger::take() {
  llvm::stable_sort(merged, [](const Finding &a, const Finding &b) {
    return std::tie(a.message.where.file, a.message.where.offset, a.check) <
           std::tie(b.message.where.file, b.message.where.offset, b.check);
  });
  return std::move(merged);
}

} // namespace heddle::tool
