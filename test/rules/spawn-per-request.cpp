// RUN: %check_rule %s spawn-per-request

#include "heddle/heddle.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

struct Request {
  std::string body;
};

struct Server {
  void handle(std::string path,
              std::function<void(const Request &)> f) HEDDLE_REGISTERS_HANDLER;
};

void process(const std::string &body);
void reply(int status);

void lambdaBad(Server &server) {
  server.handle("/upload", [](const Request &request) {
    heddle::spawn([body = request.body] { process(body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each request spawns a task that nothing bounds
    reply(202);
  });
}
// CHECK-REVIEW-LABEL: void lambdaBad(Server &server) {
// CHECK-REVIEW-NEXT: {{^}}  server.handle("/upload", [](const Request &request) {
// CHECK-REVIEW-NEXT: {{^}}    static heddle::Semaphore slots(4 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [body = request.body] { process(body); });
// CHECK-REVIEW-NEXT: {{^}}    reply(202);
// CHECK-REVIEW-NEXT: {{^}}  });
// CHECK-REVIEW-NEXT: {{^}}}

void named(const Request &request) {
  heddle::spawn([request] { process(request.body); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: each request spawns a task that nothing bounds
}

void pass(Server &server) { server.handle("/named", named); }

void in_background(std::string body) {
  heddle::spawn([body = std::move(body)] { process(body); });
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: each request spawns a task that nothing bounds
}

void throughCallBad(Server &server) {
  server.handle("/call",
                [](const Request &request) { in_background(request.body); });
}

class Mailer {
public:
  explicit Mailer(Server &server) {
    server.handle("/mail", [this](const Request &request) { accept(request); });
  }

private:
  void accept(const Request &request) {
    tasks_.spawn([request] { process(request.body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each request spawns a task that nothing bounds
  }

  heddle::WaitGroup tasks_;
};

void droppedFutureBad(Server &server) {
  server.handle("/drop", [](const Request &request) {
    auto later = heddle::async([request] { process(request.body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: each request spawns a task that nothing bounds
  });
}

void poolFunctionBad() {
  heddle::WorkerPool<int> pool(4, 64, [](int id) {
    heddle::spawn([id] { reply(id); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each request spawns a task that nothing bounds
  });
  pool.close();
}
// CHECK-REVIEW-LABEL: void poolFunctionBad() {
// CHECK-REVIEW-NEXT: {{^}}  heddle::WorkerPool<int> pool(4, 64, [](int id) {
// CHECK-REVIEW-NEXT: {{^}}    static heddle::Semaphore slots(4 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [id] { reply(id); });
// CHECK-REVIEW-NEXT: {{^}}  });
// CHECK-REVIEW-NEXT: {{^}}  pool.close();
// CHECK-REVIEW-NEXT: {{^}}}

// A pool bounds, and says when it is full.
void poolOk(Server &server, heddle::WorkerPool<std::string> &pool) {
  server.handle("/pool", [&pool](const Request &request) {
    reply(pool.try_submit(request.body) ? 202 : 503);
  });
}

void limitedOk(Server &server, heddle::Semaphore &slots) {
  server.handle("/limited", [&slots](const Request &request) {
    heddle::spawn_limited(slots, [request] { process(request.body); });
  });
}

void triedSlotOk(Server &server, heddle::Semaphore &slots) {
  server.handle("/slot", [&slots](const Request &request) {
    if (!slots.try_acquire())
      return reply(503);
    heddle::spawn([&slots, request] {
      process(request.body);
      slots.release();
    });
  });
}

class Limited {
public:
  explicit Limited(Server &server) {
    tasks_.set_limit(16);
    server.handle("/group", [this](const Request &request) {
      tasks_.spawn([request] { process(request.body); });
    });
  }

private:
  heddle::TaskGroup tasks_;
};

// Joined by the handler: it is not left to itself.
void joinedOk(Server &server) {
  server.handle("/joined", [](const Request &request) {
    heddle::WaitGroup group;
    group.spawn([&] { process(request.body); });
    reply(100);
    group.wait();
  });
}

// No handler.
void startOk(const Request &request) {
  heddle::spawn([request] { process(request.body); });
}

void registersOk(Server &server) {
  heddle::spawn([] { reply(0); });
  server.handle("/", [](const Request &) { reply(200); });
}

// The handler asks for what the task gives back.
class AdmittedOk {
public:
  explicit AdmittedOk(Server &server) {
    server.handle("/one", [this](const Request &) {
      if (running_.exchange(true))
        return reply(409);
      heddle::spawn([this] {
        process("all");
        running_ = false;
      });
      reply(202);
    });
    server.handle("/some", [this](const Request &request) { some(request); });
  }

private:
  void some(const Request &request) {
    if (inFlight_.load() < 64) {
      ++inFlight_;
      heddle::spawn([this, request] {
        process(request.body);
        inFlight_.fetch_sub(1);
      });
    }
  }

  std::atomic<bool> running_{false};
  std::atomic<int> inFlight_{0};
};

void onceOk(Server &server) {
  static heddle::Once once;
  static std::once_flag flag;
  server.handle("/once", [](const Request &) {
    once.call([] { heddle::spawn([] { process("first"); }); });
    std::call_once(flag, [] { heddle::spawn([] { process("first"); }); });
    reply(200);
  });
}

int started() {
  heddle::spawn([] { process("for ever"); });
  return 1;
}

void staticOk(Server &server) {
  server.handle("/static", [](const Request &) {
    static const int worker = started();
    reply(worker);
  });
}

// The branch asks for something else.
void askedBad(Server &server) {
  server.handle("/asked", [](const Request &request) {
    if (request.body.empty())
      return reply(400);
    heddle::spawn([body = request.body] { process(body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each request spawns a task that
    // nothing bounds
    reply(202);
  });
}

// What waits gets more slots.
void waitsBad(Server &server, heddle::Channel<std::string> &out) {
  server.handle("/waits", [&out](const Request &request) {
    heddle::spawn([&out, body = request.body] { out.send(body); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: each request spawns a task that nothing bounds
  });
}
// CHECK-REVIEW-LABEL: void waitsBad(
// CHECK-REVIEW: {{^}}    static heddle::Semaphore slots(64 * heddle::available_procs());

class LockedOk {
public:
  explicit LockedOk(Server &server) {
    server.handle("/locked", [this](const Request &request) {
      {
        std::lock_guard lock(mutex_);
        if (!busy_.insert(request.body).second)
          return reply(409);
      }
      heddle::spawn([this, body = request.body] {
        process(body);
        std::lock_guard lock(mutex_);
        busy_.erase(body);
      });
    });
  }

private:
  heddle::Mutex mutex_;
  std::set<std::string> busy_;
};
