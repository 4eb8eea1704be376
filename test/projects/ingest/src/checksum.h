#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CRC-32 as in IEEE 802.3. */
uint32_t ingest_crc32(const char *data, size_t size);

#ifdef __cplusplus
}
#endif
