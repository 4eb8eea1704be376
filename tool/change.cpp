#include "change.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// One file of `git diff --raw`.
struct Entry {
  ChangedFile file;
  std::string blobBefore;
};

/// Takes text up to a mark off the front of what git wrote.
StringRef take(StringRef &text, char mark) {
  auto [head, rest] = text.split(mark);
  text = rest;
  return head;
}

std::optional<ChangedFile::Hunk> readHunk(StringRef line) {
  // "@@ -begin[,count] +begin[,count] @@"
  SmallVector<StringRef> words;
  line.split(words, ' ', 3);
  ChangedFile::Hunk hunk = {};
  auto read = [](StringRef word, StringRef sign, unsigned &begin,
                 unsigned &count) {
    if (!word.consume_front(sign) || word.consumeInteger(10, begin))
      return false;
    count = 1;
    return !word.consume_front(",") || !word.getAsInteger(10, count);
  };
  if (words.size() < 3 ||
      !read(words[1], "-", hunk.beginBefore, hunk.countBefore) ||
      !read(words[2], "+", hunk.begin, hunk.count))
    return std::nullopt;
  return hunk;
}

/// What `git diff --raw -z --patch -U0` writes: entries, an empty one, and a
/// section for each.
std::vector<Entry> readDiff(StringRef text, StringRef top) {
  std::vector<Entry> entries;
  /// Indices of entries, one a section of the patch.
  std::vector<size_t> sections;
  while (text.consume_front(":")) {
    SmallVector<StringRef> fields;
    take(text, '\0').split(fields, ' ');
    std::string first = take(text, '\0').str();
    if (fields.size() < 5)
      return entries;
    char status = fields[4].front();
    bool isMoved = status == 'R' || status == 'C';
    std::string second = isMoved ? take(text, '\0').str() : first;
    if (status == 'U')
      continue;
    auto isFile = [](StringRef mode) { return mode.starts_with("100"); };
    auto full = [&](StringRef path) { return (top + "/" + path).str(); };
    Entry entry;
    if (isFile(fields[0])) {
      entry.file.before = full(first);
      entry.blobBefore = fields[2];
    }
    if (isFile(fields[1]))
      entry.file.after = full(second);
    sections.insert(sections.end(), status == 'T' ? 2 : 1, entries.size());
    entries.push_back(std::move(entry));
  }

  size_t section = 0;
  for (text = text.ltrim('\0'); !text.empty();) {
    StringRef line = take(text, '\n');
    if (line.starts_with("diff --git "))
      ++section;
    else if (section > 0 && section <= sections.size())
      if (auto hunk = line.starts_with("@@ ") ? readHunk(line) : std::nullopt)
        entries[sections[section - 1]].file.hunks.push_back(*hunk);
  }
  erase_if(entries, [](const Entry &entry) {
    return entry.file.before.empty() && entry.file.after.empty();
  });
  return entries;
}

Expected<std::vector<Entry>> diff(const Repository &repository,
                                  ArrayRef<StringRef> between) {
  SmallVector<StringRef> words = {"diff",
                                  "--raw",
                                  "-z",
                                  "--patch",
                                  "-U0",
                                  "--no-abbrev",
                                  "--text",
                                  "--find-renames",
                                  "--no-color",
                                  "--no-ext-diff",
                                  "--no-textconv",
                                  "--inter-hunk-context=0",
                                  "--ignore-submodules"};
  append_range(words, between);
  Expected<std::string> text = repository.git(words);
  if (!text)
    return text.takeError();
  return readDiff(*text, repository.top());
}

/// The files as they were before.
Expected<Contents> contentsBefore(const Repository &repository,
                                  ArrayRef<Entry> entries) {
  std::vector<std::string> paths, blobs;
  for (const Entry &entry : entries)
    if (!entry.file.before.empty()) {
      paths.push_back(entry.file.before);
      blobs.push_back(entry.blobBefore);
    }
  auto texts = repository.blobs(blobs);
  if (!texts)
    return texts.takeError();
  Contents result;
  for (auto [path, text] : zip(paths, *texts))
    result[path] = std::move(text);
  return result;
}

/// The change that the entries are, over what `after` says of the disk.
Expected<Change> makeChange(const Repository &repository, std::string base,
                            std::vector<Entry> entries, Snapshot after) {
  auto before = contentsBefore(repository, entries);
  if (!before)
    return before.takeError();
  Change change;
  change.base = std::move(base);
  for (Entry &entry : entries) {
    if (!entry.file.after.empty() && !before->count(entry.file.after))
      change.before.absent.push_back(entry.file.after);
    change.files.push_back(std::move(entry.file));
  }
  before->insert(after.edited->begin(), after.edited->end());
  for (const std::string &path : change.before.absent)
    before->erase(path);
  change.before.edited = std::make_shared<const Contents>(std::move(*before));
  change.after = std::move(after);
  return change;
}

} // namespace

std::optional<unsigned> ChangedFile::lineBefore(unsigned line) const {
  unsigned result = line;
  for (const Hunk &hunk : hunks) {
    if (line < hunk.begin || (line == hunk.begin && hunk.count == 0))
      break;
    if (line < hunk.begin + hunk.count)
      return std::nullopt;
    result = result - hunk.count + hunk.countBefore;
  }
  return result;
}

bool ChangedFile::removes(unsigned lineBefore) const {
  return after.empty() || any_of(hunks, [&](const Hunk &hunk) {
           return lineBefore >= hunk.beginBefore &&
                  lineBefore < hunk.beginBefore + hunk.countBefore;
         });
}

Expected<Change> changeSince(const Repository &repository, StringRef revision) {
  Expected<std::string> base = repository.mergeBase(revision);
  if (!base)
    return base.takeError();
  auto entries = diff(repository, {*base, "--"});
  if (!entries)
    return entries.takeError();
  Expected<std::string> untracked =
      repository.git({"ls-files", "-z", "--others", "--exclude-standard"});
  if (!untracked)
    return untracked.takeError();
  for (StringRef rest = *untracked; !rest.empty();) {
    Entry entry;
    entry.file.after = (repository.top() + "/" + take(rest, '\0')).str();
    if (sys::fs::is_regular_file(entry.file.after))
      entries->push_back(std::move(entry));
  }
  return makeChange(
      repository,
      (revision + " (" + StringRef(*base).take_front(10) + ")").str(),
      std::move(*entries), {});
}

Expected<Change> stagedChange(const Repository &repository) {
  // The commit that is being made may be the first.
  Expected<std::string> head =
      repository.git({"rev-parse", "--verify", "--quiet", "HEAD"});
  StringRef base = "HEAD";
  std::string nothing;
  if (!head) {
    consumeError(head.takeError());
    Expected<std::string> empty =
        repository.git({"hash-object", "-t", "tree", "--stdin"});
    if (!empty)
      return empty.takeError();
    nothing = StringRef(*empty).trim().str();
    base = nothing;
  }
  auto entries = diff(repository, {"--cached", base, "--"});
  if (!entries)
    return entries.takeError();

  // What is staged need not be what is on disk.
  auto unstaged = diff(repository, {"--"});
  if (!unstaged)
    return unstaged.takeError();
  auto staged = contentsBefore(repository, *unstaged);
  if (!staged)
    return staged.takeError();
  Snapshot after;
  after.edited = std::make_shared<const Contents>(std::move(*staged));
  for (const Entry &entry : *entries)
    if (entry.file.after.empty())
      after.absent.push_back(entry.file.before);
  return makeChange(repository, "HEAD", std::move(*entries), std::move(after));
}

} // namespace heddle::tool
