// A pool that resizes images in bursts, as they come from a crawl.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

struct Image {
  std::uint32_t width;
  std::uint32_t height;
};

std::uint64_t resize(const Image &image) {
  std::uint64_t pixels = 0;
  for (std::uint32_t y = 0; y < image.height; y += 8)
    for (std::uint32_t x = 0; x < image.width; x += 8)
      pixels += (x * 31 + y * 17) & 255;
  return pixels;
}

class ResizePool {
public:
  explicit ResizePool(int workers) {
    for (int i = 0; i < workers; ++i) {
      queues_.push_back(heddle::make_channel<Image>(1));
      workers_.spawn([this, images = queues_.back()] {
        for (const Image &image : *images)
          pixels_ += resize(image);
      });
    }
  }

  void submit(Image image) { queues_[next_++ % queues_.size()]->send(image); }

  std::uint64_t finish() {
    for (auto &images : queues_)
      images->close();
    workers_.wait();
    return pixels_;
  }

private:
  std::vector<std::shared_ptr<heddle::Channel<Image>>> queues_;
  std::size_t next_ = 0;
  heddle::WaitGroup workers_;
  std::atomic<std::uint64_t> pixels_ = 0;
};

} // namespace

int main() {
  return heddle::run([] {
    ResizePool pool(16);
    for (std::uint32_t i = 0; i < 300'000; ++i)
      pool.submit({.width = 64 + i % 128, .height = 64 + i % 64});
    std::printf("%llu pixels\n",
                static_cast<unsigned long long>(pool.finish()));
    return 0;
  });
}
