#include "memory/pool.h"

#include "heddle/detail/pool_base.h"
#include "heddle/detail/shards.h"
#include "heddle/detail/task.h"

#include <mutex>
#include <span>
#include <utility>

namespace heddle::detail {

/// One processor's objects. The heads change under the lock; others read them
/// without to see whether looking closer pays.
struct alignas(64) PoolBase::Shard {
  SpinLock lock;
  std::atomic<PoolNode *> fresh{nullptr};
  std::atomic<PoolNode *> victims{nullptr};
  std::size_t size = 0;

  PoolNode *pop() noexcept {
    std::atomic<PoolNode *> *list =
        fresh.load(std::memory_order_relaxed)     ? &fresh
        : victims.load(std::memory_order_relaxed) ? &victims
                                                  : nullptr;
    if (!list)
      return nullptr;
    std::lock_guard guard(lock);
    PoolNode *node = list->load(std::memory_order_relaxed);
    if (node) {
      list->store(node->next, std::memory_order_relaxed);
      --size;
    }
    return node;
  }

  void push(PoolNode *node) noexcept {
    std::lock_guard guard(lock);
    node->next = fresh.load(std::memory_order_relaxed);
    fresh.store(node, std::memory_order_relaxed);
    ++size;
  }

  PoolNode *age() noexcept {
    std::lock_guard guard(lock);
    PoolNode *old = victims.load(std::memory_order_relaxed);
    for (PoolNode *node = old; node; node = node->next)
      --size;
    victims.store(fresh.load(std::memory_order_relaxed),
                  std::memory_order_relaxed);
    fresh.store(nullptr, std::memory_order_relaxed);
    return old;
  }
};

namespace {

struct Pools {
  SpinLock lock;
  PoolBase *first = nullptr; // guarded by lock
};

constinit Pools pools;

} // namespace

void destroy_nodes(PoolNode *first) noexcept {
  while (PoolNode *node = first) {
    first = node->next;
    node->destroy(node);
  }
}

PoolBase::PoolBase() : shards_(new Shard[shard_count()]) {
  std::lock_guard guard(pools.lock);
  next_ = pools.first;
  if (next_)
    next_->previous_ = this;
  pools.first = this;
}

PoolBase::~PoolBase() {
  {
    std::lock_guard guard(pools.lock);
    (previous_ ? previous_->next_ : pools.first) = next_;
    if (next_)
      next_->previous_ = previous_;
  }
  destroy_nodes(age());
  destroy_nodes(age());
}

PoolNode *PoolBase::take() noexcept {
  const std::size_t count = shard_count();
  const std::size_t own = processor_index();
  for (std::size_t i = 0; i < count; ++i)
    if (PoolNode *node = shards_[(own + i) % count].pop())
      return node;
  return nullptr;
}

void PoolBase::put(PoolNode *node) noexcept {
  shards_[processor_index() % shard_count()].push(node);
}

std::size_t PoolBase::cached() const noexcept {
  std::size_t sum = 0;
  for (Shard &shard : std::span(shards_.get(), shard_count())) {
    std::lock_guard guard(shard.lock);
    sum += shard.size;
  }
  return sum;
}

PoolNode *PoolBase::age() noexcept {
  PoolNode *all = nullptr;
  for (Shard &shard : std::span(shards_.get(), shard_count()))
    for (PoolNode *node = shard.age(); node;) {
      PoolNode *next = std::exchange(node->next, all);
      all = std::exchange(node, next);
    }
  return all;
}

// Users' destructors run with nothing locked: they may well use a pool.
void age_pools() noexcept {
  PoolNode *all = nullptr;
  {
    std::lock_guard guard(pools.lock);
    for (PoolBase *pool = pools.first; pool; pool = pool->next_)
      for (PoolNode *node = pool->age(); node;) {
        PoolNode *next = std::exchange(node->next, all);
        all = std::exchange(node, next);
      }
  }
  destroy_nodes(all);
}

} // namespace heddle::detail
