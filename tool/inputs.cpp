#include "inputs.h"

#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace heddle::tool {
namespace {

std::string hashOfNames(vfs::FileSystem &files, const Twine &directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (vfs::directory_iterator it = files.dir_begin(directory, error), end;
       it != end && !error; it.increment(error))
    names.push_back(sys::path::filename(it->path()).str());
  llvm::sort(names);
  return hashOf(join(names, StringRef("\0", 1)));
}

} // namespace

std::string hashOf(StringRef bytes) {
  return toHex(BLAKE3::hash<16>(arrayRefFromStringRef(bytes)),
               /*LowerCase=*/true);
}

/// Tells the recorder what was read, for that may differ from what is there a
/// moment later.
class InputRecorder::RecordedFile final : public vfs::File {
public:
  RecordedFile(std::unique_ptr<vfs::File> file, InputRecorder &recorder,
               std::string path)
      : file(std::move(file)), recorder(recorder), path(std::move(path)) {}

  ErrorOr<vfs::Status> status() override { return file->status(); }
  ErrorOr<std::string> getName() override { return file->getName(); }
  std::error_code close() override { return file->close(); }
  ErrorOr<std::unique_ptr<MemoryBuffer>> getBuffer(const Twine &name,
                                                   int64_t size,
                                                   bool needsTerminator,
                                                   bool isVolatile) override {
    auto buffer = file->getBuffer(name, size, needsTerminator, isVolatile);
    recorder.note(path, buffer ? "c" + hashOf((*buffer)->getBuffer()) : "?");
    return buffer;
  }

private:
  std::unique_ptr<vfs::File> file;
  InputRecorder &recorder;
  std::string path;
};

InputRecorder::InputRecorder(IntrusiveRefCntPtr<vfs::FileSystem> below,
                             std::string root)
    : ProxyFileSystem(std::move(below)), root(std::move(root)) {}

std::vector<Input> InputRecorder::inputs() const {
  std::vector<Input> result;
  for (const auto &[path, state] : states) {
    bool isOurs = StringRef(state).starts_with("c") && isUnder(path, root);
    result.push_back(
        {path.str(), state, isOurs ? realPath(path) : std::string()});
  }
  llvm::sort(result,
             [](const Input &a, const Input &b) { return a.path < b.path; });
  return result;
}

std::string InputRecorder::absolute(const Twine &path) const {
  SmallString<256> result;
  path.toVector(result);
  makeAbsolute(result);
  sys::path::remove_dots(result);
  return result.str().str();
}

/// Of two states the one that says more is kept.
void InputRecorder::note(StringRef path, std::string state) {
  auto [it, isNew] = states.try_emplace(path, state);
  auto rank = [](StringRef state) {
    return StringRef("df-lc?").find(state[0]);
  };
  if (!isNew && rank(it->second) < rank(state))
    it->second = std::move(state);
}

/// Where a whole directory is missing, that says it for all that would be in
/// it.
void InputRecorder::noteFailure(StringRef path, std::error_code error) {
  if (error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory)
    return note(path, "?");
  for (;;) {
    StringRef parent = sys::path::parent_path(path);
    if (parent.empty() || directories.contains(parent))
      break;
    if (!missing.contains(parent)) {
      if (getUnderlyingFS().exists(parent)) {
        directories.insert(parent);
        break;
      }
      missing.insert(parent);
    }
    path = parent;
  }
  note(path, "-");
}

ErrorOr<vfs::Status> InputRecorder::status(const Twine &path) {
  ErrorOr<vfs::Status> result = ProxyFileSystem::status(path);
  std::string name = absolute(path);
  if (result)
    note(name, result->isDirectory() ? "d" : "f");
  else
    noteFailure(name, result.getError());
  return result;
}

ErrorOr<std::unique_ptr<vfs::File>>
InputRecorder::openFileForRead(const Twine &path) {
  ErrorOr<std::unique_ptr<vfs::File>> result =
      ProxyFileSystem::openFileForRead(path);
  std::string name = absolute(path);
  if (result)
    return std::make_unique<RecordedFile>(std::move(*result), *this, name);
  if (result.getError() == std::errc::is_a_directory)
    note(name, "d");
  else
    noteFailure(name, result.getError());
  return result;
}

vfs::directory_iterator InputRecorder::dir_begin(const Twine &directory,
                                                 std::error_code &error) {
  vfs::directory_iterator result = ProxyFileSystem::dir_begin(directory, error);
  std::string name = absolute(directory);
  if (error)
    noteFailure(name, error);
  else
    note(name, "l" + hashOfNames(getUnderlyingFS(), directory));
  return result;
}

bool FileStates::holds(const Input &input) {
  StringRef state = input.state;
  switch (state.empty() ? '?' : state.front()) {
  case 'c': {
    const File &file = load(input.path);
    return file.hash == state.drop_front() &&
           (input.real.empty() || file.real == input.real);
  }
  case 'l':
    return hashOfNames(*below, input.path) == state.drop_front();
  case 'f':
  case 'd': {
    auto now = below->status(input.path);
    return now && now->isDirectory() == (state == "d");
  }
  case '-':
    return !below->status(input.path);
  }
  return false;
}

const FileStates::File &FileStates::load(StringRef path) {
  auto [it, isNew] = files.try_emplace(path);
  if (!isNew)
    return it->second;
  File &file = it->second;
  file.real = realPath(path);
  if (auto buffer =
          below->getBufferForFile(path, -1, /*RequiresNullTerminator=*/false,
                                  /*IsVolatile=*/true))
    file.hash = hashOf((*buffer)->getBuffer());
  return file;
}

} // namespace heddle::tool
