#include "heddle/task_local.h"

#include "heddle/detail/task.h"

#include <utility>

namespace heddle::detail {

LocalValue::~LocalValue() = default;

LocalValue *find_local(std::uint64_t id) noexcept {
  for (LocalValue *value = current_task()->locals; value; value = value->next)
    if (value->id == id)
      return value;
  return nullptr;
}

LocalValue &add_local(std::unique_ptr<LocalValue> value) noexcept {
  LocalValue *&first = current_task()->locals;
  value->next = std::exchange(first, value.get());
  return *value.release();
}

std::uint64_t local_id(std::atomic<std::uint64_t> &id) noexcept {
  static std::atomic<std::uint64_t> newest{0};
  std::uint64_t seen = id.load(std::memory_order_relaxed);
  if (seen == 0) [[unlikely]] {
    const std::uint64_t mine =
        newest.fetch_add(1, std::memory_order_relaxed) + 1;
    if (id.compare_exchange_strong(seen, mine, std::memory_order_relaxed))
      seen = mine;
  }
  return seen;
}

// A destructor may use others, and so make them again.
void drop_locals(Task &task) noexcept {
  while (LocalValue *value = task.locals) {
    task.locals = value->next;
    delete value;
  }
}

} // namespace heddle::detail
