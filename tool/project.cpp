#include "project.h"

#include "paths.h"

#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace clang::tooling;
using namespace llvm;
namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;

namespace heddle::tool {

bool isHeader(StringRef file) {
  StringRef extension = path::extension(file);
  return is_contained({".h", ".hh", ".hpp", ".hxx", ".h++", ".inc", ".ipp",
                       ".tpp", ".inl", ".cuh"},
                      extension);
}

bool isSource(StringRef file) {
  StringRef extension = path::extension(file);
  return is_contained({".cpp", ".cc", ".cxx", ".c++", ".C", ".cppm", ".c"},
                      extension);
}

std::vector<Option> projectOptions() {
  return {
      {"p", "BUILD",
       "the directory of compile_commands.json, or the file itself\n"
       "(default: the nearest, here or above, or in build/ there)"},
      {"root", "DIR",
       "the project's root, outside of which nothing is written\n"
       "(default: the repository around BUILD)"},
  };
}

namespace {

constexpr StringRef databaseName = "compile_commands.json";

std::string joined(StringRef directory, StringRef name) {
  SmallString<256> result(directory);
  path::append(result, name);
  return result.str().str();
}

bool existsIn(StringRef directory, StringRef name) {
  return fs::exists(joined(directory, name));
}

/// The first of `start` and the directories above it that satisfies `test`.
std::string nearest(StringRef start, function_ref<bool(StringRef)> test) {
  for (StringRef at = start; !at.empty(); at = path::parent_path(at))
    if (test(at))
      return at.str();
  return {};
}

std::string repositoryAround(StringRef directory) {
  return nearest(directory, [](StringRef at) {
    return existsIn(at, ".git") || existsIn(at, ".hg") || existsIn(at, ".jj") ||
           existsIn(at, ".svn");
  });
}

bool isBuildTree(StringRef directory) {
  return existsIn(directory, "CMakeCache.txt") ||
         existsIn(directory, "build.ninja") ||
         existsIn(directory, "meson-info");
}

/// A database lists all that is built; what has no C++ in it is no unit.
bool isAssembly(StringRef file) {
  StringRef extension = path::extension(file);
  return is_contained({".s", ".S", ".sx", ".asm"}, extension);
}

constexpr char howToMakeOne[] =
    "  CMake:  cmake -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, then -p build"
    "\n  Meson:  meson setup build, then -p build"
    "\n  others: bear -- make"
    "\n  a file or two: heddle lint FILE -- FLAGS, with the compiler's flags";

Expected<std::string> findDatabase(StringRef asked) {
  if (!asked.empty()) {
    if (!fs::exists(asked))
      return makeError("no such directory: " + asked);
    if (!fs::is_directory(asked))
      return asked.str();
    if (existsIn(asked, databaseName))
      return joined(asked, databaseName);
    return makeError("there is no compile_commands.json in " + asked + "\n" +
                     howToMakeOne);
  }
  std::string found = nearest(currentDirectory(), [](StringRef at) {
    return existsIn(at, databaseName) ||
           existsIn(joined(at, "build"), databaseName);
  });
  if (!found.empty())
    return joined(existsIn(found, databaseName) ? found
                                                : joined(found, "build"),
                  databaseName);
  return makeError(Twine("there is no compile_commands.json here, above, or in "
                         "a build/ there\n") +
                   howToMakeOne);
}

/// Clang's reader takes much for granted: what it would misread, or report
/// without a line, is told here.
Error validate(StringRef file, StringRef text) {
  auto bad = [&](const Twine &what) {
    return makeError(file + ": " + what +
                     "\n  make it again with the build system, or name "
                     "another with -p");
  };
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    // "[line:column, byte=N]: what" becomes what other tools print.
    std::string what = toString(value.takeError());
    StringRef rest = what;
    if (rest.consume_front("[")) {
      auto [position, message] = rest.split("]: ");
      return makeError(file + ":" + position.split(',').first + ": " + message +
                       "\n  make it again with the build system, or name "
                       "another with -p");
    }
    return bad(what);
  }
  const json::Array *entries = value->getAsArray();
  if (!entries)
    return bad("expected a list of compile commands");
  if (entries->empty())
    return bad("it lists no files");
  for (auto [index, value] : enumerate(*entries)) {
    const json::Object *entry = value.getAsObject();
    auto number = "entry " + Twine(index + 1);
    if (!entry)
      return bad(number + " is not an object");
    for (StringRef field : {"directory", "file"})
      if (!entry->getString(field))
        return bad(number + " has no \"" + field + "\"");
    if (!entry->getString("command") && !entry->getArray("arguments"))
      return bad(number + " has neither \"command\" nor \"arguments\"");
  }
  return Error::success();
}

/// Words that generators leave at the top of what they write.
bool saysGenerated(StringRef file) {
  auto buffer = MemoryBuffer::getFileSlice(file, 2048, 0);
  if (!buffer)
    return false;
  StringRef top = (*buffer)->getBuffer();
  return top.contains("@generated") ||
         top.contains_insensitive("do not edit") ||
         top.contains_insensitive("automatically generated") ||
         top.contains_insensitive("autogenerated");
}

} // namespace

Error Project::load(StringRef file) {
  databaseFile = file;
  auto buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return makeError("cannot read " + file + ": " +
                     buffer.getError().message());
  if (Error error = validate(file, (*buffer)->getBuffer()))
    return error;
  std::string message;
  std::unique_ptr<CompilationDatabase> database =
      JSONCompilationDatabase::loadFromFile(file, message,
                                            JSONCommandLineSyntax::AutoDetect);
  if (!database)
    return makeError(file + ": " + message);
  database = inferTargetAndDriverMode(
      expandResponseFiles(std::move(database), vfs::getRealFileSystem()));

  StringMap<size_t> index;
  for (CompileCommand &command : database->getAllCompileCommands()) {
    if (isAssembly(command.Filename))
      continue;
    command.Directory =
        realPath(command.Directory, path::parent_path(realPath(file)));
    std::string real = realPath(command.Filename, command.Directory);
    auto [it, isNew] = index.try_emplace(real, allUnits.size());
    if (isNew)
      allUnits.push_back({real, {}});
    allUnits[it->second].commands.push_back(std::move(command));
  }
  return Error::success();
}

Error Project::loadFixed(const Arguments &arguments) {
  if (arguments.positional.empty())
    return makeError("flags after -- need the files they are for");
  std::string directory = currentDirectory();
  for (const std::string &file : arguments.positional) {
    std::string real = realPath(file);
    CompileCommand command(directory, real, {"clang++"}, "");
    append_range(command.CommandLine, *arguments.compilerFlags);
    command.CommandLine.push_back(real);
    allUnits.push_back({real, {std::move(command)}});
  }
  return Error::success();
}

Expected<Project> Project::open(const Arguments &arguments) {
  Project project;
  std::string directory = currentDirectory();
  if (arguments.compilerFlags) {
    if (Error error = project.loadFixed(arguments))
      return error;
  } else {
    Expected<std::string> file = findDatabase(arguments.get("p"));
    if (!file)
      return file.takeError();
    if (Error error = project.load(*file))
      return error;
    // Not of the link's target: a link to a database belongs to this project.
    directory = realPath(joined(path::parent_path(*file), "."));
  }

  if (arguments.has("root")) {
    if (!fs::is_directory(arguments.get("root")))
      return makeError("no such directory: " + arguments.get("root"));
    project.rootDirectory = realPath(arguments.get("root"));
  } else {
    std::string repository = repositoryAround(directory);
    // A build out of the tree is of the repository that it is called from.
    if (repository.empty())
      if (std::string here = repositoryAround(currentDirectory());
          any_of(project.allUnits, [&](const Unit &unit) {
            return !here.empty() && isUnder(unit.file, here);
          }))
        repository = here;
    project.rootDirectory = !repository.empty() ? repository
                            : isBuildTree(directory)
                                ? path::parent_path(directory).str()
                                : directory;
  }
  if (directory != project.rootDirectory && isBuildTree(directory))
    project.buildDirectory = directory;
  return project;
}

Expected<Project::Selection>
Project::select(ArrayRef<std::string> paths) const {
  Selection result;
  if (paths.empty()) {
    for (size_t unit = 0; unit < allUnits.size(); ++unit)
      result.units.push_back(unit);
    return result;
  }
  StringSet<> headers;
  auto addHeader = [&](const std::string &file) {
    if (headers.insert(file).second)
      result.headers.push_back(file);
  };
  std::vector<bool> chosen(allUnits.size());
  for (const std::string &given : paths) {
    if (!fs::exists(given))
      return makeError("no such file or directory: " + given);
    std::string real = realPath(given);
    bool any = false;
    for (auto [index, unit] : enumerate(allUnits))
      if (isUnder(unit.file, real))
        chosen[index] = any = true;
    if (any)
      continue;
    if (!fs::is_directory(real)) {
      if (!isHeader(real))
        return makeError(given + " is not in " + databaseFile +
                         "\n  it is not built, or the database is older than "
                         "it: make it again, or give flags after --");
      addHeader(real);
      continue;
    }
    std::error_code error;
    for (fs::recursive_directory_iterator it(real, error), end;
         it != end && !error; it.increment(error))
      if (isHeader(it->path()))
        addHeader(realPath(it->path())), any = true;
    if (!any)
      return makeError(given + " holds no file of " + databaseFile +
                       ", and no header");
  }
  for (auto [index, isChosen] : enumerate(chosen))
    if (isChosen)
      result.units.push_back(index);
  sort(result.headers);
  return result;
}

Expected<Project::Selection> Project::shard(Selection selection,
                                            StringRef share) const {
  auto [first, second] = share.split('/');
  size_t number, count;
  if (first.getAsInteger(10, number) || second.getAsInteger(10, count) ||
      number == 0 || number > count)
    return makeError("--shard needs I/N, as 1/4 for the first of four, not '" +
                     share + "'");
  // By path, not by place in the database: that differs over machines.
  auto ofShard = [&](auto all, auto path) {
    llvm::sort(all,
               [&](const auto &a, const auto &b) { return path(a) < path(b); });
    decltype(all) chosen;
    for (size_t i = number - 1; i < all.size(); i += count)
      chosen.push_back(all[i]);
    return chosen;
  };
  Selection result;
  result.units = ofShard(std::move(selection.units), [&](size_t unit) {
    return relativeTo(allUnits[unit].file, rootDirectory);
  });
  llvm::sort(result.units);
  result.headers =
      ofShard(std::move(selection.headers), [&](const std::string &header) {
        return relativeTo(header, rootDirectory);
      });
  return result;
}

Unit Project::movedTo(StringRef file, Unit unit) {
  for (CompileCommand &command : unit.commands) {
    for (std::string &word : command.CommandLine)
      if (!StringRef(word).starts_with("-") &&
          realPath(word, command.Directory) == unit.file)
        word = file;
    command.Filename = file;
  }
  unit.file = file;
  return unit;
}

Unit Project::formerUnit(StringRef file) const {
  auto likeness = [&](const Unit &unit) {
    auto [a, b] = std::mismatch(file.begin(), file.end(), unit.file.begin(),
                                unit.file.end());
    return a - file.begin();
  };
  return movedTo(
      file, *llvm::max_element(allUnits, [&](const Unit &a, const Unit &b) {
        return likeness(a) < likeness(b);
      }));
}

std::vector<std::string> Project::generatedHeaders() const {
  std::vector<std::string> headers;
  std::error_code error;
  if (!buildDirectory.empty())
    for (fs::recursive_directory_iterator it(buildDirectory, error), end;
         it != end && !error; it.increment(error))
      if (isHeader(it->path()))
        headers.push_back(it->path());
  return headers;
}

std::vector<size_t> Project::likelyIncluders(StringRef header) const {
  StringRef name = path::filename(header);
  std::vector<std::pair<int, size_t>> ranked;
  for (auto [index, unit] : enumerate(allUnits)) {
    auto buffer = MemoryBuffer::getFile(unit.file);
    bool namesIt = buffer && (*buffer)->getBuffer().contains(name);
    bool sameStem = path::stem(unit.file) == path::stem(header);
    bool sameDirectory =
        path::parent_path(unit.file) == path::parent_path(header);
    ranked.push_back({-(4 * namesIt + 2 * sameStem + sameDirectory), index});
  }
  sort(ranked);
  std::vector<size_t> order;
  for (auto [rank, unit] : ranked)
    order.push_back(unit);
  return order;
}

std::optional<std::string> Project::whyReadOnly(StringRef file) const {
  if (!isUnder(file, rootDirectory))
    return "it is outside the project (" + displayPath(rootDirectory) + ")";
  if (!buildDirectory.empty() && isUnder(file, buildDirectory))
    return "it is generated: it lies in the build directory";
  if (saysGenerated(file))
    return "it says that it is generated";
  return std::nullopt;
}

} // namespace heddle::tool
