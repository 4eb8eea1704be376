#pragma once

#include "decoder.h"
#include "posix.h"

#include <heddle/heddle.h>

#include <cstdint>

namespace ingest {

/// Takes log lines over TCP, on the loopback interface.
class Server {
public:
  explicit Server(std::uint16_t port);

  /// Serves `connections` connections, then returns.
  void serve(unsigned connections, Decoder &decoder) HEDDLE_SUSPENDS;

private:
  Descriptor accept() HEDDLE_SUSPENDS;

  Descriptor listener_;
  heddle::Semaphore slots_;
};

} // namespace ingest
