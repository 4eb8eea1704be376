#pragma once

#include "heddle/context.h"

namespace heddle::detail {

/// What is to be called when a context ends. Lives in the frame of a wait.
struct ContextHook {
  using Callback = void (*)(ContextHook &) noexcept;

  explicit constexpr ContextHook(Callback callback, void *arg) noexcept
      : callback(callback), arg(arg) {}
  ContextHook(const ContextHook &) = delete;
  ContextHook &operator=(const ContextHook &) = delete;

  /// Runs at most once, on any thread, with the context's lock held: it must
  /// neither park nor use the context.
  const Callback callback;
  void *const arg;

  // Guarded by the context's lock.
  bool linked = false;
  ContextHook *next = nullptr;
  ContextHook *previous = nullptr;
};

/// Calls `hook` back when `context` ends. False: it has ended already, and no
/// call comes.
[[nodiscard]] bool watch(const Context &context, ContextHook &hook) noexcept;

/// After this the callback neither runs nor will. Requires: watch() was true.
void unwatch(const Context &context, ContextHook &hook) noexcept;

} // namespace heddle::detail
