#pragma once

#include "inventory.h"
#include "record.h"

#include <heddle/heddle.h>

#include <memory>
#include <string>
#include <vector>

namespace ingest {

/// The records of a stretch of text, and the text that they point into.
struct Batch {
  std::shared_ptr<const std::string> text;
  std::vector<Record> records;
  std::size_t malformed = 0;
};

/// Turns text into batches on a few workers of its own.
class Decoder {
public:
  Decoder(Inventory &inventory, heddle::Channel<Batch> &decoded);

  /// Takes whole lines. Waits while the workers are behind.
  void submit(std::string text) HEDDLE_SUSPENDS;
  /// Returns once everything that was submitted is decoded and sent.
  void finish() HEDDLE_SUSPENDS;

private:
  using Text = std::shared_ptr<const std::string>;

  Batch decode(Text text);
  void add_regions(std::vector<Record> &records);

  Inventory &inventory_;
  heddle::Channel<Batch> &decoded_;
  heddle::WorkerPool<Text> workers_;
};

} // namespace ingest
