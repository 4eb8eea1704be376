#include "paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {

std::string realPath(StringRef path, StringRef directory) {
  if (path.empty())
    return {};
  SmallString<256> absolute(path), real;
  if (!directory.empty() && !sys::path::is_absolute(path)) {
    absolute = directory;
    sys::path::append(absolute, path);
  }
  fs::make_absolute(absolute);
  if (!fs::real_path(absolute, real))
    return real.str().str();
  sys::path::remove_dots(absolute, /*remove_dot_dot=*/true);
  return absolute.str().str();
}

std::string currentDirectory() {
  SmallString<256> current;
  fs::current_path(current);
  return realPath(current);
}

bool isUnder(StringRef path, StringRef directory) {
  return path.consume_front(directory) &&
         (path.empty() || directory.ends_with("/") || path.starts_with("/"));
}

StringRef relativeTo(StringRef path, StringRef directory) {
  if (path.size() == directory.size() || !isUnder(path, directory))
    return path;
  return path.drop_front(directory.size()).ltrim('/');
}

std::string displayPath(StringRef path) {
  static const std::string current = currentDirectory();
  return relativeTo(path, current).str();
}

} // namespace heddle::tool
