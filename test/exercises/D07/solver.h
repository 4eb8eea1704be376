/* A C library with a slow solver that sixteen may use at a time. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Solves puzzle `number`; waits for a license first. */
uint32_t solver_solve(uint32_t number);

#ifdef __cplusplus
}
#endif
