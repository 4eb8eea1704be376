#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/hash.h"
#include "heddle/detail/mutex_guard.h"
#include "heddle/detail/shards.h"
#include "heddle/mutex.h"

#include <bit>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace heddle {

/// A hash map cut into stripes with a Mutex each: tasks that use different keys
/// rarely wait for one another.
///
///   ShardedMap<UserId, Session> sessions;
///   sessions.update(id, [&](Session &session) { session.touch(now); });
///
/// For much the same number of reads and writes. A map that is filled once and
/// then read is better a ConcurrentMap.
///
/// What a function that is passed in does, it does with the key's stripe
/// locked: it should be short, and must not use the same map.
///
/// Ordering: each call happens before those after it that see its effect.
/// Errors: what a function, or a key or value, throws passes through; the map
/// is then as if only what was done before had been called.
/// Complexity: one lock of a stripe and one look-up, unless it is said
/// otherwise.
///
/// Example: test/runtime/sharded_map_test.cpp, "ShardedMap.CountsWords".
template <class K, class V, class Hash = std::hash<K>,
          class Equal = std::equal_to<K>>
class ShardedMap {
public:
  /// Makes an empty map. `stripes` is rounded up to a power of two; 0: four for
  /// each processor.
  explicit ShardedMap(std::size_t stripes = 0)
      : mask_(std::bit_ceil(stripes ? stripes : 4 * detail::shard_count()) - 1),
        stripes_(new Stripe[mask_ + 1]) {}
  ShardedMap(const ShardedMap &) = delete;
  ShardedMap &operator=(const ShardedMap &) = delete;

  /// A copy of the value at `key`, if there is one.
  [[nodiscard]] std::optional<V> get(const K &key) const {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    auto found = stripe.map.find(key);
    return found == stripe.map.end() ? std::nullopt
                                     : std::optional<V>(found->second);
  }

  [[nodiscard]] bool contains(const K &key) const {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    return stripe.map.contains(key);
  }

  /// Puts `value` at `key` if there is none yet; reports whether it did.
  bool insert(K key, V value) {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    return stripe.map.try_emplace(std::move(key), std::move(value)).second;
  }

  /// Puts `value` at `key`; reports whether there was none before.
  bool insert_or_assign(K key, V value) {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    return stripe.map.insert_or_assign(std::move(key), std::move(value)).second;
  }

  /// Removes `key`; reports whether it was there.
  bool erase(const K &key) { return take(key).has_value(); }

  /// Removes `key`, and returns the value that was there.
  std::optional<V> take(const K &key) {
    typename Map::node_type node;
    {
      Stripe &stripe = stripe_of(key);
      detail::MutexGuard guard(stripe.mutex);
      node = stripe.map.extract(key);
    }
    return node ? std::optional<V>(std::move(node.mapped())) : std::nullopt;
  }

  /// Calls `f(value)` if there is a value at `key`; reports whether there was.
  template <std::invocable<V &> F>
  bool visit(const K &key, F &&f) HEDDLE_CALLS_ARGUMENT {
    return visit_in(*this, key, f);
  }
  template <std::invocable<const V &> F>
  bool visit(const K &key, F &&f) const HEDDLE_CALLS_ARGUMENT {
    return visit_in(std::as_const(*this), key, f);
  }

  /// Returns `f(value)` with the value at `key`, which is made by its default
  /// constructor first if there is none.
  template <std::invocable<V &> F>
  std::invoke_result_t<F &, V &> update(K key, F &&f) HEDDLE_CALLS_ARGUMENT {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    return std::invoke(f, stripe.map[std::move(key)]);
  }

  /// A copy of the value at `key`, which `make()` makes if there is none. For a
  /// `make` that takes long or waits see SingleFlight.
  template <std::invocable F>
  V get_or_insert(K key, F &&make) HEDDLE_CALLS_ARGUMENT {
    Stripe &stripe = stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    if (auto found = stripe.map.find(key); found != stripe.map.end())
      return found->second;
    return stripe.map.try_emplace(std::move(key), std::invoke(make))
        .first->second;
  }

  /// Calls `f(key, value)` for each element, one stripe after the other: an
  /// element that is there from beginning to end is met once, others once or
  /// not at all.
  template <std::invocable<const K &, V &> F>
  void for_each(F &&f) HEDDLE_CALLS_IN_LOOP {
    for (Stripe &stripe : stripes()) {
      detail::MutexGuard guard(stripe.mutex);
      for (auto &[key, value] : stripe.map)
        std::invoke(f, key, value);
    }
  }
  template <std::invocable<const K &, const V &> F>
  void for_each(F &&f) const HEDDLE_CALLS_IN_LOOP {
    for (Stripe &stripe : stripes()) {
      detail::MutexGuard guard(stripe.mutex);
      for (const auto &[key, value] : stripe.map)
        std::invoke(f, key, value);
    }
  }

  /// Removes the elements of which `test(key, value)` is true; returns how
  /// many.
  template <std::predicate<const K &, const V &> F>
  std::size_t erase_if(F &&test) HEDDLE_CALLS_IN_LOOP {
    std::size_t erased = 0;
    for (Stripe &stripe : stripes()) {
      detail::MutexGuard guard(stripe.mutex);
      erased += std::erase_if(stripe.map, [&](const auto &element) {
        return std::invoke(test, element.first, element.second);
      });
    }
    return erased;
  }

  /// Removes all elements.
  void clear() {
    for (Stripe &stripe : stripes()) {
      Map removed;
      detail::MutexGuard guard(stripe.mutex);
      stripe.map.swap(removed);
    }
  }

  /// How many elements there are; exact when nobody changes the map.
  /// Complexity: locks one stripe after the other.
  [[nodiscard]] std::size_t size() const {
    std::size_t sum = 0;
    for (Stripe &stripe : stripes()) {
      detail::MutexGuard guard(stripe.mutex);
      sum += stripe.map.size();
    }
    return sum;
  }

  [[nodiscard]] bool empty() const { return size() == 0; }

private:
  using Map = std::unordered_map<K, V, Hash, Equal>;

  struct alignas(64) Stripe {
    Mutex mutex;
    Map map HEDDLE_GUARDED_BY(mutex);
  };

  Stripe &stripe_of(const K &key) const {
    return stripes_[detail::spread(Hash()(key)) & mask_];
  }
  std::span<Stripe> stripes() const noexcept {
    return {stripes_.get(), mask_ + 1};
  }

  template <class Self, class F>
  static bool visit_in(Self &self, const K &key, F &f) {
    using Value = std::conditional_t<std::is_const_v<Self>, const V, V>;
    Stripe &stripe = self.stripe_of(key);
    detail::MutexGuard guard(stripe.mutex);
    auto found = stripe.map.find(key);
    if (found == stripe.map.end())
      return false;
    std::invoke(f, static_cast<Value &>(found->second));
    return true;
  }

  const std::size_t mask_;
  const std::unique_ptr<Stripe[]> stripes_;
};

} // namespace heddle
