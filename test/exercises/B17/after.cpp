// Encrypts the records of a backup with a C library.
#include "cipher.h"

#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

constexpr std::uint32_t key[8] = {1, 1, 2, 3, 5, 8, 13, 21};

void encrypt(std::uint32_t nonce, std::vector<std::uint8_t> &record) {
  heddle::foreign(
      [&] { cipher_apply(key, nonce, record.data(), record.size()); });
}

std::uint64_t checksum(const std::vector<std::uint8_t> &record) {
  std::uint64_t sum = 0;
  for (std::uint8_t byte : record)
    sum = sum * 31 + byte;
  return sum;
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> sum = 0;
    heddle::parallel_for(0u, 6'000u, [&](std::uint32_t nonce) {
      std::vector<std::uint8_t> record(8'192, nonce % 251);
      encrypt(nonce, record);
      sum.fetch_add(checksum(record), std::memory_order_relaxed);
    });
    std::printf("checksum %016llx\n",
                static_cast<unsigned long long>(sum.load()));
    return 0;
  });
}
