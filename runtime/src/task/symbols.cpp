// Names for addresses, from the symbol tables in the files of the program and
// its libraries: the dynamic ones, which dladdr() reads, leave out what is not
// exported.

#include "task/backtrace.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <memory>
#include <span>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::detail {
namespace {

// A file in memory; empty if it cannot be read.
class MappedFile {
public:
  explicit MappedFile(const char *path) noexcept {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      bytes_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    }
    if (file >= 0)
      close(file);
  }
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile() {
    if (bytes_ != MAP_FAILED)
      munmap(bytes_, size_);
  }

  /// `count` objects at `offset`; empty: the file ends before.
  template <class T>
  std::span<const T> at(std::size_t offset, std::size_t count) const noexcept {
    if (bytes_ == MAP_FAILED || offset > size_ ||
        count > (size_ - offset) / sizeof(T))
      return {};
    return {reinterpret_cast<const T *>(static_cast<char *>(bytes_) + offset),
            count};
  }

private:
  void *bytes_ = MAP_FAILED;
  std::size_t size_ = 0;
};

// The name of the function at `address` of the file, as it is linked.
std::string function_at(const char *path, std::uintptr_t address,
                        std::uintptr_t loaded_at) {
  MappedFile file(path);
  auto header = file.at<Elf64_Ehdr>(0, 1);
  if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0 ||
      header[0].e_ident[EI_CLASS] != ELFCLASS64)
    return {};
  if (header[0].e_type == ET_DYN)
    address -= loaded_at;
  auto sections = file.at<Elf64_Shdr>(header[0].e_shoff, header[0].e_shnum);
  for (const Elf64_Shdr &section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size())
      continue;
    const Elf64_Shdr &strings = sections[section.sh_link];
    auto names = file.at<char>(strings.sh_offset, strings.sh_size);
    for (const Elf64_Sym &symbol : file.at<Elf64_Sym>(
             section.sh_offset, section.sh_size / sizeof(Elf64_Sym)))
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
          symbol.st_shndx != SHN_UNDEF && address >= symbol.st_value &&
          address < symbol.st_value + symbol.st_size &&
          symbol.st_name < names.size())
        return &names[symbol.st_name];
  }
  return {};
}

std::string demangle(const std::string &name) {
  std::unique_ptr<char, void (*)(void *)> plain(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, nullptr), std::free);
  return plain ? plain.get() : name;
}

} // namespace

std::string describe_address(void *address) {
  // The call is before where it returns to, perhaps in another function.
  auto call = reinterpret_cast<std::uintptr_t>(address) - 1;
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(call), &info) == 0 || !info.dli_fname)
    return "?";
  auto loaded_at = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  std::string name = function_at(info.dli_fname, call, loaded_at);
  if (name.empty() && info.dli_sname)
    name = info.dli_sname;
  const char *slash = std::strrchr(info.dli_fname, '/');
  char place[32];
  std::snprintf(place, sizeof place, "+%#zx)",
                static_cast<std::size_t>(call - loaded_at));
  return (name.empty() ? "?" : demangle(name)) + " (" +
         (slash ? slash + 1 : info.dli_fname) + place;
}

bool is_machinery(const std::string &described) noexcept {
  std::string_view name = described;
  if (name.starts_with("void "))
    name.remove_prefix(5);
  return name.starts_with("heddle::detail::") ||
         name.find("heddle::detail::carry_result<") != name.npos ||
         name.starts_with("heddle_start") ||
         name.starts_with("heddle_enter_stack");
}

} // namespace heddle::detail
