#pragma once

#include "rollup.h"

#include <heddle/heddle.h>

#include <chrono>
#include <string>

namespace ingest {

/// Rewrites the file at `path` with the rollup's progress, for a scraper, every
/// `interval` until `context` ends, and once more then.
void export_metrics(const Rollup &rollup, const std::string &path,
                    std::chrono::milliseconds interval,
                    const heddle::Context &context) HEDDLE_SUSPENDS;

/// Says so on stderr whenever nothing came in for `patience`.
void watch_for_stalls(const Rollup &rollup, std::chrono::milliseconds patience,
                      const heddle::Context &context) HEDDLE_SUSPENDS;

} // namespace ingest
