#include "report.h"

#include <cinttypes>
#include <cstdio>

namespace ingest {
namespace {

template <typename... Values>
void print(std::string &to, const char *format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  to += line;
}

void print_totals(std::string &to, const std::string &name,
                  const Totals &totals) {
  print(to, "%-24s %10" PRIu64 " %8" PRIu64 " %8" PRIu64 " %14" PRIu64,
        name.c_str(), totals.lines,
        totals.by_level[static_cast<std::size_t>(Level::Error)],
        totals.by_status_class[5], totals.bytes);
  print(to, " %9" PRIu64 " %9" PRIu64 "\n", totals.latency_us(50),
        totals.latency_us(99));
}

void print_heading(std::string &to, const char *what) {
  print(to, "\n%-24s %10s %8s %8s %14s %9s %9s\n", what, "lines", "errors",
        "5xx", "bytes", "p50 us", "p99 us");
}

} // namespace

std::string format_report(const Summary &summary, std::span<const Alert> alerts,
                          std::span<const Segment> segments,
                          std::size_t known_hosts) {
  std::string text;
  print(text, "%" PRIu64 " lines, %" PRIu64 " malformed, from %zu hosts\n",
        summary.all.lines, summary.malformed, known_hosts);

  print_heading(text, "service");
  for (const auto &[service, totals] : summary.services)
    print_totals(text, service, totals);
  print_heading(text, "region");
  for (const auto &[region, totals] : summary.regions)
    print_totals(text, region, totals);
  print_totals(text, "all", summary.all);

  print(text, "\n%zu alerts\n", alerts.size());
  for (const Alert &alert : alerts)
    print(text, "%-24s minute %" PRId64 " %6" PRIu64 " complaints\n",
          alert.service.c_str(), alert.minute, alert.complaints);

  print(text, "\n%zu segments\n", segments.size());
  for (const Segment &segment : segments)
    print(text, "%-24s %8zu lines  crc32 %08" PRIx32 "\n", segment.name.c_str(),
          segment.lines, segment.checksum);
  return text;
}

} // namespace ingest
