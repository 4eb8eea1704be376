/// A C library that draws, and keeps what it draws on in the thread.
#pragma once

#include <heddle/annotations.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes the canvas of this thread current, empty.
void canvas_begin(uint32_t size) HEDDLE_NEEDS_THREAD;
void canvas_disc(uint32_t x, uint32_t y, uint32_t radius) HEDDLE_NEEDS_THREAD;
/// How many points of the canvas are covered.
uint32_t canvas_end(void) HEDDLE_NEEDS_THREAD;

#ifdef __cplusplus
}
#endif
