// Many clients that each wait for a reply, in the belief that this holds a
// thread as reading a file does.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

struct Request {
  std::uint32_t id;
  std::shared_ptr<heddle::Channel<std::uint32_t>> reply;
};

/// A connection to the server, over which requests go and replies come.
class Connection {
public:
  explicit Connection(heddle::Channel<Request> &server) : server_(server) {}

  std::uint32_t get(std::uint32_t id) {
    server_.send({id, reply_});
    return reply_->receive().value_or(0);
  }

private:
  heddle::Channel<Request> &server_;
  std::shared_ptr<heddle::Channel<std::uint32_t>> reply_ =
      heddle::make_channel<std::uint32_t>(1);
};

/// Answers once all clients wait, the last one first.
void serve(heddle::Channel<Request> &requests, std::size_t clients) {
  std::vector<Request> waiting;
  while (auto request = requests.receive()) {
    waiting.push_back(*request);
    if (waiting.size() < clients)
      continue;
    for (; !waiting.empty(); waiting.pop_back())
      waiting.back().reply->send(waiting.back().id * 2);
  }
}

} // namespace

int main() {
  return heddle::run([] {
    constexpr std::uint32_t clients = 400;
    heddle::Channel<Request> requests(clients);
    auto server = heddle::async([&] { serve(requests, clients); });

    std::vector<std::uint32_t> replies(clients);
    heddle::ParallelOptions all{.grain = 1, .limit = clients};
    for (int round = 0; round < 5; ++round)
      heddle::parallel_for(
          0u, clients,
          [&](std::uint32_t id) {
            replies[id] += Connection(requests).get(id);
          },
          all);
    requests.close();
    server.wait();

    std::uint64_t sum = 0;
    for (std::uint32_t reply : replies)
      sum += reply;
    std::printf("sum %llu\n", static_cast<unsigned long long>(sum));
    return 0;
  });
}
