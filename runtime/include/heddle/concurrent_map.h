#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/hash.h"
#include "heddle/detail/mutex_guard.h"
#include "heddle/detail/task.h"
#include "heddle/memory.h"
#include "heddle/mutex.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace heddle {

/// A hash map whose readers take no lock and write nothing: for tables that are
/// read all the time and changed now and then.
///
///   ConcurrentMap<std::string, Route> routes;
///   …
///   if (auto route = routes.get(path))
///     …
///
/// A change makes a new element beside the old one, which is freed when no
/// reader can have it any more (see retire()); changes take turns. Where they
/// are a good part of all calls a ShardedMap is faster.
///
/// Readers on threads that are no tasks, and within foreign(), take the lock of
/// the writers.
///
/// Requires: keys and values are not changed through what they refer to without
/// synchronisation of their own. While a task reads, what it calls (a value's
/// copy constructor, the function given to visit() or for_each()) does not
/// wait, yield or enter a blocking section (not checked).
/// Ordering: a change happens before each read that sees it.
/// Errors: what keys, values and functions throw passes through, and the map is
/// unchanged.
/// Complexity: a read is one look-up in a table at most half full; a change
/// allocates an element, and sometimes a table.
/// Lifetime: destroyed when nobody uses it.
///
/// Example: test/runtime/concurrent_map_test.cpp,
/// "ConcurrentMap.ReadersSeeOneVersionOrTheOther".
template <class K, class V, class Hash = std::hash<K>,
          class Equal = std::equal_to<K>>
class ConcurrentMap {
public:
  ConcurrentMap() : table_(new Table(least_slots)) {}
  ConcurrentMap(const ConcurrentMap &) = delete;
  ConcurrentMap &operator=(const ConcurrentMap &) = delete;
  ~ConcurrentMap() {
    const Table *table = table_.load(std::memory_order_relaxed);
    for (const Slot &slot : table->slots())
      if (const Element *element = slot.load(std::memory_order_relaxed);
          element != erased())
        delete element;
    delete table;
  }

  /// A copy of the value at `key`, if there is one.
  [[nodiscard]] std::optional<V> get(const K &key) const {
    return read([&](const Table &table) -> std::optional<V> {
      if (const Element *element = find(table, hash_of(key), key))
        return element->value;
      return std::nullopt;
    });
  }

  [[nodiscard]] bool contains(const K &key) const {
    return read([&](const Table &table) {
      return find(table, hash_of(key), key) != nullptr;
    });
  }

  /// Calls `f(value)` if there is a value at `key`; reports whether there was.
  template <std::invocable<const V &> F>
  bool visit(const K &key, F &&f) const HEDDLE_CALLS_ARGUMENT {
    return read([&](const Table &table) {
      const Element *element = find(table, hash_of(key), key);
      if (element)
        std::invoke(f, element->value);
      return element != nullptr;
    });
  }

  /// Calls `f(key, value)` for each element: one that is there from beginning
  /// to end is met once, others once or not at all.
  template <std::invocable<const K &, const V &> F>
  void for_each(F &&f) const HEDDLE_CALLS_IN_LOOP {
    read([&](const Table &table) {
      for (const Slot &slot : table.slots())
        if (const Element *element = slot.load(std::memory_order_acquire);
            element && element != erased())
          std::invoke(f, element->key, element->value);
    });
  }

  /// Puts `value` at `key` if there is none yet; reports whether it did.
  bool insert(K key, V value) {
    const std::size_t hash = hash_of(key);
    detail::MutexGuard guard(mutex_);
    if (find(table(), hash, key))
      return false;
    add(std::make_unique<Element>(hash, std::move(key), std::move(value)));
    return true;
  }

  /// Puts `value` at `key`; reports whether there was none before.
  bool insert_or_assign(K key, V value) {
    const std::size_t hash = hash_of(key);
    auto element =
        std::make_unique<Element>(hash, std::move(key), std::move(value));
    detail::MutexGuard guard(mutex_);
    return put(std::move(element));
  }

  /// Puts what `f(value)` makes of a copy of the value at `key`, or of a new
  /// one if there is none, in its place.
  template <std::invocable<V &> F>
  void update(K key, F &&f) HEDDLE_CALLS_ARGUMENT {
    const std::size_t hash = hash_of(key);
    detail::MutexGuard guard(mutex_);
    const Element *former = find(table(), hash, key);
    V value = former ? former->value : V();
    std::invoke(f, value);
    put(std::make_unique<Element>(hash, std::move(key), std::move(value)));
  }

  /// A copy of the value at `key`, which `make()` makes if there is none. For a
  /// `make` that takes long or waits see SingleFlight.
  template <std::invocable F>
  V get_or_insert(K key, F &&make) HEDDLE_CALLS_ARGUMENT {
    if (std::optional<V> found = get(key))
      return *std::move(found);
    const std::size_t hash = hash_of(key);
    detail::MutexGuard guard(mutex_);
    if (const Element *element = find(table(), hash, key))
      return element->value;
    V value = std::invoke(make);
    add(std::make_unique<Element>(hash, std::move(key), value));
    return value;
  }

  /// Removes `key`; reports whether it was there.
  bool erase(const K &key) {
    const std::size_t hash = hash_of(key);
    detail::MutexGuard guard(mutex_);
    Slot *slot = find_slot(table(), hash, key);
    if (!slot)
      return false;
    const Element *element = slot->load(std::memory_order_relaxed);
    slot->store(erased(), std::memory_order_release);
    size_.fetch_sub(1, std::memory_order_relaxed);
    retire(element);
    return true;
  }

  /// Removes all elements.
  void clear() {
    auto empty = std::make_unique<Table>(least_slots);
    detail::MutexGuard guard(mutex_);
    const Table &former = table();
    publish(std::move(empty));
    for (const Slot &slot : former.slots())
      if (const Element *element = slot.load(std::memory_order_relaxed);
          element && element != erased())
        retire(element);
    used_ = 0;
    size_.store(0, std::memory_order_relaxed);
  }

  /// How many elements there are; exact when nobody changes the map.
  [[nodiscard]] std::size_t size() const noexcept {
    return size_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
  struct Element {
    Element(std::size_t hash, K key, V value)
        : hash(hash), key(std::move(key)), value(std::move(value)) {}

    const std::size_t hash;
    const K key;
    const V value;
  };

  //   null      nothing is here, and never was: a search ends
  //   erased()  something was here: a search goes on
  //   other     an element, which never changes
  // Written under mutex_; a table that was replaced is written no more.
  // Release: pairs with the acquire of the readers, who follow the pointer.
  using Slot = std::atomic<const Element *>;

  static const Element *erased() noexcept {
    return reinterpret_cast<const Element *>(std::uintptr_t{1});
  }

  struct Table {
    explicit Table(std::size_t count)
        : mask(count - 1), first(new Slot[count]()) {}
    std::span<Slot> slots() const noexcept { return {first.get(), mask + 1}; }
    Slot &slot(std::size_t hash) const noexcept { return first[hash & mask]; }

    const std::size_t mask;
    const std::unique_ptr<Slot[]> first;
  };

  static constexpr std::size_t least_slots = 16;

  static std::size_t hash_of(const K &key) {
    return detail::spread(Hash()(key));
  }

  static Slot *find_slot(const Table &table, std::size_t hash, const K &key) {
    for (std::size_t i = hash;; ++i) {
      Slot &slot = table.slot(i);
      const Element *element = slot.load(std::memory_order_acquire);
      if (!element)
        return nullptr;
      if (element != erased() && element->hash == hash &&
          Equal()(element->key, key))
        return &slot;
    }
  }

  // Null: nothing is at `key`.
  static const Element *find(const Table &table, std::size_t hash,
                             const K &key) {
    for (std::size_t i = hash;; ++i) {
      const Element *element = table.slot(i).load(std::memory_order_acquire);
      if (!element || (element != erased() && element->hash == hash &&
                       Equal()(element->key, key)))
        return element;
    }
  }

  // A task that reads cannot be between two switches of its thread for longer
  // than a grace period lasts. Others have nobody who waits for them.
  template <class F> auto read(F &&f) const {
    if (detail::on_task()) [[likely]]
      return f(*table_.load(std::memory_order_acquire));
    detail::MutexGuard guard(mutex_);
    return f(*table_.load(std::memory_order_relaxed));
  }

  const Table &table() const HEDDLE_REQUIRES(mutex_) {
    return *table_.load(std::memory_order_relaxed);
  }

  void publish(std::unique_ptr<Table> table) HEDDLE_REQUIRES(mutex_) {
    const std::size_t bytes = (table->mask + 1) * sizeof(Slot);
    const Table *former = table_.load(std::memory_order_relaxed);
    // Release: pairs with read()'s acquire.
    table_.store(table.release(), std::memory_order_release);
    detail::retire(
        const_cast<Table *>(former),
        [](void *object) noexcept { delete static_cast<Table *>(object); },
        bytes);
  }

  bool put(std::unique_ptr<Element> element) HEDDLE_REQUIRES(mutex_) {
    Slot *slot = find_slot(table(), element->hash, element->key);
    if (!slot) {
      add(std::move(element));
      return true;
    }
    const Element *former = slot->load(std::memory_order_relaxed);
    slot->store(element.release(), std::memory_order_release);
    retire(former);
    return false;
  }

  // Requires: nothing is at its key.
  void add(std::unique_ptr<Element> element) HEDDLE_REQUIRES(mutex_) {
    if (2 * (used_ + 1) > table().mask + 1)
      rebuild();
    if (place(table(), element.get()))
      ++used_;
    element.release();
    size_.fetch_add(1, std::memory_order_relaxed);
  }

  // Whether the slot was never used before.
  static bool place(const Table &table, const Element *element) noexcept {
    for (std::size_t i = element->hash;; ++i) {
      Slot &slot = table.slot(i);
      const Element *there = slot.load(std::memory_order_relaxed);
      if (!there || there == erased()) {
        slot.store(element, std::memory_order_release);
        return !there;
      }
    }
  }

  // Readers of the old table find in it what was there when they began.
  void rebuild() HEDDLE_REQUIRES(mutex_) {
    const Table &former = table();
    const std::size_t elements = size();
    auto larger = std::make_unique<Table>(
        std::max(least_slots, std::bit_ceil(4 * (elements + 1))));
    for (const Slot &slot : former.slots())
      if (const Element *element = slot.load(std::memory_order_relaxed);
          element && element != erased())
        place(*larger, element);
    used_ = elements;
    publish(std::move(larger));
  }

  std::atomic<const Table *> table_;
  std::atomic<std::size_t> size_{0};
  mutable Mutex mutex_;
  /// Slots of the table that are not null. Invariant: at most half of them.
  std::size_t used_ HEDDLE_GUARDED_BY(mutex_) = 0;
};

} // namespace heddle
