/* A stream cipher over caller-owned memory: no state between calls. */
#ifndef CIPHER_H
#define CIPHER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void cipher_apply(const uint32_t key[8], uint32_t nonce, uint8_t *data,
                  size_t size);

#ifdef __cplusplus
}
#endif

#endif
