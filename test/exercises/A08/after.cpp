// Indexes pages from a disk that serves sixteen reads at a time.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

std::counting_semaphore<16> disk(16);

/// What the disk gives for `page`; waiting for it holds the thread.
std::string read_page(int page) {
  return heddle::blocking([page] {
    disk.acquire();
    std::this_thread::sleep_for(2ms); // the seek
    disk.release();
    std::string text;
    for (int word = 0; word < 64; ++word)
      text += "word" + std::to_string((page * 31 + word * 7) % 97) + ' ';
    return text;
  });
}

class Index {
public:
  void add(const std::string &text) {
    std::uint64_t words = 0;
    for (char letter : text)
      words += letter == ' ';
    words_.fetch_add(words, std::memory_order_relaxed);
    bytes_.fetch_add(text.size(), std::memory_order_relaxed);
    pages_.fetch_add(1, std::memory_order_release);
  }

  void wait_for(std::size_t pages) const {
    while (pages_.load(std::memory_order_acquire) < pages)
      heddle::sleep_for(1ms);
  }

  void print() const {
    std::printf("%llu words, %llu bytes\n",
                static_cast<unsigned long long>(words_.load()),
                static_cast<unsigned long long>(bytes_.load()));
  }

private:
  std::atomic<std::uint64_t> words_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::size_t> pages_ = 0;
};

Index pages_index;

void index_all(const std::vector<int> &pages) {
  static heddle::Semaphore slots(16);
  for (int page : pages)
    heddle::spawn_limited(slots, [page] { pages_index.add(read_page(page)); });
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<int> pages;
    for (int page = 0; page < 2'000; ++page)
      pages.push_back(page);
    index_all(pages);
    pages_index.wait_for(pages.size());
    pages_index.print();
    return 0;
  });
}
