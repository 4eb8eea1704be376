#pragma once

#include <utility>

namespace heddle::detail {

class Pollable;

/// Owns an open descriptor that tasks can wait for.
class Descriptor {
public:
  Descriptor() noexcept = default;
  /// Takes `fd`, which is non-blocking, over; on failure closes it.
  /// Errors: std::system_error.
  explicit Descriptor(int fd);
  Descriptor(Descriptor &&other) noexcept
      : pollable_(std::exchange(other.pollable_, nullptr)) {}
  Descriptor &operator=(Descriptor &&other) noexcept;
  ~Descriptor();

  /// Ends the operations that wait, and refuses others.
  void close() noexcept;
  bool is_open() const noexcept;

  /// Null: never opened, or moved from.
  Pollable *get() const noexcept { return pollable_; }
  void swap(Descriptor &other) noexcept {
    std::swap(pollable_, other.pollable_);
  }

private:
  Pollable *pollable_ = nullptr;
};

} // namespace heddle::detail
