// Solves a book of puzzles with a C library that blocks.
#include "solver.h"

#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>

namespace {

struct Solution {
  std::uint32_t puzzle = 0;
  std::uint32_t moves = 0;
};

class Book {
public:
  explicit Book(std::uint32_t puzzles)
      : puzzles_(puzzles), solutions_(puzzles) {}

  void solve() {
    static heddle::Semaphore slots(16);
    for (std::uint32_t puzzle = 0; puzzle < puzzles_; ++puzzle) {
      heddle::spawn_limited(slots, [this, puzzle] {
        auto moves = heddle::foreign([puzzle] { return solver_solve(puzzle); });
        solutions_.send({puzzle, moves});
      });
    }
  }

  Solution next() { return *solutions_.receive(); }

private:
  std::uint32_t puzzles_;
  heddle::Channel<Solution> solutions_;
};

} // namespace

int main() {
  return heddle::run([] {
    constexpr std::uint32_t puzzles = 1000;
    Book book(puzzles);
    book.solve();
    std::uint64_t moves = 0;
    for (std::uint32_t i = 0; i < puzzles; ++i)
      moves += book.next().moves % 512;
    std::printf("%llu moves\n", static_cast<unsigned long long>(moves));
    return 0;
  });
}
