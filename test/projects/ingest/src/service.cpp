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

#include <chrono>
#include <optional>
#include <stdexcept>

namespace ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t extent_size = 32 * 1024;
constexpr std::size_t batches_in_flight = 16;
constexpr std::size_t complaints_in_flight = 256;
constexpr std::uint64_t alert_threshold = 60;

void ingest_file(const LogFile &file, Decoder &decoder) {
  const std::vector<Extent> extents = file.extents(extent_size);
  heddle::Channel<std::size_t> sizes(extents.size());
  for (const Extent &extent : extents) {
    heddle::spawn([&] {
      std::string lines = file.read_lines(extent);
      const std::size_t size = lines.size();
      decoder.submit(std::move(lines));
      sizes.send(size);
    });
  }
  std::uint64_t read = 0;
  for (std::size_t left = extents.size(); left > 0; --left)
    read += *sizes.receive();
  if (read != file.size())
    throw std::runtime_error("the input changed while it was read");
}

void take_in(const std::optional<LogFile> &file, std::optional<Server> &server,
             unsigned connections, Decoder &decoder) {
  heddle::invoke_all(
      [&] {
        if (file)
          ingest_file(*file, decoder);
      },
      [&] {
        if (server)
          server->serve(connections, decoder);
      });
}

} // namespace

void ingest(const Settings &settings) {
  std::optional<LogFile> file;
  if (!settings.input.empty())
    file.emplace(settings.input);
  std::optional<Server> server;
  if (settings.connections > 0)
    server.emplace(settings.port);

  Inventory inventory(settings.inventory);
  SegmentStore errors(settings.output);
  AlertBoard board(settings.output + "/alerts.log", alert_threshold);
  heddle::Channel<Batch> batches(batches_in_flight);
  heddle::Channel<Complaint> complaints(complaints_in_flight);
  Rollup rollup(errors, complaints);
  Decoder decoder(inventory, batches);

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
  auto taken_in = heddle::async(
      [&] { take_in(file, server, settings.connections, decoder); });

  // Stage by stage, each after what feeds it. Errors pass at the end only, when
  // no task uses any more what they unwind.
  taken_in.wait();
  decoder.finish();
  batches.close();
  rolled_up.wait();
  complaints.close();
  counted.wait();
  cancel();
  observers.wait();
  taken_in.get();
  rolled_up.get();
  counted.get();

  errors.seal();
  // The peak is over: give back what the last snapshots hold.
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
