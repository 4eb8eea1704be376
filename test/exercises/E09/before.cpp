// Tasks that each wait for a child process, beside one that serves requests.
#include <heddle/heddle.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

/// Runs a converter on one file; returns its status.
int convert(int file) {
  const std::string command = "sleep 0.005; exit " + std::to_string(file % 2);
  return std::system(command.c_str());
}

/// Serves requests that come one after another.
int serve(heddle::Channel<int> &requests) {
  int served = 0;
  while (requests.receive())
    ++served;
  return served;
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<int> requests;
    auto server = heddle::async([&] { return serve(requests); });

    heddle::WorkerPool<int> converters{8, 8, [](int file) { convert(file); }};
    auto client = heddle::async([&] {
      for (int request = 0; request < 20'000; ++request)
        requests.send(request);
      requests.close();
    });
    for (int file = 0; file < 160; ++file)
      converters.submit(file);
    converters.close();
    converters.wait();
    client.get();
    std::printf("%d requests served\n", server.get());
    return 0;
  });
}
