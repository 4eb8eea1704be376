// RUN: %check_rewrite %s captured-parts

//--- before.cpp
#include "heddle/spawn.h"

#include <string>
#include <utility>

struct Request {
  int id = 0;
  std::string user;
  std::string body;
};

void log(int id, const std::string &user);

void copied(const Request &request) {
  heddle::spawn([request] { log(request.id, request.user); });
}

void moved(Request request) {
  heddle::spawn(
      [request = std::move(request)] { log(request.id, request.user); });
}

// A name that is taken already.
void taken(const Request &request, int id) {
  heddle::spawn([request, id] { log(request.id + id, request.user); });
}
//--- after.cpp
#include "heddle/spawn.h"

#include <string>
#include <utility>

struct Request {
  int id = 0;
  std::string user;
  std::string body;
};

void log(int id, const std::string &user);

void copied(const Request &request) {
  heddle::spawn([id = request.id, user = request.user] { log(id, user); });
}

void moved(Request request) {
  heddle::spawn(
      [id = request.id, user = std::move(request.user)] { log(id, user); });
}

// A name that is taken already.
void taken(const Request &request, int id) {
  heddle::spawn([request, id] { log(request.id + id, request.user); });
}
