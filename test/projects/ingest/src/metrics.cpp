#include "metrics.h"
#include "posix.h"

#include <cstdio>

#include <sys/prctl.h>

namespace ingest {
namespace {

std::string to_prometheus(const Progress &progress) {
  const auto counter = [](const char *name, std::uint64_t value) {
    return std::string("# TYPE ") + name + " counter\n" + name + " " +
           std::to_string(value) + "\n";
  };
  return counter("ingest_lines_total", progress.lines) +
         counter("ingest_malformed_lines_total", progress.malformed) +
         counter("ingest_error_lines_total", progress.errors) +
         counter("ingest_response_bytes_total", progress.bytes);
}

void write_metrics(const Rollup &rollup, const std::string &path) {
  const std::string text = to_prometheus(rollup.progress());
  heddle::blocking([&] { replace_file(path, text); });
}

} // namespace

void export_metrics(const Rollup &rollup, const std::string &path,
                    std::chrono::milliseconds interval,
                    const heddle::Context &context) {
  // Operators look for this thread in `top`: it keeps one, by name.
  const heddle::ThreadPin pin;
  ::prctl(PR_SET_NAME, "ingest-metrics");

  heddle::Ticker ticker(interval);
  for (bool running = true; running;) {
    heddle::select(
        heddle::on_receive(ticker, [&] { write_metrics(rollup, path); }),
        heddle::on_receive(context.done(), [&] { running = false; }));
  }
  write_metrics(rollup, path);
}

void watch_for_stalls(const Rollup &rollup, std::chrono::milliseconds patience,
                      const heddle::Context &context) {
  std::uint64_t seen = 0;
  for (bool running = true; running;) {
    heddle::select(heddle::on_receive(context.done(), [&] { running = false; }),
                   heddle::on_timeout(patience, [&] {
                     const std::uint64_t lines = rollup.progress().lines;
                     if (lines == seen)
                       std::fprintf(stderr,
                                    "ingest: no new lines, %llu so far\n",
                                    static_cast<unsigned long long>(lines));
                     seen = lines;
                   }));
  }
}

} // namespace ingest
