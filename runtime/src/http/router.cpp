#include "http/router.h"

#include "http/message.h"

#include <stdexcept>

namespace heddle::http {

void Router::add(std::string_view pattern, Server::Handler handler) {
  std::string_view method, path = pattern;
  if (const std::size_t space = pattern.find(' '); space != pattern.npos) {
    method = pattern.substr(0, space);
    path = pattern.substr(space + 1);
  }
  if (!path.starts_with('/') ||
      (path.data() != pattern.data() && !is_token(method)))
    throw std::invalid_argument("no path of requests: " + std::string(pattern));
  if (!paths_[std::string(path)]
           .try_emplace(std::string(method), std::move(handler))
           .second)
    throw std::invalid_argument("handled already: " + std::string(pattern));
}

const Router::Methods *Router::methods_of(std::string_view path) const {
  if (auto exact = paths_.find(path); exact != paths_.end())
    return &exact->second;
  while (!path.empty()) {
    path = path.substr(0, path.rfind('/', path.size() - 1) + 1);
    if (auto below = paths_.find(path); below != paths_.end())
      return &below->second;
    path.remove_suffix(!path.empty());
  }
  return nullptr;
}

Router::Match Router::find(std::string_view method,
                           std::string_view path) const {
  const Methods *methods = methods_of(path);
  if (!methods)
    return {};
  auto found = methods->find(method);
  if (found == methods->end() && method == "HEAD")
    found = methods->find("GET");
  if (found == methods->end())
    found = methods->find("");
  if (found != methods->end())
    return {&found->second, {}};
  std::string allowed;
  for (const auto &[name, handler] : *methods) {
    allowed.append(allowed.empty() ? "" : ", ").append(name);
    if (name == "GET")
      allowed.append(", HEAD");
  }
  return {nullptr, std::move(allowed)};
}

} // namespace heddle::http
