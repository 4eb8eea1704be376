#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace heddle::detail {

/// The head of an object that a pool keeps.
struct PoolNode {
  using Destroy = void (*)(PoolNode *) noexcept;

  explicit PoolNode(Destroy destroy) noexcept : destroy(destroy) {}

  PoolNode *next = nullptr;
  /// Frees the node. Needs no pool.
  const Destroy destroy;
};

/// Frees a chain of nodes.
void destroy_nodes(PoolNode *first) noexcept;

/// The part of a Pool that does not depend on the objects' type: where they
/// wait for their next user.
class PoolBase {
public:
  PoolBase();
  PoolBase(const PoolBase &) = delete;
  PoolBase &operator=(const PoolBase &) = delete;

  /// Null if the pool is empty.
  PoolNode *take() noexcept;
  void put(PoolNode *node) noexcept;
  /// What waits here: for tests and metrics.
  std::size_t cached() const noexcept;

protected:
  ~PoolBase();

private:
  friend void age_pools() noexcept;
  struct Shard;

  /// Takes out what the last call left, and leaves what is here.
  PoolNode *age() noexcept;

  const std::unique_ptr<Shard[]> shards_;
  // Guarded by the lock of all pools' list.
  PoolBase *next_ = nullptr;
  PoolBase *previous_ = nullptr;
};

} // namespace heddle::detail
