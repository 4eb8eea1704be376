// Checksums the files of a backup.
#include <heddle/heddle.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// A directory of its own that goes with it.
class Backup {
public:
  explicit Backup(int files)
      : directory_(fs::temp_directory_path() /
                   ("heddle-backup-" + std::to_string(getpid()))) {
    fs::create_directory(directory_);
    for (int i = 0; i < files; ++i) {
      paths_.push_back(directory_ / std::to_string(i));
      std::ofstream(paths_.back())
          << std::string(64 * 1024 + i, static_cast<char>('a' + i % 26));
    }
  }
  Backup(const Backup &) = delete;
  Backup &operator=(const Backup &) = delete;
  ~Backup() { fs::remove_all(directory_); }

  const std::vector<std::string> &paths() const { return paths_; }

private:
  fs::path directory_;
  std::vector<std::string> paths_;
};

std::uint32_t checksum(const std::string &path) {
  auto file = heddle::File::open(path);
  std::vector<std::byte> buffer(16 * 1024);
  std::uint32_t sum = 1;
  while (std::size_t size = file.read(buffer))
    for (std::size_t i = 0; i < size; ++i)
      sum = sum * 31 + std::to_integer<std::uint32_t>(buffer[i]);
  return sum;
}

std::vector<std::uint32_t> checksums(const std::vector<std::string> &paths) {
  std::vector<std::uint32_t> sums(paths.size());
  heddle::parallel_for(0, paths.size(), [&](std::size_t i) {
    sums[i] = checksum(paths[i]);
  }, {.limit = 16});
  return sums;
}

} // namespace

int main() {
  Backup backup(500);
  return heddle::run([&backup] {
    std::uint32_t total = 0;
    for (int round = 0; round < 8; ++round)
      for (std::uint32_t sum : checksums(backup.paths()))
        total = total * 17 + sum;
    std::printf("%zu files, checksum %08x\n", backup.paths().size(), total);
    return 0;
  });
}
