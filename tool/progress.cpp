#include "progress.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace llvm;

namespace heddle::tool {
namespace {

constexpr StringRef eraseLine = "\r\x1b[K";

unsigned terminalColumns() {
  if (!sys::Process::StandardErrIsDisplayed())
    return 0;
  const char *term = std::getenv("TERM");
  if (term && StringRef(term) == "dumb")
    return 0;
  unsigned columns = sys::Process::StandardErrColumns();
  return columns ? columns : 80;
}

} // namespace

Progress::Progress(StringRef verb, size_t total)
    : verb(verb), total(total), start(std::chrono::steady_clock::now()),
      columns(terminalColumns()) {}

Progress::~Progress() {
  if (columns)
    errs() << eraseLine;
}

void Progress::started(StringRef what) {
  running.push_back(what.str());
  draw();
}

void Progress::finished(StringRef what) {
  running.erase(find(running, what));
  ++done;
  if (!running.empty())
    draw();
}

std::string Progress::timeLeft() const {
  if (done == 0)
    return "";
  auto elapsed = std::chrono::steady_clock::now() - start;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                     elapsed * (total - done) / done)
                     .count();
  if (seconds < 60)
    return formatv(", {0} s left", seconds + 1);
  return formatv(", {0} min left", seconds / 60 + 1);
}

void Progress::draw() {
  if (!columns)
    return;
  std::string line = formatv("{0} {1}/{2}{3}: {4}", verb, done, total,
                             timeLeft(), join(running, ", "));
  if (line.size() >= columns)
    line.resize(columns - 1);
  errs() << eraseLine << line;
}

} // namespace heddle::tool
