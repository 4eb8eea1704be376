#include "sources.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace heddle::tool {

Sources::File Sources::make(std::string text) {
  File file{std::move(text), true, {0}};
  for (auto [offset, c] : enumerate(file.text))
    if (c == '\n')
      file.lineStarts.push_back(offset + 1);
  return file;
}

Sources::File &Sources::load(StringRef name) {
  auto [it, isNew] = files.try_emplace(name);
  if (isNew) {
    auto buffer = MemoryBuffer::getFile(name, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false,
                                        /*IsVolatile=*/true);
    if (buffer)
      it->second = make((*buffer)->getBuffer().str());
    else
      it->second.lineStarts = {0};
  }
  return it->second;
}

StringRef Sources::text(StringRef file) { return load(file).text; }

Position Sources::locate(const Span &where) {
  if (auto known = remembered.find({where.file, where.offset});
      known != remembered.end())
    return known->second;
  const std::vector<unsigned> &starts = load(where.file).lineStarts;
  auto after = upper_bound(starts, where.offset);
  unsigned line = after - starts.begin();
  return {line, where.offset - starts[line - 1] + 1};
}

StringRef Sources::line(StringRef name, unsigned number) {
  const File &file = load(name);
  if (number == 0 || number > file.lineStarts.size())
    return {};
  StringRef rest = StringRef(file.text).drop_front(file.lineStarts[number - 1]);
  return rest.take_until([](char c) { return c == '\n'; }).rtrim('\r');
}

void Sources::remember(const Span &where, Position position) {
  remembered[{where.file, where.offset}] = position;
}

void Sources::edit(const Contents &contents) {
  for (const auto &[file, text] : contents)
    files[file] = make(text);
}

} // namespace heddle::tool
