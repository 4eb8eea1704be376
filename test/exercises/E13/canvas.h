/// Draws on a canvas that each thread has one of. Nothing is inlined: a caller
/// that waits meanwhile must not keep the address of a thread's variable.
#pragma once

#include <heddle/annotations.h>

#include <algorithm>
#include <array>
#include <cstdint>

class Canvas {
public:
  /// Makes the canvas of this thread current, empty.
  [[gnu::noinline]] static void begin(std::uint32_t size) HEDDLE_NEEDS_THREAD {
    side = std::min(size, largest);
    points.fill(0);
  }

  [[gnu::noinline]] static void disc(std::int32_t x, std::int32_t y,
                                     std::int32_t radius) HEDDLE_NEEDS_THREAD {
    for (std::int32_t row = 0; row < std::int32_t(side); ++row)
      for (std::int32_t column = 0; column < std::int32_t(side); ++column) {
        std::int32_t dx = column - x, dy = row - y;
        if (dx * dx + dy * dy <= radius * radius)
          points[row * side + column] = 1;
      }
  }

  /// How many points of the canvas are covered.
  [[gnu::noinline]] static std::uint32_t end() HEDDLE_NEEDS_THREAD {
    return std::uint32_t(
        std::count(points.begin(), points.begin() + side * side, 1));
  }

private:
  static constexpr std::uint32_t largest = 64;
  static inline thread_local std::uint32_t side = 0;
  static inline thread_local std::array<std::uint8_t, largest * largest> points;
};
