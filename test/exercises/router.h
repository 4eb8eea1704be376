/// What the exercises need of a service: routes, and connections that each
/// serve one request after another.
#pragma once

#include <heddle/annotations.h>
#include <heddle/worker_pool.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace exercise {

struct Request {
  std::string_view path;
  std::uint64_t id = 0;
};

class Router {
public:
  using Handler = std::function<void(const Request &)>;

  /// Calls `handler` for each request to `path`, from any connection.
  void handle(std::string path, Handler handler) HEDDLE_REGISTERS_HANDLER {
    routes_[std::move(path)] = std::move(handler);
  }

  /// Serves requests 0 … `count` - 1 to `path`, `connections` at a time.
  /// Returns when all are answered.
  void serve(std::string_view path, std::uint64_t count,
             std::size_t connections) {
    heddle::WorkerPool<Request> pool{
        connections, connections,
        [this](const Request &request) { dispatch(request); }};
    for (std::uint64_t id = 0; id < count; ++id)
      pool.submit({path, id});
    pool.close();
    pool.wait();
  }

private:
  void dispatch(const Request &request) const {
    if (auto route = routes_.find(request.path); route != routes_.end())
      route->second(request);
  }

  std::map<std::string, Handler, std::less<>> routes_;
};

} // namespace exercise
