#pragma once

#include "finding.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace heddle::tool {

bool isInclude(const Edit &edit);

/// The stretch of each file that a fix is about. The directives it adds are
/// not part of it: fixes share them.
std::map<std::string, std::pair<unsigned, unsigned>>
extents(const std::vector<Edit> &edits);

/// The edits of all fixes to a file, in order, each once.
using EditsByFile = std::map<std::string, std::vector<Edit>>;

template <typename Fixes> EditsByFile editsByFile(const Fixes &fixes) {
  EditsByFile result;
  for (const auto &fix : fixes)
    for (const Edit &edit : fix.edits)
      result[edit.where.file].push_back(edit);
  for (auto &[file, edits] : result) {
    llvm::sort(edits,
               [](const Edit &a, const Edit &b) { return a.key() < b.key(); });
    edits.erase(llvm::unique(edits), edits.end());
  }
  return result;
}

std::string apply(llvm::StringRef text, const std::vector<Edit> &edits);

/// Where text at `offset` comes to be: a place, or anywhere in the text that an
/// edit put in its stead.
std::pair<unsigned, unsigned> shifted(unsigned offset, llvm::StringRef text,
                                      const std::vector<Edit> &edits);

} // namespace heddle::tool
