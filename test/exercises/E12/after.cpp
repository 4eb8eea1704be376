// Heartbeats to a coordinator, which answers more slowly than they are sent.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

class Coordinator {
public:
  /// Tells that the node is alive; one at a time over the only connection.
  void heartbeat() {
    heddle::SemaphoreGuard turn(connection_);
    heddle::sleep_for(400us); // the round trip
    if (heard_.fetch_add(1) + 1 == 500)
      enough_.set();
  }

  void wait_for_enough() { enough_.wait(); }

private:
  heddle::Semaphore connection_{1};
  std::atomic<int> heard_ = 0;
  heddle::Event enough_;
};

class Node {
public:
  explicit Node(Coordinator &coordinator) : coordinator_(coordinator) {}

  void keep_alive() {
    heddle::Ticker ticker(100us);
    while (!leaving_.load()) {
      coordinator_.heartbeat();
      ticker.receive();
    }
    beats_.wait();
  }

  void leave() { leaving_.store(true); }

private:
  Coordinator &coordinator_;
  heddle::WaitGroup beats_;
  std::atomic<bool> leaving_ = false;
};

} // namespace

int main() {
  return heddle::run([] {
    Coordinator coordinator;
    Node node(coordinator);
    heddle::WaitGroup life;
    life.spawn([&node] { node.keep_alive(); });
    coordinator.wait_for_enough();
    node.leave();
    life.wait();
    std::printf("the coordinator has heard enough\n");
    return 0;
  });
}
