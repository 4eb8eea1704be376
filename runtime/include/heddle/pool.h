#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/pool_base.h"

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle {

/// Objects that are costly to make, kept for their next user.
///
///   Pool<std::string> buffers{[] { return std::string(4096, '\0'); },
///                             [](std::string &buffer) { buffer.clear(); }};
///   …
///   auto buffer = buffers.lease();   // back in the pool at the end of scope
///   buffer->append(…);
///
/// `make()` makes an object when none is at hand; `reset(object)` runs as one
/// comes back, so that no user sees another's data. Both are called by several
/// tasks at once.
///
/// Each processor keeps its own; the last returned is the first to be lent. An
/// object that nobody used between two collections (see collect()) is freed by
/// the second, in any task: its destructor must not wait.
///
/// Ordering: the return of an object happens before its next lease.
/// Errors: what `make` throws passes through. An object whose `reset` throws
/// is destroyed; put() passes the exception on, the end of a lease does not.
/// Complexity: a lease and its return take an uncontended lock each and
/// allocate nothing while the pool has an object.
/// Lifetime: outlives its leases.
///
/// Example: test/runtime/pool_test.cpp, "Pool.LendsAgainWhatCameBack".
template <class T> class Pool : private detail::PoolBase {
  struct Node;

public:
  class Lease;
  using value_type = T;

  /// Makes objects with `make`, and prepares them for the next user with
  /// `reset`, if that is given.
  explicit Pool(std::function<T()> make, std::function<void(T &)> reset = {})
      : make_(std::move(make)), reset_(std::move(reset)) {}

  /// Makes objects by their default constructor.
  Pool()
    requires std::default_initializable<T>
      : Pool([] { return T(); }) {}

  /// Lends an object until the lease ends.
  [[nodiscard]] Lease lease() HEDDLE_TAKES_POOLED {
    if (detail::PoolNode *node = take())
      return Lease(*this, static_cast<Node *>(node));
    return Lease(*this, new Node(make_));
  }

  /// Takes an object out of the pool, for good or until put(). A lease is
  /// cheaper, and comes back by itself.
  [[nodiscard]] T get() HEDDLE_TAKES_POOLED {
    if (detail::PoolNode *node = take()) {
      std::unique_ptr<Node> owner(static_cast<Node *>(node));
      return std::move(owner->object);
    }
    return make_();
  }

  /// Gives an object to the pool.
  void put(T object) HEDDLE_PUTS_POOLED {
    auto node = std::make_unique<Node>(std::move(object));
    if (reset_)
      reset_(node->object);
    PoolBase::put(node.release());
  }

  /// How many objects wait for a user: for metrics and tests.
  [[nodiscard]] std::size_t cached() const noexcept {
    return PoolBase::cached();
  }

private:
  void give_back(std::unique_ptr<Node> node) noexcept {
    if (reset_) {
      try {
        reset_(node->object);
      } catch (...) {
        return;
      }
    }
    PoolBase::put(node.release());
  }

  const std::function<T()> make_;
  const std::function<void(T &)> reset_;
};

template <class T> struct Pool<T>::Node : detail::PoolNode {
  explicit Node(const std::function<T()> &make)
      : PoolNode(destroy_node), object(make()) {}
  explicit Node(T &&object)
      : PoolNode(destroy_node), object(std::move(object)) {}

  static void destroy_node(PoolNode *node) noexcept {
    delete static_cast<Node *>(node);
  }

  T object;
};

/// An object of a Pool, lent until the lease ends. Movable: a lease may go
/// through a channel, and its last owner gives the object back. One that was
/// moved from holds nothing.
template <class T> class [[nodiscard]] Pool<T>::Lease {
public:
  Lease(Lease &&) noexcept = default;
  Lease &operator=(Lease &&other) noexcept {
    Lease(std::move(other)).swap(*this);
    return *this;
  }
  ~Lease() HEDDLE_PUTS_POOLED {
    if (node_)
      pool_->give_back(std::move(node_));
  }

  [[nodiscard]] T &operator*() const noexcept { return node_->object; }
  [[nodiscard]] T *operator->() const noexcept {
    return std::addressof(node_->object);
  }
  explicit operator bool() const noexcept { return node_ != nullptr; }

private:
  friend class Pool;
  Lease(Pool &pool, Node *node) noexcept : pool_(&pool), node_(node) {}
  void swap(Lease &other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(node_, other.node_);
  }

  Pool *pool_;
  std::unique_ptr<Node> node_;
};

template <class Make> explicit Pool(Make) -> Pool<std::invoke_result_t<Make &>>;
template <class Make, class Reset>
Pool(Make, Reset) -> Pool<std::invoke_result_t<Make &>>;

} // namespace heddle
