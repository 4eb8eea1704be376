#pragma once

#if !__has_include(<absl/container/flat_hash_map.h>)
#error                                                                         \
    "heddle/flat_map.h needs Abseil: install libabsl-dev, then configure anew"
#endif

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <memory>
#include <utility>

namespace heddle {

/// A hash map that keeps its elements in one array: to iterate over it, or to
/// look up small values, touches a fraction of the memory that a std::map or a
/// std::unordered_map of pointers does.
///
/// It is Abseil's `flat_hash_map` and has the interface of std::unordered_map,
/// but an insertion may move the elements: keep no pointer or reference to one.
/// One task uses it at a time, as any container; see ShardedMap.
///
/// heddle/heddle.h does not include this header: it is the only one that needs
/// another library. `find_package(heddle)` finds that if it is installed.
///
/// Example: test/runtime/flat_map_test.cpp, "FlatMap.IsAMap".
template <class K, class V,
          class Hash = typename absl::flat_hash_map<K, V>::hasher,
          class Equal = typename absl::flat_hash_map<K, V>::key_equal>
using FlatMap = absl::flat_hash_map<K, V, Hash, Equal>;

} // namespace heddle
