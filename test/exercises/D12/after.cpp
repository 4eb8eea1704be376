// Sessions that publish at a steady pace until they are told to stop. Each
// makes ticks of its own.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using namespace std::chrono_literals;

class Session {
public:
  explicit Session(int updates) : left_(updates) {}

  /// Publishes at each tick; returns how often.
  int run() {
    int published = 0;
    heddle::Ticker ticker(1ms);
    for (heddle::TimePoint now : ticker) {
      last_ = now;
      ++published;
      if (--left_ == 0)
        break;
    }
    return published;
  }

private:
  int left_;
  heddle::TimePoint last_{};
};

} // namespace

int main() {
  return heddle::run([] {
    constexpr int sessions = 20'000;
    std::vector<int> published(sessions);
    heddle::ParallelOptions many{.grain = 1, .limit = 1000};
    heddle::parallel_for(
        0, sessions, [&](int i) { published[i] = Session(3).run(); }, many);
    int total = 0;
    for (int updates : published)
      total += updates;
    std::printf("%d updates\n", total);
    return 0;
  });
}
