// Scores the candidates of a search, one batch a request.
#include <heddle/heddle.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct Candidate {
  std::uint32_t document;
  std::uint32_t term_hits;
};

struct Score {
  std::uint32_t document;
  double value;
};

Score score(const Candidate &candidate) {
  double value = candidate.term_hits;
  for (int field = 1; field <= 32; ++field)
    value = value * 0.75 + (candidate.document >> (field % 7)) % (field + 3);
  return {candidate.document, value};
}

std::vector<Score> score_all(const std::vector<Candidate> &candidates) {
  std::vector<Score> scores(candidates.size());
  heddle::WaitGroup group;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    group.spawn([&, i] { scores[i] = score(candidates[i]); });
  group.wait();
  return scores;
}

std::vector<Candidate> candidates_for(std::uint32_t query) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 100'000; ++i)
    candidates.push_back({i * 2654435761u + query, (i * query) % 23});
  return candidates;
}

} // namespace

int main() {
  return heddle::run([] {
    for (std::uint32_t query = 1; query <= 16; ++query) {
      std::vector<Score> scores = score_all(candidates_for(query));
      auto best = std::max_element(
          scores.begin(), scores.end(),
          [](const Score &a, const Score &b) { return a.value < b.value; });
      std::printf("query %u: document %u, score %.6f\n", query, best->document,
                  best->value);
    }
    return 0;
  });
}
