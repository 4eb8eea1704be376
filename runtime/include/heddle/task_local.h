#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace heddle {

namespace detail {

/// A value that belongs to a task, in the list of those.
struct LocalValue {
  explicit LocalValue(std::uint64_t id) noexcept : id(id) {}
  LocalValue(const LocalValue &) = delete;
  LocalValue &operator=(const LocalValue &) = delete;
  virtual ~LocalValue();

  const std::uint64_t id;
  LocalValue *next = nullptr;
};

/// The running task's value of that id; null if it has none.
LocalValue *find_local(std::uint64_t id) noexcept;
/// Gives it to the running task, which destroys it at its end.
LocalValue &add_local(std::unique_ptr<LocalValue> value) noexcept;
/// The number in `id`, which is assigned at the first call.
std::uint64_t local_id(std::atomic<std::uint64_t> &id) noexcept;

} // namespace detail

/// A variable of which each task has its own, as each thread has of a
/// thread_local.
///
///   TaskLocal<Arena> arena;
///   …
///   arena->allocate(bytes);
///
/// A thread_local changes under a task that moves to another thread at a wait;
/// this does not. A task gets its value when it first uses it; what it spawns
/// starts anew, and inherits nothing (a Context is for that). A plain OS thread
/// has one, too.
///
/// Constant-initialised. Complexity: get() walks the list of those that the
/// task has used, the last one first.
/// Lifetime: values are destroyed when their task ends, in it, the newest
/// first; those of tasks that are left when run() returns are not. References
/// stay valid until then, over waits too. Destroying a TaskLocal leaves the
/// values to their tasks.
///
/// Example: test/runtime/task_local_test.cpp, "EachTaskHasItsOwn".
template <typename T> class TaskLocal {
  static_assert(std::is_object_v<T>, "a TaskLocal holds an object");

public:
  using value_type = T;

  /// Values start as `T()`.
  constexpr TaskLocal() noexcept
    requires std::default_initializable<T>
      : make_([] { return T(); }) {}

  /// Values start as what `make()` returns, called in the task.
  constexpr explicit TaskLocal(T (*make)()) noexcept : make_(make) {}

  TaskLocal(const TaskLocal &) = delete;
  TaskLocal &operator=(const TaskLocal &) = delete;

  /// The calling task's value, made if it has none.
  T &get() const {
    const std::uint64_t id = detail::local_id(id_);
    detail::LocalValue *value = detail::find_local(id);
    if (!value)
      value = &detail::add_local(std::make_unique<Value>(id, make_));
    return static_cast<Value *>(value)->value;
  }

  T &operator*() const { return get(); }
  T *operator->() const { return std::addressof(get()); }

private:
  struct Value final : detail::LocalValue {
    Value(std::uint64_t id, T (*make)()) : LocalValue(id), value(make()) {}
    T value;
  };

  T (*const make_)();
  // 0: not used yet. Addresses will not do: another may come to this one while
  // tasks still have values.
  mutable std::atomic<std::uint64_t> id_{0};
};

} // namespace heddle
