#include "diff.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <vector>

using namespace llvm;

namespace heddle::tool {
namespace {

using Lines = std::vector<StringRef>;

/// With their line ends, so that a last line without one differs from one with.
Lines split(StringRef text) {
  Lines lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.take_front(end));
    text = text.drop_front(end);
  }
  return lines;
}

struct Step {
  char kind; // ' ', '-' or '+'
  size_t before, after;
};

/// The shortest way from `a` to `b` (Myers 1986), after what they have in
/// common at both ends.
std::vector<Step> compare(ArrayRef<StringRef> a, ArrayRef<StringRef> b) {
  const int n = a.size(), m = b.size(), most = n + m;
  std::vector<std::vector<int>> furthest;
  std::vector<int> reach(2 * most + 2);
  auto at = [&](std::vector<int> &row, int k) -> int & {
    return row[k + most];
  };
  auto comesDown = [&](std::vector<int> &row, int k, int d) {
    return k == -d || (k != d && at(row, k - 1) < at(row, k + 1));
  };
  for (int d = 0; d <= most; ++d) {
    furthest.push_back(reach);
    bool done = false;
    for (int k = -d; k <= d && !done; k += 2) {
      int x = comesDown(reach, k, d) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < n && x - k < m && a[x] == b[x - k])
        ++x;
      at(reach, k) = x;
      done = x >= n && x - k >= m;
    }
    if (done)
      break;
  }

  std::vector<Step> steps;
  int x = n, y = m;
  for (int d = furthest.size() - 1; d >= 0; --d) {
    std::vector<int> &row = furthest[d];
    int k = x - y;
    int from = d == 0 ? 0 : comesDown(row, k, d) ? k + 1 : k - 1;
    int fromX = d == 0 ? 0 : at(row, from), fromY = fromX - from;
    while (x > fromX && y > fromY) {
      --x, --y;
      steps.push_back({' ', size_t(x), size_t(y)});
    }
    if (d == 0)
      break;
    steps.push_back({x == fromX ? '+' : '-', size_t(fromX), size_t(fromY)});
    x = fromX, y = fromY;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

void printLine(char kind, StringRef line, raw_ostream &out) {
  if (kind != ' ')
    out.changeColor(kind == '+' ? raw_ostream::GREEN : raw_ostream::RED);
  out << kind << line.rtrim('\n');
  out.resetColor() << "\n";
  if (!line.ends_with("\n"))
    out << "\\ No newline at end of file\n";
}

} // namespace

void printDiff(StringRef name, StringRef before, StringRef after,
               raw_ostream &out) {
  Lines a = split(before), b = split(after);
  size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head])
    ++head;
  size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
    ++tail;
  std::vector<Step> steps;
  for (size_t i = 0; i < head; ++i)
    steps.push_back({' ', i, i});
  for (Step step : compare(ArrayRef(a).slice(head, a.size() - head - tail),
                           ArrayRef(b).slice(head, b.size() - head - tail)))
    steps.push_back({step.kind, step.before + head, step.after + head});
  for (size_t i = tail; i > 0; --i)
    steps.push_back({' ', a.size() - i, b.size() - i});

  out.changeColor(raw_ostream::SAVEDCOLOR, /*Bold=*/true)
      << "--- a/" << name << "\n+++ b/" << name;
  out.resetColor() << "\n";
  constexpr size_t context = 3;
  for (size_t i = 0; i < steps.size();) {
    if (steps[i].kind == ' ') {
      ++i;
      continue;
    }
    size_t begin = i - std::min(i, context), end = i, same = 0;
    for (size_t j = i; j < steps.size() && same <= 2 * context; ++j) {
      same = steps[j].kind == ' ' ? same + 1 : 0;
      if (same == 0)
        end = j + 1;
    }
    i = end;
    end = std::min(end + context, steps.size());
    ArrayRef<Step> hunk = ArrayRef(steps).slice(begin, end - begin);
    size_t removed = 0, added = 0;
    for (const Step &step : hunk) {
      removed += step.kind != '+';
      added += step.kind != '-';
    }
    out.changeColor(raw_ostream::CYAN)
        << "@@ -" << hunk.front().before + (removed != 0) << "," << removed
        << " +" << hunk.front().after + (added != 0) << "," << added << " @@";
    out.resetColor() << "\n";
    for (const Step &step : hunk)
      printLine(step.kind, step.kind == '+' ? b[step.after] : a[step.before],
                out);
  }
}

} // namespace heddle::tool
