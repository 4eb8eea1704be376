#include "portable_paths.h"

#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"

using namespace llvm;

namespace heddle::tool {
namespace {

void forEachPath(UnitResult &result, function_ref<void(std::string &)> change) {
  auto ofMessage = [&](Message &message) {
    change(message.where.file);
    for (Span &range : message.ranges)
      change(range.file);
  };
  for (Finding &finding : result.findings) {
    ofMessage(finding.message);
    for (Message &note : finding.notes)
      ofMessage(note);
    for (Fix &fix : finding.fixes)
      for (Edit &edit : fix.edits)
        change(edit.where.file);
  }
  for (Dependency &dependency : result.dependencies)
    change(dependency.file);
}

StringRef firstName(StringRef path) {
  return path.ltrim('/').take_until([](char c) { return c == '/'; });
}

/// `/a` of `-I/a`.
StringRef pathIn(StringRef word) {
  return word.drop_until([](char c) { return c == '/'; });
}

} // namespace

std::string PortablePaths::pack(StringRef path) const {
  if (!isUnder(path, root))
    return path.str();
  path = path.drop_front(root.size()).ltrim('/');
  return path.empty() ? "." : path.str();
}

std::string PortablePaths::unpack(StringRef path) const {
  if (path.empty() || path.starts_with("/"))
    return path.str();
  if (path == ".")
    return root;
  return root + (StringRef(root).ends_with("/") ? "" : "/") + path.str();
}

std::string PortablePaths::packWord(StringRef word) const {
  StringRef path = pathIn(word);
  if (!isUnder(path, root))
    return word.str();
  return (word.drop_back(path.size()) + "\n" + pack(path)).str();
}

void PortablePaths::addFixed(StringRef word) {
  StringRef path = pathIn(word);
  if (path.size() > 1 && !isUnder(path, root) && !isUnder(root, path))
    fixed.push_back(path.str());
}

void PortablePaths::pack(UnitResult &result) const {
  forEachPath(result, [&](std::string &path) { path = pack(path); });
}

void PortablePaths::unpack(UnitResult &result) const {
  forEachPath(result, [&](std::string &path) { path = unpack(path); });
}

bool PortablePaths::isNear(StringRef path) const {
  if (isUnder(path, root) ||
      any_of(fixed, [&](StringRef place) { return isUnder(path, place); }))
    return false;
  return firstName(path) == firstName(root) ||
         StringRef(root).rtrim('/').count('/') < 2;
}

} // namespace heddle::tool
