#include "cache.h"

#include "edited_files.h"
#include "paths.h"
#include "portable_paths.h"
#include "temporary_file.h"

#include "clang/Basic/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/xxhash.h"

#include <cstdlib>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {
namespace {

/// How many results are kept of one content of a main file, as on branches that
/// differ in a header.
constexpr unsigned variants = 8;

/// On average, so many inputs are kept together: few enough that a change
/// leaves most runs as they are, so that units share them.
constexpr unsigned runLength = 32;

constexpr uint64_t defaultSize = uint64_t(1) << 30;
constexpr std::chrono::hours unusedFor(30 * 24);

/// Variables that Clang takes directories or values from.
constexpr StringRef environment[] = {"CPATH",
                                     "C_INCLUDE_PATH",
                                     "CPLUS_INCLUDE_PATH",
                                     "OBJC_INCLUDE_PATH",
                                     "COMPILER_PATH",
                                     "SDKROOT",
                                     "SOURCE_DATE_EPOCH"};

std::string defaultDirectory() {
  if (const char *set = std::getenv("HEDDLE_CACHE"))
    return set;
  SmallString<128> directory;
  if (!sys::path::cache_directory(directory))
    return {};
  sys::path::append(directory, "heddle");
  return directory.str().str();
}

Expected<CachePruningPolicy> pruningPolicy() {
  CachePruningPolicy policy;
  policy.MaxSizeBytes = defaultSize;
  policy.Expiration = unusedFor;
  if (const char *set = std::getenv("HEDDLE_CACHE_POLICY"); set && *set) {
    Expected<CachePruningPolicy> given = parseCachePruningPolicy(set);
    if (!given)
      return makeError(
          "HEDDLE_CACHE_POLICY is '" + Twine(set) +
          "': " + toString(given.takeError()) +
          "\n  it is as in 'cache_size_bytes=1g:prune_after=720h'");
    return *given;
  }
  return policy;
}

/// Everything the hash is made of is told apart from what comes next.
class KeyBuilder {
public:
  void add(StringRef part) {
    text += std::to_string(part.size()) + ":";
    text += part;
  }
  std::string take() const { return hashOf(text); }

private:
  std::string text;
};

/// The inputs in runs that end where the path says so, and not after a number
/// of them: one input more or less changes one run.
std::vector<std::string> inRuns(ArrayRef<Input> inputs) {
  std::vector<std::string> result(1);
  for (const Input &input : inputs) {
    for (StringRef part : {input.path, input.state, input.real})
      result.back().append(part.data(), part.size() + 1);
    if (xxh3_64bits(input.path) % runLength == 0)
      result.emplace_back();
  }
  if (result.back().empty())
    result.pop_back();
  return result;
}

std::string contentOf(StringRef file) {
  auto buffer = MemoryBuffer::getFile(file, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// The configuration above the project: it is the project's own, wherever that
/// is.
std::string configurationAbove(StringRef root, FileStates &files) {
  std::string result;
  for (StringRef at = sys::path::parent_path(root); !at.empty();
       at = sys::path::parent_path(at))
    result += files.content((at + "/.clang-tidy").str()).str() + "\n";
  return result;
}

bool isAbove(StringRef path, StringRef root) {
  if (sys::path::filename(path) == ".clang-tidy")
    path = sys::path::parent_path(path);
  return path.size() < root.size() && isUnder(root, path);
}

} // namespace

std::vector<Option> cacheOptions() {
  return {{"cache", "DIR",
           "where results are kept for the next run\n"
           "(default: $HEDDLE_CACHE, nowhere if that is empty; if it is\n"
           "not set, heddle/ in $XDG_CACHE_HOME or ~/.cache)"},
          {"no-cache", "", "lint every unit, and keep no results"}};
}

Expected<std::optional<Cache>> Cache::open(const Arguments &arguments) {
  if (arguments.has("no-cache")) {
    if (arguments.has("cache"))
      return makeError("--cache and --no-cache contradict each other");
    return std::nullopt;
  }
  bool isAsked = arguments.has("cache");
  std::string directory =
      isAsked ? arguments.get("cache").str() : defaultDirectory();
  if (directory.empty()) {
    if (isAsked)
      return makeError("--cache needs a directory");
    return std::nullopt;
  }
  std::error_code code = fs::create_directories(directory);
  if (!code && !fs::is_directory(directory))
    code = make_error_code(errc::not_a_directory);
  if (code) {
    if (isAsked)
      return makeError("cannot make " + directory + ": " + code.message());
    return std::nullopt;
  }
  Expected<CachePruningPolicy> policy = pruningPolicy();
  if (!policy)
    return policy.takeError();
  return Cache(realPath(directory));
}

std::string Cache::nameOf(const Twine &key) const {
  // The prefix that pruneCache() takes for its own.
  return (directory + "/llvmcache-" + key).str();
}

void Cache::store(const Request &request, std::vector<Input> inputs,
                  UnitResult result) const {
  PortablePaths paths(request.root);
  for (const auto &command : request.unit.commands)
    for (StringRef word : command.CommandLine)
      paths.addFixed(word);
  erase_if(inputs, [&](const Input &input) {
    return isAbove(input.path, request.root);
  });
  bool isHere = false;
  for (Input &input : inputs) {
    if (input.state == "?")
      return;
    isHere |= paths.isNear(input.path) ||
              (!input.real.empty() && paths.isNear(input.real));
    input.path = paths.pack(input.path);
    if (!input.real.empty())
      input.real = paths.pack(input.real);
  }
  llvm::sort(inputs,
             [](const Input &a, const Input &b) { return a.path < b.path; });
  paths.pack(result);

  auto write = [&](const Twine &key, StringRef text) {
    Expected<TemporaryFile> file =
        TemporaryFile::write(directory, "llvmcache-", text);
    Error error = file ? file->keep(nameOf(key)) : file.takeError();
    bool written = !error;
    consumeError(std::move(error));
    return written;
  };
  json::Array runs;
  std::string together;
  for (const std::string &run : inRuns(inputs)) {
    std::string name = hashOf(run);
    if (hashOf(contentOf(nameOf(name))) != name && !write(name, run))
      return;
    together += name;
    runs.push_back(name);
  }
  std::string text = formatv(
      "{0}",
      json::Value(json::Object{{"root", isHere ? request.root : std::string()},
                               {"runs", std::move(runs)},
                               {"result", toJSON(result)}}));
  auto variant = [&](unsigned i) {
    return (request.cacheKey + "-" + Twine(i)).str();
  };
  unsigned free = 0;
  while (free < variants && fs::exists(nameOf(variant(free))))
    ++free;
  write(variant(free < variants ? free : xxh3_64bits(together) % variants),
        hashOf(text) + "\n" + text);
}

void Cache::prune() const { pruneCache(directory, cantFail(pruningPolicy())); }

CacheLookup::CacheLookup(const Cache &cache, StringRef root,
                         const Contents &edited, ArrayRef<std::string> absent)
    : cache(cache), root(root),
      files(withEditedFiles(vfs::createPhysicalFileSystem(), edited, absent)) {
  KeyBuilder key;
  key.add(HEDDLE_VERSION);
  key.add(files.content("/proc/self/exe"));
  key.add(clang::getClangFullVersion());
  for (StringRef name : environment)
    key.add(sys::Process::GetEnv(name).value_or(""));
  key.add(configurationAbove(root, files));
  common = key.take();
}

std::string CacheLookup::keyOf(const Request &request) {
  PortablePaths paths(root);
  KeyBuilder key;
  key.add(common);
  key.add(paths.pack(request.unit.file));
  key.add(files.content(request.unit.file));
  key.add(formatv("{0}", toJSON(request.selection)).str());
  for (const auto &command : request.unit.commands) {
    key.add(paths.pack(command.Directory));
    key.add(std::to_string(command.CommandLine.size()));
    for (StringRef word : command.CommandLine)
      key.add(paths.packWord(word));
  }
  return key.take();
}

std::optional<UnitResult> CacheLookup::find(StringRef key) {
  for (unsigned i = 0; i < variants; ++i)
    if (auto result = read(cache.nameOf(key + "-" + Twine(i))))
      return result;
  return std::nullopt;
}

std::optional<UnitResult> CacheLookup::read(StringRef name) {
  std::string whole = contentOf(name);
  auto [sum, text] = StringRef(whole).split('\n');
  if (text.empty() || sum != hashOf(text)) {
    fs::remove(name);
    return std::nullopt;
  }
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    consumeError(value.takeError());
    return std::nullopt;
  }
  const json::Object *entry = value->getAsObject();
  const json::Array *needed = entry ? entry->getArray("runs") : nullptr;
  const json::Value *answer = entry ? entry->get("result") : nullptr;
  std::optional<StringRef> where =
      entry ? entry->getString("root") : std::nullopt;
  if (!needed || !answer || !where || !(where->empty() || *where == root))
    return std::nullopt;
  for (const json::Value &run : *needed)
    if (!run.getAsString() || !holds(*run.getAsString()))
      return std::nullopt;
  UnitResult result;
  json::Path::Root path;
  if (!fromJSON(*answer, result, path))
    return std::nullopt;
  PortablePaths(root).unpack(result);
  result.isCached = true;
  return result;
}

bool CacheLookup::holds(StringRef run) {
  auto [it, isNew] = runs.try_emplace(run, false);
  if (!isNew)
    return it->second;
  std::string text = contentOf(cache.nameOf(run));
  if (hashOf(text) != run) {
    fs::remove(cache.nameOf(run));
    return false;
  }
  SmallVector<StringRef> parts;
  StringRef(text).split(parts, '\0');
  PortablePaths paths(root);
  for (size_t i = 0; i + 2 < parts.size(); i += 3)
    if (!files.holds({paths.unpack(parts[i]), parts[i + 1].str(),
                      paths.unpack(parts[i + 2])}))
      return false;
  return it->second = true;
}

} // namespace heddle::tool
