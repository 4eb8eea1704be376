// An instance of each template that the runtime's headers declare to wait.
#include "heddle/heddle.h"

#include <list>
#include <mutex>
#include <vector>

using namespace heddle;

template class heddle::Channel<int>;
template class heddle::Future<int>;
template class heddle::Future<void>;
template class heddle::Lazy<int>;
template class heddle::WorkerPool<int, int>;

void conditions(ConditionVariable &changed, std::unique_lock<Mutex> &lock) {
  auto ready = [] { return true; };
  changed.wait(lock, ready);
  changed.wait_until(lock, TimePoint(), ready);
  changed.wait_for(lock, Duration(), ready);
}

void parallel(std::vector<int> &items, std::list<int> &list) {
  auto nothing = [](auto &&) {};
  parallel_for(items, nothing);
  parallel_for(list.begin(), list.end(), nothing);
  parallel_for(0, 10, nothing);
  parallel_transform(items, items.begin(), [](int item) { return item; });
  parallel_transform(items, [](int item) { return item; });
  invoke_all([] {}, [] {});
}

void servers(TcpListener &tcp, UnixListener &local) {
  auto handler = [](auto) {};
  tcp.serve(handler);
  tcp.serve(background(), handler);
  local.serve(handler);
}

void pools(PinnedPool &threads, SingleFlight<int, int> &flight) {
  threads.run([] { return 1; });
  flight.run(1, [] { return 1; });
  flight.run(background(), 1, [] { return 1; });
}

void tasks(Runtime &runtime, Semaphore &slots, Channel<int> &items) {
  runtime.block_on([] { return 1; });
  spawn_limited(slots, [] {});
  consume(items, 2, [](int) {});
  (void)items.send(background(), 1);
  (void)items.receive(background());
  select(on_receive(items, [](int) {}), on_timeout(Duration(), [] {}));
}
