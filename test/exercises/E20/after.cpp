// Sessions with a worker each, which takes the session's jobs until the session
// is over.
#include <heddle/heddle.h>

#include <array>
#include <cstdio>
#include <memory>

namespace {

struct Job {
  int number;
  long *result;
  heddle::WaitGroup *done;
};

/// What a session needs while it lives: a queue, and room to work in.
struct Session {
  heddle::Channel<Job> jobs{4};
  std::array<long, 512> table{};
};

void start_worker(const heddle::Context &context,
                  std::shared_ptr<Session> session) {
  if (context.cancelled())
    return;
  heddle::spawn([session, context] {
    while (!context.cancelled()) {
      auto job = session->jobs.receive(context);
      if (!job)
        break;
      long &slot = session->table[job->number % 512];
      *job->result = slot += job->number;
      job->done->done();
    }
  });
}

/// Returns the sum of what the session's jobs gave.
long run_session(const heddle::Context &server, int jobs) {
  auto [context, end] = heddle::with_cancel(server);
  heddle::CancelOnExit end_session(end);
  auto session = std::make_shared<Session>();
  start_worker(context, session);
  long total = 0;
  for (int number = 1; number <= jobs; ++number) {
    long result = 0;
    heddle::WaitGroup done;
    done.add(1);
    session->jobs.send(Job{number, &result, &done});
    done.wait();
    total += result;
  }
  return total;
}

} // namespace

int main() {
  return heddle::run([] {
    constexpr int sessions = 20'000;
    heddle::ScopedContext server = heddle::with_cancel(heddle::background());
    long total = 0;
    for (int i = 0; i < sessions; ++i)
      total += run_session(server, 8);
    std::printf("%d sessions, total %ld\n", sessions, total);
    return 0;
  });
}
