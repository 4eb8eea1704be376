#include "canvas.h"

#include <string.h>

enum { LARGEST = 64 };

static _Thread_local uint32_t side;
static _Thread_local uint8_t points[LARGEST * LARGEST];

void canvas_begin(uint32_t size) {
  side = size < LARGEST ? size : LARGEST;
  memset(points, 0, sizeof points);
}

void canvas_disc(uint32_t x, uint32_t y, uint32_t radius) {
  for (uint32_t row = 0; row < side; ++row)
    for (uint32_t column = 0; column < side; ++column) {
      int64_t dx = (int64_t)column - x, dy = (int64_t)row - y;
      if (dx * dx + dy * dy <= (int64_t)radius * radius)
        points[row * side + column] = 1;
    }
}

uint32_t canvas_end(void) {
  uint32_t covered = 0;
  for (uint32_t i = 0; i < side * side; ++i)
    covered += points[i];
  return covered;
}
