#include "merged_edits.h"

#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace heddle::tool {

namespace {

std::string lineEndsOf(StringRef file, StringRef text) {
  if (!file.contains("\r\n"))
    return text.str();
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
      result += '\r';
    result += text[i];
  }
  return result;
}

} // namespace

bool isInclude(const Edit &edit) {
  return edit.where.length == 0 &&
         StringRef(edit.text).ltrim().starts_with("#include");
}

std::map<std::string, std::pair<unsigned, unsigned>>
extents(const std::vector<Edit> &edits) {
  std::map<std::string, std::pair<unsigned, unsigned>> result;
  for (const Edit &edit : edits) {
    if (isInclude(edit))
      continue;
    unsigned begin = edit.where.offset, end = begin + edit.where.length;
    auto [it, isNew] = result.try_emplace(edit.where.file, begin, end);
    if (!isNew)
      it->second = {std::min(it->second.first, begin),
                    std::max(it->second.second, end)};
  }
  return result;
}

std::string apply(StringRef text, const std::vector<Edit> &edits) {
  std::string result;
  unsigned done = 0;
  for (const Edit &edit : edits) {
    result += text.slice(done, edit.where.offset);
    result += lineEndsOf(text, edit.text);
    done = edit.where.offset + edit.where.length;
  }
  return result + text.substr(done).str();
}

std::pair<unsigned, unsigned> shifted(unsigned offset, StringRef text,
                                      const std::vector<Edit> &edits) {
  long shift = 0;
  for (const Edit &edit : edits) {
    unsigned end = edit.where.offset + edit.where.length;
    long written = lineEndsOf(text, edit.text).size();
    if (offset < edit.where.offset)
      break;
    if (offset < end) {
      unsigned begin = edit.where.offset + shift;
      return {begin, begin + written};
    }
    shift += written - edit.where.length;
  }
  return {offset + shift, offset + shift};
}

} // namespace heddle::tool
