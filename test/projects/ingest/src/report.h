#pragma once

#include "alerts.h"
#include "rollup.h"
#include "segments.h"

#include <span>
#include <string>

namespace ingest {

/// The same lines give the same report, in whatever order they came.
std::string format_report(const Summary &summary, std::span<const Alert> alerts,
                          std::span<const Segment> segments,
                          std::size_t known_hosts);

} // namespace ingest
