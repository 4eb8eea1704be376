#include "heddle/parallel.h"

#include "sched/pause.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>

namespace heddle::detail {
namespace {

// Worth the wake of a thread, if an idle one could help.
constexpr std::int64_t worth_a_wake = 10'000;

// One parallel_for.
//
// Each participant owns a range of the items and takes them from its front; who
// has none left takes the upper half of the largest range there is, also of a
// participant that waits in an item. Before a participant starts it sees to it
// that one more helper is queued: an idle processor steals that, and while the
// participant waits, its own processor takes it up. So all items may wait at
// once, and where none does there is one spare helper and no more.
//
// Lives until the caller and the last helper are done with it; helpers that
// start after all items are done only notice that.
class Loop {
public:
  Loop(std::size_t count, void (*body)(void *, std::size_t), void *context,
       const ParallelOptions &options, const std::source_location &site)
      : body_(body), context_(context),
        grain_(std::max<std::size_t>(options.grain, 1)),
        limit_(options.limit ? options.limit
                             : std::numeric_limits<std::size_t>::max()),
        site_(site), count_(count) {}

  void run() {
    Range mine(0, count_);
    take_part(mine);
    std::size_t alone = 1;
    if (!open_.compare_exchange_strong(alone, 0, std::memory_order_acquire,
                                       std::memory_order_relaxed))
      park(WaitReason::children, wait_for_helpers, this);
    // The helper that was offered last has nothing to do.
    if (Task *spare = take_back(this)) {
      spare->closure(*spare, ClosureAction::drop);
      discard(spare);
    }
    std::exception_ptr error = std::move(error_);
    release();
    if (error)
      std::rethrow_exception(std::move(error));
  }

private:
  // Items [first, last), each a half of the word; 2^32 items are enough for one
  // loop's frames, and larger counts are run in parts.
  class Range {
  public:
    Range(std::uint32_t first, std::uint32_t last) noexcept
        : word_(pack(first, last)) {}

    // Owner: takes up to `most` items from the front.
    std::pair<std::uint32_t, std::uint32_t> take(std::size_t most) noexcept {
      std::uint64_t word = word_.load(std::memory_order_relaxed);
      for (;;) {
        auto [first, last] = unpack(word);
        std::uint32_t end = static_cast<std::uint32_t>(
            std::min<std::size_t>(first + most, last));
        if (first == end ||
            word_.compare_exchange_weak(word, pack(end, last),
                                        std::memory_order_relaxed))
          return {first, end};
      }
    }

    // Others: takes the upper half, or the last item.
    std::pair<std::uint32_t, std::uint32_t> split() noexcept {
      std::uint64_t word = word_.load(std::memory_order_relaxed);
      for (;;) {
        auto [first, last] = unpack(word);
        std::uint32_t middle = first + (last - first) / 2;
        if (first == last ||
            word_.compare_exchange_weak(word, pack(first, middle),
                                        std::memory_order_relaxed))
          return {middle, last};
      }
    }

    std::uint32_t size() const noexcept {
      auto [first, last] = unpack(word_.load(std::memory_order_relaxed));
      return last - first;
    }
    void set(std::uint32_t first, std::uint32_t last) noexcept {
      word_.store(pack(first, last), std::memory_order_relaxed);
    }

    // Guarded by the loop's lock.
    Range *next = nullptr;

  private:
    static std::uint64_t pack(std::uint32_t first,
                              std::uint32_t last) noexcept {
      return std::uint64_t{first} << 32 | last;
    }
    static std::pair<std::uint32_t, std::uint32_t>
    unpack(std::uint64_t word) noexcept {
      return {static_cast<std::uint32_t>(word >> 32),
              static_cast<std::uint32_t>(word)};
    }

    std::atomic<std::uint64_t> word_;
  };

  class Helper {
  public:
    explicit Helper(Loop &loop) noexcept : loop_(&loop) {
      loop.users_.fetch_add(1, std::memory_order_relaxed);
    }
    Helper(Helper &&other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)) {}
    ~Helper() {
      if (loop_)
        loop_->release();
    }
    void operator()() { loop_->help(); }

  private:
    Loop *loop_;
  };

  void take_part(Range &mine) noexcept {
    {
      std::lock_guard guard(lock_);
      mine.next = ranges_;
      ranges_ = &mine;
    }
    do {
      offer_help();
      work(mine);
    } while (find_range(mine));
  }

  void work(Range &mine) noexcept {
    std::int64_t start = 0;
    std::uint32_t done = 0;
    for (;;) {
      if (failed_.load(std::memory_order_relaxed))
        return mine.set(0, 0);
      auto [first, end] = mine.take(grain_);
      if (first == end)
        return;
      try {
        for (std::uint32_t i = first; i < end; ++i)
          body_(context_, i);
      } catch (...) {
        keep(std::current_exception());
      }
      // Looked at after 1, 2, 4, … runs.
      if (std::has_single_bit(++done) && help_is_needed()) {
        std::int64_t now = now_ns();
        if (start == 0)
          start = now;
        if (done == 1 || now - start > worth_a_wake)
          wake_if_worth(now - start);
      }
    }
  }

  bool help_is_needed() const noexcept {
    return spare_.load(std::memory_order_relaxed) &&
           scheduler.idle_procs.load(std::memory_order_relaxed) > 0;
  }

  void wake_if_worth(std::int64_t elapsed) noexcept {
    if (elapsed > worth_a_wake &&
        scheduler.searching.load(std::memory_order_relaxed) == 0)
      wake_worker();
  }

  void offer_help() noexcept {
    if (open_.load(std::memory_order_relaxed) >= limit_ || !items_left() ||
        spare_.exchange(true, std::memory_order_relaxed))
      return;
    try {
      Task *task = new_task(site_, this);
      place_closure(*task, Helper(*this));
      enqueue(task);
    } catch (const std::bad_alloc &) {
      // Those who take part already do all.
      spare_.store(false, std::memory_order_relaxed);
    }
  }

  bool items_left() noexcept {
    std::lock_guard guard(lock_);
    for (Range *range = ranges_; range; range = range->next)
      if (range->size() > 0)
        return true;
    return false;
  }

  // Gives `mine`, which is empty, some of another's, or takes it off the list.
  bool find_range(Range &mine) noexcept {
    std::lock_guard guard(lock_);
    for (;;) {
      Range *largest = ranges_;
      for (Range *range = ranges_; range; range = range->next)
        if (range->size() > largest->size())
          largest = range;
      if (!largest || largest->size() == 0) {
        Range **link = &ranges_;
        while (*link && *link != &mine)
          link = &(*link)->next;
        if (*link)
          *link = mine.next;
        return false;
      }
      auto [first, last] = largest->split();
      if (first != last) {
        mine.set(first, last);
        return true;
      }
    }
  }

  void help() noexcept {
    spare_.store(false, std::memory_order_relaxed);
    // Not once all have left: the caller may be gone.
    std::size_t open = open_.load(std::memory_order_relaxed);
    do {
      if (open == 0)
        return;
    } while (!open_.compare_exchange_weak(
        open, open + 1, std::memory_order_acquire, std::memory_order_relaxed));
    Range mine(0, 0);
    if (find_range(mine))
      take_part(mine);
    // Acquire and release: the caller sees what all helpers did.
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      ready_next(waiter_);
  }

  static bool wait_for_helpers(Task *self, void *arg) noexcept {
    auto &loop = *static_cast<Loop *>(arg);
    loop.waiter_ = self;
    return loop.open_.fetch_sub(1, std::memory_order_acq_rel) != 1;
  }

  void keep(std::exception_ptr error) noexcept {
    if (!failed_.exchange(true, std::memory_order_relaxed))
      error_ = std::move(error);
  }

  void release() noexcept {
    if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

  void (*const body_)(void *, std::size_t);
  void *const context_;
  const std::size_t grain_;
  const std::size_t limit_;
  const std::source_location site_;
  const std::size_t count_;

  std::atomic<std::uint32_t> users_{1};
  /// Participants, the caller among them until it waits.
  std::atomic<std::size_t> open_{1};
  Task *waiter_ = nullptr;
  /// A helper is queued and has not started.
  std::atomic<bool> spare_{false};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;

  SpinLock lock_;
  Range *ranges_ = nullptr; // guarded by lock_
};

} // namespace

void parallel_indices(std::size_t count, void (*body)(void *, std::size_t),
                      void *context, const ParallelOptions &options,
                      const std::source_location &site) {
  constexpr std::size_t part = std::numeric_limits<std::uint32_t>::max();
  if (count <= 1 || options.limit == 1 || !on_task()) {
    for (std::size_t i = 0; i < count; ++i)
      body(context, i);
  } else if (count <= part) {
    (new Loop(count, body, context, options, site))->run();
  } else {
    struct Shifted {
      void (*body)(void *, std::size_t);
      void *context;
      std::size_t base;
    } shifted{body, context, 0};
    for (; shifted.base < count; shifted.base += part)
      (new Loop(
           std::min(part, count - shifted.base),
           [](void *arg, std::size_t i) {
             auto &shifted = *static_cast<Shifted *>(arg);
             shifted.body(shifted.context, shifted.base + i);
           },
           &shifted, options, site))
          ->run();
  }
}

} // namespace heddle::detail
