#pragma once

#include "heddle/detail/task.h"
#include "heddle/http_server.h"
#include "heddle/wait_group.h"
#include "http/router.h"

#include <atomic>

namespace heddle::http {

/// What a server's connections share.
struct Server::State {
  explicit State(ServerOptions options);

  const ServerOptions options;
  Router router;
  Cancellation requests = with_cancel(background());
  std::atomic<bool> stopping{false};
  WaitGroup serving;

  detail::SpinLock lock;
  // Guarded by lock.
  ServerConnection *connections = nullptr;
  struct Listening {
    TcpListener *listener;
    Listening *next;
  } *listeners = nullptr;
};

} // namespace heddle::http
