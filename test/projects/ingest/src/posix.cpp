#include "posix.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ingest {

Descriptor::~Descriptor() {
  if (number_ >= 0)
    ::close(number_);
}

std::int64_t checked(std::int64_t result, const std::string &what) {
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), what);
  return result;
}

Descriptor open_for_reading(const std::string &path) {
  return Descriptor(checked(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path));
}

Descriptor open_for_writing(const std::string &path) {
  return Descriptor(checked(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
      path));
}

std::size_t read_at(const Descriptor &file, std::span<char> buffer,
                    std::uint64_t offset) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::int64_t count =
        checked(::pread(file.get(), buffer.data() + filled,
                        buffer.size() - filled, offset + filled),
                "read");
    if (count == 0)
      break;
    filled += count;
  }
  return filled;
}

void write_all(const Descriptor &file, std::string_view text) {
  while (!text.empty())
    text.remove_prefix(
        checked(::write(file.get(), text.data(), text.size()), "write"));
}

std::string read_file(const std::string &path) {
  const Descriptor file = open_for_reading(path);
  struct stat status{};
  checked(::fstat(file.get(), &status), path);
  std::string text(status.st_size, '\0');
  text.resize(read_at(file, text, 0));
  return text;
}

void replace_file(const std::string &path, std::string_view text) {
  const std::string draft = path + ".new";
  write_all(open_for_writing(draft), text);
  checked(std::rename(draft.c_str(), path.c_str()), path);
}

} // namespace ingest
