// RUN: %check_rule %s spawn-in-shutdown

#include "heddle/heddle.h"

#include <string>
#include <vector>

void flush_metrics();
void write_out(std::vector<std::string> lines);

class Server {
public:
  void close() {
    open_ = false;
    heddle::spawn([] { flush_metrics(); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'Server::close' leaves a task behind that nothing waits for
  }

private:
  bool open_ = true;
};
// CHECK-FIXES: {{^}}  void close() {
// CHECK-FIXES-NEXT: {{^}}    open_ = false;
// CHECK-FIXES-NEXT: {{^}}    flush_metrics();
// CHECK-FIXES-NEXT: {{^}}  }

class Buffer {
public:
  ~Buffer() {
    heddle::spawn([lines = std::move(lines_)] { write_out(lines); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'Buffer::~Buffer' leaves a task behind that nothing waits for
  }

private:
  std::vector<std::string> lines_;
};

class Agent {
public:
  void stop() {
    if (started_)
      send_last();
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'Agent::stop' leaves a task behind that nothing waits for
  }
  void drain() HEDDLE_SHUTS_DOWN {
    auto last = heddle::async([this] { return count_; });
    // CHECK-MESSAGES: :[[@LINE-1]]:17: warning: 'Agent::drain' leaves a task behind that nothing waits for
    started_ = false;
  }

private:
  void send_last() { heddle::spawn(flush_metrics); }

  bool started_ = false;
  int count_ = 0;
};

void shutdown() {
  for (int i = 0; i < 2; ++i)
    heddle::spawn([] {
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'shutdown' leaves a task behind that nothing waits for
      flush_metrics();
      write_out({});
    });
}

class Joined {
public:
  // Joined before the return.
  void close() {
    heddle::WaitGroup last;
    last.spawn([] { flush_metrics(); });
    last.spawn([] { write_out({}); });
    last.wait();
  }
  // With a deadline, as good.
  void stop() {
    auto last = heddle::async([] { flush_metrics(); });
    if (!last.wait_for(std::chrono::seconds(5)))
      write_out({"timed out"});
  }
  // What the caller gets, the caller can wait for.
  heddle::Future<void> shutdown() {
    return heddle::async([] { flush_metrics(); });
  }
  ~Joined() { flush_metrics(); }
};

class Owner {
public:
  // The member group waits for it.
  void close() {
    tasks_.spawn([] { flush_metrics(); });
  }
  ~Owner() { tasks_.wait(); }

private:
  heddle::WaitGroup tasks_;
};

class Market {
public:
  // Not the end of its work: whole names only.
  void on_market_close() {
    heddle::spawn([] { flush_metrics(); });
  }
  void stop_watch() {
    heddle::spawn([] { flush_metrics(); });
  }
};
