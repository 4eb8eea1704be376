#pragma once

#include "heddle/http_server.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace heddle::http {

/// Which handler a request goes to.
class Router {
public:
  void add(std::string_view pattern, Server::Handler handler);

  struct Match {
    const Server::Handler *handler = nullptr;
    /// The methods of the path, if it is known but not with this one.
    std::string allowed;
  };
  Match find(std::string_view method, std::string_view path) const;

private:
  /// By method; the empty one is for those that have none of their own.
  using Methods = std::map<std::string, Server::Handler, std::less<>>;

  const Methods *methods_of(std::string_view path) const;

  std::map<std::string, Methods, std::less<>> paths_;
};

} // namespace heddle::http
