// Renders the thumbnails of an album; each goes to the gallery when it is done.
#include <heddle/heddle.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct Picture {
  std::uint32_t id;
};

struct Thumbnail {
  std::uint32_t picture = 0;
  std::uint32_t brightness = 0;
};

Thumbnail render(const Picture &picture) {
  std::array<std::uint32_t, 32 * 32> pixels;
  std::uint32_t state = picture.id * 747796405u + 1;
  for (std::uint32_t &pixel : pixels) {
    state = state * 1664525u + 1013904223u;
    pixel = state >> 24;
  }
  std::uint32_t sum = 0;
  for (std::uint32_t pixel : pixels)
    sum += pixel;
  heddle::checkpoint();
  return {picture.id, sum / static_cast<std::uint32_t>(pixels.size())};
}

class Gallery {
public:
  explicit Gallery(std::size_t pictures) : thumbnails_(pictures) {}

  void render_album(const std::vector<Picture> &album) {
    static heddle::Semaphore slots(2 * heddle::available_procs());
    for (const Picture &picture : album)
      heddle::spawn_limited(slots, [this, picture] {
        thumbnails_.send(render(picture));
      });
  }

  Thumbnail next() { return *thumbnails_.receive(); }

private:
  heddle::Channel<Thumbnail> thumbnails_;
};

} // namespace

int main() {
  return heddle::run([] {
    std::vector<Picture> album;
    for (std::uint32_t id = 0; id < 200'000; ++id)
      album.push_back({id});

    Gallery gallery(album.size());
    gallery.render_album(album);

    std::uint64_t brightness = 0;
    for (std::size_t i = 0; i < album.size(); ++i)
      brightness += gallery.next().brightness;
    std::printf("%zu thumbnails, brightness %llu\n", album.size(),
                static_cast<unsigned long long>(brightness));
    return 0;
  });
}
