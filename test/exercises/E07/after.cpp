// A pool that resizes images in bursts, as they come from a crawl.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

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
  explicit ResizePool(int workers) : images_(workers) {
    for (int i = 0; i < workers; ++i) {
      workers_.spawn([this] {
        for (const Image &image : images_)
          pixels_ += resize(image);
      });
    }
  }

  void submit(Image image) { images_.send(image); }

  std::uint64_t finish() {
    images_.close();
    workers_.wait();
    return pixels_;
  }

private:
  heddle::Channel<Image> images_;
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
