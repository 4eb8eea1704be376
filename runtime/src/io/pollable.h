#pragma once

#include "heddle/detail/descriptor.h"
#include "heddle/spawn.h"
#include "io/readiness.h"

#include <cerrno>
#include <sys/types.h>

namespace heddle::detail {

/// An open descriptor that tasks wait for, and both its directions.
///
/// Lives in a pool that is never given back: an event that the system told of a
/// descriptor just before it was closed finds at worst the next one, which it
/// makes look once too often.
///
/// The descriptor is closed by whoever ends its last operation, so that its
/// number is not somebody else's by the time it is used.
///
///   uses_        meaning                         written by
///   closing      no operation may begin          close(), release()
///   released     the owner is gone               release()
///   rest         operations in progress          enter() and leave()
///
/// Who makes it "closing, no operation" closes the descriptor; who makes it
/// "closing, released, no operation" gives the object back to the pool.
class Pollable {
public:
  /// Takes the descriptor, which is non-blocking, over. On failure closes it.
  /// Errors: std::system_error.
  static Pollable *open(int fd);
  /// Refuses operations from now on, and ends those that wait.
  void close() noexcept;
  /// The same, for an owner that does not come back.
  void release() noexcept;
  bool closing() const noexcept {
    return uses_.load(std::memory_order_relaxed) & closing_bit;
  }

  /// Repeats `call(fd)` whenever it may have more success than before, until it
  /// does not return -EAGAIN; returns what it returned, or -EBADF if the
  /// descriptor is closed, -ETIMEDOUT after the deadline, or why the context
  /// has ended.
  template <class Call>
  ssize_t perform(Readiness &side, const Context *context,
                  Call &&call) HEDDLE_SUSPENDS {
    Use use(*this);
    if (!use)
      return -EBADF;
    // With a peer that is fast enough a task would never wait.
    checkpoint();
    for (;;) {
      const std::uint32_t seen = side.word();
      if (const int refusal = why_not(seen, context))
        return -refusal;
      const ssize_t result = call(fd_);
      if (result != -EAGAIN)
        return result;
      side.wait(seen, context);
    }
  }

  /// What `call(fd)` returns; without a call if the descriptor is closed.
  template <class Call> ssize_t call_once(Call &&call) {
    Use use(*this);
    return use ? call(fd_) : -EBADF;
  }

  template <class F> static void for_each(F &&visit) {
    auto call = [](void *f, Pollable &p) { (*static_cast<F *>(f))(p); };
    visit_all(call, &visit);
  }

  Readiness reading;
  Readiness writing;

private:
  static constexpr std::uint32_t closing_bit = 1;
  static constexpr std::uint32_t released_bit = 2;
  static constexpr std::uint32_t one_use = 4;

  class Use {
  public:
    explicit Use(Pollable &pollable) noexcept
        : pollable_(pollable), entered_(pollable.enter()) {}
    ~Use() {
      if (entered_)
        pollable_.leave();
    }
    Use(const Use &) = delete;
    Use &operator=(const Use &) = delete;
    explicit operator bool() const noexcept { return entered_; }

  private:
    Pollable &pollable_;
    const bool entered_;
  };

  friend class PollablePool;

  static int why_not(std::uint32_t word, const Context *context) noexcept;
  static void visit_all(void (*call)(void *, Pollable &), void *visit);
  bool enter() noexcept;
  void leave() noexcept;
  /// Sets the bits; returns the word before.
  std::uint32_t mark(std::uint32_t bits) noexcept;

  int fd_ = -1;
  std::atomic<std::uint32_t> uses_{closing_bit | released_bit};
  Pollable *next_free_ = nullptr; // guarded by the pool's lock
};

} // namespace heddle::detail
