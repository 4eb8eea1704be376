// An access log: what it says of a request is small, the request is not.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

struct Request {
  std::uint64_t user = 0;
  std::string body;
  std::map<std::string, std::string> headers;
};

class AccessLog {
public:
  void write(std::uint64_t user, std::size_t bytes) {
    heddle::sleep_for(5ms); // until the collector has it
    users_.fetch_add(user, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }

  void print() const {
    std::printf("users %llu, %llu bytes\n",
                static_cast<unsigned long long>(users_.load()),
                static_cast<unsigned long long>(bytes_.load()));
  }

private:
  std::atomic<std::uint64_t> users_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
};

Request receive(std::uint64_t id) {
  return {id % 1000,
          std::string(10'000 + id % 977, 'x'),
          {{"Host", "example.org"}, {"Cookie", std::string(400, 'c')}}};
}

} // namespace

int main() {
  return heddle::run([] {
    AccessLog log;
    heddle::TaskGroup entries;
    entries.set_limit(1000);
    for (std::uint64_t id = 0; id < 20'000; ++id) {
      const Request request = receive(id);
      entries.spawn(
          [&log, request] { log.write(request.user, request.body.size()); });
    }
    entries.wait();
    log.print();
    return 0;
  });
}
