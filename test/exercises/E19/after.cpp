// Resizes a batch of pictures, with a pause after each "for the others".
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

using namespace std::chrono_literals;

struct Picture {
  std::uint32_t seed;
  std::vector<std::uint8_t> pixels = {};
};

void resize(Picture &picture) {
  picture.pixels.resize(4096);
  std::uint32_t value = picture.seed;
  for (std::uint8_t &pixel : picture.pixels)
    pixel =
        static_cast<std::uint8_t>((value = value * 1664525 + 1013904223) >> 24);
}

void resizeAll(std::vector<Picture> &pictures) {
  for (Picture &picture : pictures) {
    resize(picture);
  }
}

std::uint64_t weigh(const std::vector<Picture> &pictures) {
  std::uint64_t sum = 0;
  for (const Picture &picture : pictures)
    for (std::uint8_t pixel : picture.pixels)
      sum += pixel;
  return sum;
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<Picture> day, night;
    for (std::uint32_t i = 0; i < 500; ++i) {
      day.push_back({i});
      night.push_back({i + 1000});
    }
    heddle::WaitGroup batches;
    batches.spawn([&] { resizeAll(day); });
    batches.spawn([&] { resizeAll(night); });
    batches.wait();
    std::printf("weight %llu\n",
                static_cast<unsigned long long>(weigh(day) + weigh(night)));
    return 0;
  });
}
