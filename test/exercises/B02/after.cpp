// Workers that hash the blocks of an upload.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

struct Block {
  std::uint64_t offset;
  std::uint32_t length;
};

std::uint64_t digest(const Block &block) {
  std::uint64_t hash = block.offset ^ 0x9e3779b97f4a7c15u;
  for (std::uint32_t word = 0; word < block.length / 64; ++word)
    hash = (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9u + word;
  return hash;
}

void run_worker(heddle::Channel<Block> &blocks,
                std::atomic<std::uint64_t> &sum) {
  for (const Block &block : blocks)
    sum.fetch_add(digest(block), std::memory_order_relaxed);
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Block> blocks(16);
    std::atomic<std::uint64_t> sum = 0;

    heddle::WaitGroup workers;
    for (int i = 0; i < 4; ++i)
      workers.spawn([&] { run_worker(blocks, sum); });

    for (std::uint64_t i = 0; i < 300'000; ++i)
      blocks.send({.offset = i * 4096, .length = 4096});
    blocks.close();
    workers.wait();

    std::printf("digest %016llx\n",
                static_cast<unsigned long long>(sum.load()));
    return 0;
  });
}
