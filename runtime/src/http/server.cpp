#include "heddle/http_server.h"

#include "heddle/spawn.h"
#include "http/connection.h"
#include "http/server_state.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace heddle::http {
namespace {

void tell(const Request &request, std::exception_ptr error) {
  std::string what = "something that is no std::exception";
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception &exception) {
    what = exception.what();
  } catch (...) {
  }
  std::fprintf(stderr, "heddle: a handler threw at %.*s %.*s: %s\n",
               static_cast<int>(request.method().size()),
               request.method().data(), static_cast<int>(request.path().size()),
               request.path().data(), what.c_str());
}

ServerOptions with_defaults(ServerOptions options) {
  if (!options.on_error)
    options.on_error = tell;
  return options;
}

} // namespace

Server::State::State(ServerOptions options)
    : options(with_defaults(std::move(options))) {}

Server::Server(ServerOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

Server::~Server() { state_->requests.cancel(); }

void Server::handle(std::string_view path, Handler handler) {
  state_->router.add(path, std::move(handler));
}

void Server::serve(TcpListener listener) {
  State &state = *state_;
  State::Listening entry{&listener, nullptr};
  {
    std::lock_guard guard(state.lock);
    if (state.stopping.load(std::memory_order_relaxed))
      return;
    state.serving.add();
    entry.next = std::exchange(state.listeners, &entry);
  }
  struct Leave {
    State &state;
    State::Listening &entry;
    ~Leave() {
      {
        std::lock_guard guard(state.lock);
        State::Listening **link = &state.listeners;
        while (*link != &entry)
          link = &(*link)->next;
        *link = entry.next;
      }
      state.serving.done();
    }
  } leave{state, entry};
  listener.serve(
      [&](TcpStream stream) {
        ServerConnection(state, std::move(stream)).serve();
      },
      state.options.max_connections);
}

void Server::stop() { stop(background()); }

bool Server::stop(const Context &context) {
  State &state = *state_;
  const auto close_connections = [&](bool only_if_idle) {
    std::lock_guard guard(state.lock);
    state.stopping.store(true, std::memory_order_seq_cst);
    for (State::Listening *entry = state.listeners; entry; entry = entry->next)
      entry->listener->close();
    for (ServerConnection *connection = state.connections; connection;
         connection = connection->next)
      connection->close(only_if_idle);
  };
  close_connections(true);
  if (state.serving.wait(context))
    return true;
  state.requests.cancel();
  close_connections(false);
  state.serving.wait();
  return false;
}

} // namespace heddle::http
