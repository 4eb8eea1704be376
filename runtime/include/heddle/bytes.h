#pragma once

#include <cstddef>
#include <ranges>
#include <string_view>
#include <type_traits>

namespace heddle {

namespace detail {

/// Contiguous memory of chars or bytes.
template <class R>
concept ByteRange =
    std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
    sizeof(std::ranges::range_value_t<R>) == 1 &&
    std::is_trivially_copyable_v<std::ranges::range_value_t<R>>;

} // namespace detail

/// Memory to read into: any contiguous range of chars or bytes, such as an
/// array, a vector or a string of the size that is wanted. Refers to it.
///
/// Example: test/runtime/tcp_test.cpp, "AnEchoComesBack".
class Bytes {
public:
  constexpr Bytes() noexcept = default;
  constexpr Bytes(void *data, std::size_t size) noexcept
      : data_(static_cast<std::byte *>(data)), size_(size) {}
  template <detail::ByteRange R>
    requires(!std::is_const_v<
             std::remove_reference_t<std::ranges::range_reference_t<R>>>)
  Bytes(R &&range) noexcept
      : Bytes(std::ranges::data(range), std::ranges::size(range)) {}

  constexpr std::byte *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  /// Without its first `count` bytes. Requires: it has that many.
  constexpr Bytes after(std::size_t count) const noexcept {
    return {data_ + count, size_ - count};
  }

private:
  std::byte *data_ = nullptr;
  std::size_t size_ = 0;
};

/// Memory to write from: text, or any contiguous range of chars or bytes. A
/// string literal counts without its terminator. Refers to it.
///
/// Example: test/runtime/tcp_test.cpp, "AnEchoComesBack".
class ConstBytes {
public:
  constexpr ConstBytes() noexcept = default;
  constexpr ConstBytes(const void *data, std::size_t size) noexcept
      : data_(static_cast<const std::byte *>(data)), size_(size) {}
  template <class T>
    requires std::is_convertible_v<const T &, std::string_view>
  ConstBytes(const T &text) noexcept : ConstBytes(std::string_view(text)) {}
  ConstBytes(std::string_view text) noexcept
      : ConstBytes(text.data(), text.size()) {}
  /// Text up to a terminator, or all of it? Say which.
  template <std::size_t size> ConstBytes(char (&buffer)[size]) = delete;
  template <detail::ByteRange R>
    requires(!std::is_convertible_v<const std::remove_cvref_t<R> &,
                                    std::string_view>)
  ConstBytes(R &&range) noexcept
      : ConstBytes(std::ranges::data(range), std::ranges::size(range)) {}

  constexpr const std::byte *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  /// Without its first `count` bytes. Requires: it has that many.
  constexpr ConstBytes after(std::size_t count) const noexcept {
    return {data_ + count, size_ - count};
  }
  /// The same as text.
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char *>(data_), size_};
  }

private:
  const std::byte *data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace heddle
