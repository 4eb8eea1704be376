/// Tells the sanitizers, and Valgrind, about stacks. Empty without them.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEDDLE_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define HEDDLE_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(HEDDLE_ASAN)
#define HEDDLE_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(HEDDLE_TSAN)
#define HEDDLE_TSAN 1
#endif

// Some instructions without effect, unless Valgrind runs the program.
#if __has_include(<valgrind/valgrind.h>) && !defined(HEDDLE_ASAN) &&             \
    !defined(HEDDLE_TSAN)
#define HEDDLE_VALGRIND 1
#include <valgrind/valgrind.h>
#endif

#ifdef HEDDLE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef HEDDLE_TSAN
#include <sanitizer/tsan_interface.h>
#endif
