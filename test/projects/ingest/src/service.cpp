#include "service.h"
#include "alerts.h"
#include "decoder.h"
#include "log_file.h"
#include "metrics.h"
#include "posix.h"
#include "report.h"
#include "rollup.h"
#include "segments.h"
#include "server.h"

#include <heddle/heddle.h>

#include <stdexcept>

namespace ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t extent_size = 64 * 1024;
constexpr std::size_t batches_in_flight = 16;
constexpr std::size_t complaints_in_flight = 256;
constexpr std::uint64_t alert_threshold = 200;

void ingest_file(const LogFile &file, Decoder &decoder) {
  const std::vector<Extent> extents = file.extents(extent_size);
  heddle::WaitGroup reading;
  for (const Extent &extent : extents) {
    reading.add();
    heddle::spawn([&] {
      decoder.submit(file.read_lines(extent));
      reading.done();
    });
  }
  reading.wait();
}

void decode_all(const Settings &settings, Decoder &decoder) {
  heddle::WaitGroup sources;
  if (!settings.input.empty())
    sources.spawn([&] { ingest_file(LogFile(settings.input), decoder); });
  if (settings.connections > 0)
    sources.spawn(
        [&] { Server(settings.port).serve(settings.connections, decoder); });
  sources.wait();
  decoder.finish();
}

} // namespace

void ingest(const Settings &settings) {
  Inventory inventory(settings.inventory);
  SegmentStore errors(settings.output);
  AlertBoard board(settings.output + "/alerts.log", alert_threshold);
  heddle::Channel<Batch> batches(batches_in_flight);
  heddle::Channel<Complaint> complaints(complaints_in_flight);
  Rollup rollup(errors, complaints);

  auto [context, cancel] = heddle::with_cancel(heddle::background());
  heddle::WaitGroup observers;
  heddle::spawn([&] {
    export_metrics(rollup, settings.output + "/metrics.prom", 250ms, context);
    observers.done();
  });
  observers.add();
  observers.spawn([&] { watch_for_stalls(rollup, 5s, context); });

  auto rolled_up = heddle::async([&] { rollup.run(batches); });
  auto counted = heddle::async([&] { board.run(complaints); });

  Decoder decoder(inventory, batches);
  decode_all(settings, decoder);
  batches.close();
  rolled_up.get();
  complaints.close();
  counted.get();
  errors.seal();
  cancel();
  observers.wait();

  // The peak is over: give back what its last snapshots hold.
  heddle::collect();

  if (const std::size_t damaged = errors.verify())
    throw std::runtime_error(std::to_string(damaged) + " damaged segments");
  const std::string report =
      format_report(rollup.summary(), board.alerts(), errors.segments(),
                    inventory.known_hosts());
  heddle::blocking(
      [&] { replace_file(settings.output + "/report.txt", report); });
}

} // namespace ingest
