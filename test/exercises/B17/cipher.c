#include "cipher.h"

#include <string.h>

static uint32_t rotate(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

static void mix(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
  *a += *b, *d = rotate(*d ^ *a, 16);
  *c += *d, *b = rotate(*b ^ *c, 12);
  *a += *b, *d = rotate(*d ^ *a, 8);
  *c += *d, *b = rotate(*b ^ *c, 7);
}

/* ChaCha20 (RFC 8439) with the counter and a short nonce in the last words. */
static void key_stream(const uint32_t key[8], uint32_t counter, uint32_t nonce,
                       uint32_t out[16]) {
  const uint32_t in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
                           key[0],     key[1],     key[2],     key[3],
                           key[4],     key[5],     key[6],     key[7],
                           counter,    nonce,      0,          0};
  memcpy(out, in, sizeof in);
  for (int round = 0; round < 10; ++round) {
    for (int column = 0; column < 4; ++column)
      mix(&out[column], &out[4 + column], &out[8 + column], &out[12 + column]);
    for (int diagonal = 0; diagonal < 4; ++diagonal)
      mix(&out[diagonal], &out[4 + (diagonal + 1) % 4],
          &out[8 + (diagonal + 2) % 4], &out[12 + (diagonal + 3) % 4]);
  }
  for (int i = 0; i < 16; ++i)
    out[i] += in[i];
}

void cipher_apply(const uint32_t key[8], uint32_t nonce, uint8_t *data,
                  size_t size) {
  uint32_t counter = 0;
  while (size > 0) {
    uint32_t stream[16];
    key_stream(key, counter++, nonce, stream);
    size_t length = size < sizeof stream ? size : sizeof stream;
    for (size_t i = 0; i < length; ++i)
      data[i] ^= (uint8_t)(stream[i / 4] >> (8 * (i % 4)));
    data += length;
    size -= length;
  }
}
