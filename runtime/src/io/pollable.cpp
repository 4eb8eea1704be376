#include "io/pollable.h"

#include "io/poller.h"

#include <memory>
#include <mutex>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace heddle::detail {

class PollablePool {
public:
  static PollablePool &instance() {
    // Never destroyed: tasks may use it while the program ends.
    static auto &pool = *new PollablePool;
    return pool;
  }

  Pollable *take() {
    {
      std::lock_guard guard(lock_);
      if (Pollable *pollable = free_) {
        free_ = pollable->next_free_;
        return pollable;
      }
    }
    auto slab = std::make_unique<Pollable[]>(slab_size);
    std::lock_guard guard(lock_);
    slabs_.push_back(std::move(slab));
    Pollable *fresh = slabs_.back().get();
    for (std::size_t i = 1; i < slab_size; ++i)
      push(fresh[i]);
    return fresh;
  }

  void put(Pollable &pollable) noexcept {
    std::lock_guard guard(lock_);
    push(pollable);
  }

  template <class F> void for_each(F visit) {
    std::lock_guard guard(lock_);
    for (auto &slab : slabs_)
      for (std::size_t i = 0; i < slab_size; ++i)
        visit(slab[i]);
  }

private:
  static constexpr std::size_t slab_size = 64;

  void push(Pollable &pollable) noexcept {
    pollable.next_free_ = free_;
    free_ = &pollable;
  }

  SpinLock lock_;
  Pollable *free_ = nullptr;
  std::vector<std::unique_ptr<Pollable[]>> slabs_;
};

void Pollable::visit_all(void (*call)(void *, Pollable &), void *visit) {
  PollablePool::instance().for_each(
      [&](Pollable &pollable) { call(visit, pollable); });
}

namespace {

void close_descriptor(int fd) noexcept {
  unwatch(fd);
  ::close(fd); // whatever it returns, the descriptor is gone
}

} // namespace

Pollable *Pollable::open(int fd) {
  Pollable *pollable;
  try {
    pollable = PollablePool::instance().take();
  } catch (...) {
    ::close(fd);
    throw;
  }
  pollable->fd_ = fd;
  pollable->reading.open();
  pollable->writing.open();
  // Release: pairs with enter().
  pollable->uses_.store(0, std::memory_order_release);
  if (int error = watch(fd, *pollable)) {
    pollable->release();
    throw std::system_error(error, std::generic_category(),
                            "cannot watch a descriptor");
  }
  return pollable;
}

bool Pollable::enter() noexcept {
  std::uint32_t uses = uses_.load(std::memory_order_relaxed);
  do
    if (uses & closing_bit)
      return false;
  while (!uses_.compare_exchange_weak(uses, uses + one_use,
                                      std::memory_order_acquire,
                                      std::memory_order_relaxed));
  return true;
}

void Pollable::leave() noexcept {
  const int fd = fd_;
  // Release: pairs with the acquire of whoever ends the last operation.
  const std::uint32_t uses =
      uses_.fetch_sub(one_use, std::memory_order_acq_rel) - one_use;
  if (!(uses & closing_bit) || uses >= one_use)
    return;
  close_descriptor(fd);
  if (uses & released_bit)
    PollablePool::instance().put(*this);
}

std::uint32_t Pollable::mark(std::uint32_t bits) noexcept {
  const int fd = fd_;
  const std::uint32_t before = uses_.fetch_or(bits, std::memory_order_acq_rel);
  if (!(before & closing_bit) && before < one_use)
    close_descriptor(fd);
  return before;
}

void Pollable::close() noexcept {
  if (mark(closing_bit) & closing_bit)
    return;
  reading.close();
  writing.close();
}

// The sides first: after the last mark the object may be another's.
void Pollable::release() noexcept {
  close();
  if (mark(released_bit) < one_use)
    PollablePool::instance().put(*this);
}

int Pollable::why_not(std::uint32_t word, const Context *context) noexcept {
  if (word & Readiness::closed)
    return EBADF;
  if (word & Readiness::expired)
    return ETIMEDOUT;
  return context ? context->error().value() : 0;
}

void forget_io_waiters() noexcept {
  Pollable::for_each([](Pollable &pollable) {
    pollable.reading.forget_tasks();
    pollable.writing.forget_tasks();
  });
  forget_shutdown_contexts();
}

// The handle.

Descriptor::Descriptor(int fd) : pollable_(Pollable::open(fd)) {}

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  Descriptor(std::move(other)).swap(*this);
  return *this;
}

Descriptor::~Descriptor() {
  if (pollable_)
    pollable_->release();
}

void Descriptor::close() noexcept {
  if (pollable_)
    pollable_->close();
}

bool Descriptor::is_open() const noexcept {
  return pollable_ && !pollable_->closing();
}

} // namespace heddle::detail
