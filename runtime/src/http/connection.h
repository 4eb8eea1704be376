#pragma once

#include "http/exchange.h"
#include "http/server_state.h"

namespace heddle::http {

/// One client of a server.
class ServerConnection {
public:
  ServerConnection(Server::State &server, TcpStream stream);
  ~ServerConnection();
  ServerConnection(const ServerConnection &) = delete;
  ServerConnection &operator=(const ServerConnection &) = delete;

  /// Answers requests until the connection is over.
  void serve() HEDDLE_SUSPENDS;

  /// Closes it if it waits for a request, or whatever it does.
  void close(bool only_if_idle) noexcept;

  ServerConnection *next = nullptr;
  ServerConnection *previous = nullptr;

private:
  //   idle     nothing of a request has come
  //   active   a request is read, served or answered
  //   closing  is being closed by stop()
  // The connection's task changes between idle and active; stop() changes idle
  // to closing. Sequentially consistent, with Server::State::stopping: either
  // the task sees that the server stops, or stop() sees that it is idle.
  enum class Activity { idle, active, closing };

  bool wait_for_request() HEDDLE_SUSPENDS;
  bool read_head() HEDDLE_SUSPENDS;
  bool serve_one() HEDDLE_SUSPENDS;
  void call_handler(Exchange &exchange) HEDDLE_SUSPENDS;
  void refuse(int status, std::string_view text) HEDDLE_SUSPENDS;
  void linger() HEDDLE_SUSPENDS;
  void update_date();

  Server::State &server_;
  Wire wire_;
  const std::unique_ptr<Parser> parser_;
  std::string head_;
  std::string date_;
  std::int64_t date_second_ = 0;
  std::atomic<Activity> activity_{Activity::idle};
};

} // namespace heddle::http
