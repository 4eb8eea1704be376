#include "page_url.h"

#include "framework/enabled.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace heddle::tool {
namespace {

std::string fileUrl(StringRef path) {
  std::string url = "file://";
  for (char c : path) {
    if (isAlnum(c) || StringRef("/-._~").contains(c))
      url += c;
    else
      url += "%" + toHex(StringRef(&c, 1));
  }
  return url;
}

} // namespace

std::optional<std::string> pageUrl(StringRef check) {
  std::string page = check.drop_front(checks::namePrefix.size()).str() + ".md";
  if (StringRef base = HEDDLE_DOCS_URL; !base.empty())
    return (base + "/checks/" + page).str();

  static const int somewhere = 0;
  SmallString<128> path(sys::path::parent_path(sys::path::parent_path(
      sys::fs::getMainExecutable(nullptr, const_cast<int *>(&somewhere)))));
  sys::path::append(path, HEDDLE_DOCS_DIR, "checks", page);
  if (!sys::fs::exists(path))
    return std::nullopt;
  return fileUrl(path);
}

} // namespace heddle::tool
