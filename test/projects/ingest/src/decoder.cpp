#include "decoder.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace ingest {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty())
      lines.push_back(line);
  }
  return lines;
}

} // namespace

Decoder::Decoder(Inventory &inventory, heddle::Channel<Batch> &decoded)
    : inventory_(inventory), decoded_(decoded),
      workers_(heddle::procs(), 2 * heddle::procs(),
               [this](Text text) { decoded_.send(decode(std::move(text))); }) {}

void Decoder::submit(std::string text) {
  if (!text.empty())
    workers_.submit(std::make_shared<const std::string>(std::move(text)));
}

void Decoder::finish() {
  workers_.close();
  workers_.wait();
}

Batch Decoder::decode(Text text) {
  const heddle::ThreadPin pin;
  const std::vector<std::string_view> lines = split_lines(*text);
  std::vector<std::optional<Record>> parsed(lines.size());

  heddle::WaitGroup parsing;
  for (std::size_t i = 0; i < lines.size(); ++i)
    parsing.spawn([&, i] { parsed[i] = parse_record(lines[i]); });
  parsing.wait();

  Batch batch;
  batch.text = std::move(text);
  batch.records.reserve(parsed.size());
  for (const std::optional<Record> &record : parsed)
    if (record)
      batch.records.push_back(*record);
  batch.malformed = parsed.size() - batch.records.size();
  add_regions(batch.records);
  return batch;
}

void Decoder::add_regions(std::vector<Record> &records) {
  // Few hosts write most of a batch: ask the inventory once for each.
  std::unordered_map<std::string_view, std::string_view> regions;
  for (Record &record : records) {
    const auto [known, added] = regions.try_emplace(record.host);
    if (added)
      known->second = inventory_.region_of(record.host);
    record.region = known->second;
  }
}

} // namespace ingest
