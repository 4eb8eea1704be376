// RUN: %check_rule %s channel-per-call

#include "heddle/heddle.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

struct Request {
  int id;
};
struct Page {
  std::string text;
};
Page render(const Request &request);
int total(int key);
void show(const Page &page);

// Each request takes a channel along to a pool.
struct RenderJob {
  Request request;
  heddle::Channel<Page> *reply;
};
static void serveBad(const std::vector<Request> &requests) {
  heddle::WorkerPool<RenderJob> pool(8, 64, [](RenderJob job) {
    job.reply->send(render(job.request));
  });
  for (const Request &request : requests) {
    heddle::Channel<Page> reply(1);
    pool.submit({request, &reply});
    show(*reply.receive());
  }
}
// CHECK-NOTES: :[[@LINE-5]]:27: warning: 'reply' is made for one answer of a task that is there already [heddle-channel-per-call]
// CHECK-NOTES: :[[@LINE-5]]:10: note: sent along with a request here
// CHECK-NOTES: :[[@LINE-10]]:5: note: answered here
// CHECK-NOTES: :[[@LINE-9]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-8]]:10: note: the pool can answer with what its function returns
// CHECK-REVIEW-LABEL: struct RenderJob {
// CHECK-REVIEW-NEXT:    Request request;
// CHECK-REVIEW-NEXT:  };
// CHECK-REVIEW:         heddle::WorkerPool<RenderJob, Page> pool(8, 64, [](RenderJob job) {
// CHECK-REVIEW-NEXT:      return render(job.request);
// CHECK-REVIEW-NEXT:    });
// CHECK-REVIEW-NEXT:    for (const Request &request : requests) {
// CHECK-REVIEW-NEXT:      auto reply = pool.call({request});
// CHECK-REVIEW-NEXT:      show(reply.get());

static void serveOk(const std::vector<Request> &requests) {
  heddle::WorkerPool pool(8, 64,
                          [](Request request) { return render(request); });
  for (const Request &request : requests)
    show(pool.call(request).get());
}

// Two askers of a pool that is a member, and handles.
struct Sum {
  int key;
  std::shared_ptr<heddle::Channel<long>> answer;
};
class Sums {
public:
  long of(int key) {
    auto answer = heddle::make_channel<long>(1);
    pool_.submit(Sum{key, answer});
    return answer->receive().value();
  }
  void warmBad(const std::vector<int> &keys) {
    for (int key : keys) {
      auto done = heddle::make_channel<long>(1);
      pool_.submit(Sum{key, done});
      done->receive();
    }
  }

private:
  heddle::WorkerPool<Sum> pool_{4, 16, [](const Sum &sum) {
                                  long found = total(sum.key);
                                  sum.answer->send(found);
                                }};
};
long all(Sums &sums, const std::vector<int> &keys) {
  long found = 0;
  for (int key : keys)
    found += sums.of(key);
  return found;
}
// CHECK-NOTES: :[[@LINE-24]]:10: warning: 'answer' is made for one answer
// CHECK-NOTES: :[[@LINE-24]]:11: note: sent along
// CHECK-NOTES: :[[@LINE-11]]:35: note: answered here
// CHECK-NOTES: :[[@LINE-7]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-7]]:19: note: reached through this call
// CHECK-NOTES: :[[@LINE-28]]:11: note: the pool can answer
// CHECK-NOTES: :[[@LINE-24]]:12: warning: 'done' is made for one answer
// CHECK-NOTES: :[[@LINE-24]]:13: note: sent along
// CHECK-NOTES: :[[@LINE-17]]:35: note: answered here
// CHECK-NOTES: :[[@LINE-28]]:5: note: repeated here
// CHECK-NOTES: :[[@LINE-27]]:13: note: the pool can answer
// CHECK-REVIEW-LABEL: struct Sum {
// CHECK-REVIEW-NEXT:    int key;
// CHECK-REVIEW-NEXT:  };
// CHECK-REVIEW:         long of(int key) {
// CHECK-REVIEW-NEXT:      auto answer = pool_.call(Sum{key});
// CHECK-REVIEW-NEXT:      return answer.get();
// CHECK-REVIEW:           auto done = pool_.call(Sum{key});
// CHECK-REVIEW-NEXT:      done.get();
// CHECK-REVIEW:         heddle::WorkerPool<Sum, long> pool_{4, 16, [](const Sum &sum) {
// CHECK-REVIEW:                                            return found;

// Workers written by hand, through helpers on both sides; a request that is a
// variable first. No fix: there is no pool that could be called.
struct Query {
  std::string text;
  heddle::Channel<int> *hits = nullptr;
};
static heddle::Channel<Query> queries(64);
static int count(const std::string &text);
static void answer(const Query &query, int hits) { query.hits->send(hits); }
static void searcher() {
  while (auto query = queries.receive())
    answer(*query, count(query->text));
}
static int search(std::string text) {
  heddle::Channel<int> hits(1);
  Query query;
  query.text = std::move(text);
  query.hits = &hits;
  queries.send(std::move(query));
  return *hits.receive();
}
static int count(const std::string &text) { return int(text.size()); }
void searchBad(heddle::Channel<std::string> &texts) {
  for (int i = 0; i < 4; ++i)
    heddle::spawn(searcher);
  heddle::WorkerPool<std::string> front(
      8, 8, [](const std::string &text) { search(text); });
  for (std::string text : texts)
    front.submit(text);
}
// CHECK-NOTES: :[[@LINE-16]]:24: warning: 'hits' is made for one answer
// CHECK-NOTES: :[[@LINE-13]]:11: note: sent along
// CHECK-NOTES: :[[@LINE-24]]:52: note: answered here
// CHECK-NOTES: :[[@LINE-8]]:35: note: runs for each event
// CHECK-NOTES: :[[@LINE-8]]:43: note: reached through this call

// The request is a closure; the answer only says that it was done.
template <class F> static void posted(heddle::Channel<F> &work, F f) {
  work.send(std::move(f));
}
void closureBad(const std::vector<int> &keys) {
  heddle::Channel<std::function<void()>> work(16);
  heddle::WaitGroup worker;
  worker.spawn([&] {
    for (auto &&each : work)
      each();
  });
  for (int key : keys) {
    heddle::Channel<bool> done;
    work.send([&] {
      total(key);
      done.close();
    });
    done.receive();
  }
  work.close();
  worker.wait();
}
// CHECK-NOTES: :[[@LINE-10]]:27: warning: 'done' is made for one answer
// CHECK-NOTES: :[[@LINE-10]]:10: note: sent along
// CHECK-NOTES: :[[@LINE-9]]:7: note: answered here
// CHECK-NOTES: :[[@LINE-14]]:3: note: repeated here

// The task is started for this answer: spawn-then-wait's, or a few results.
void startedOk(const std::vector<Request> &requests) {
  for (const Request &request : requests) {
    heddle::Channel<Page> reply(1);
    heddle::spawn([&] { reply.send(render(request)); });
    show(*reply.receive());
  }
}

// One channel for many questions.
struct Job {
  int key;
  heddle::Channel<int> *reply;
};
void answering(heddle::Channel<Job> &jobs) {
  for (Job job : jobs)
    job.reply->send(total(job.key));
}
static long keptOk(heddle::Channel<Job> &jobs, const std::vector<int> &keys) {
  heddle::Channel<int> reply(1);
  long sum = 0;
  for (int key : keys) {
    jobs.send({key, &reply});
    sum += *reply.receive();
  }
  return sum;
}

// Not often.
static int onceOk(heddle::Channel<Job> &jobs) {
  heddle::Channel<int> reply(1);
  jobs.send({1, &reply});
  return *reply.receive();
}
void few() {
  heddle::Channel<Job> jobs;
  heddle::spawn([&] { answering(jobs); });
  for (int i = 0; i < 3; ++i)
    onceOk(jobs);
  keptOk(jobs, {1, 2, 3});
}

// Many values come back.
struct Scan {
  int from;
  heddle::Channel<int> *rows;
};
void scanOk(const std::vector<int> &starts) {
  heddle::WorkerPool<Scan> pool(4, 16, [](const Scan &scan) {
    for (int row = scan.from; row < scan.from + 100; ++row)
      scan.rows->send(total(row));
    scan.rows->close();
  });
  for (int start : starts) {
    heddle::Channel<int> rows(16);
    pool.submit({start, &rows});
    for (int row : rows)
      total(row);
  }
}

// Something else may end the wait, which takes a channel.
struct Slow {
  int key;
  std::shared_ptr<heddle::Channel<int>> reply;
};
void timedOk(const std::vector<int> &keys) {
  heddle::WorkerPool<Slow> pool(4, 16, [](const Slow &slow) {
    slow.reply->send(total(slow.key));
  });
  for (int key : keys) {
    auto reply = heddle::make_channel<int>(1);
    pool.submit({key, reply});
    heddle::select(heddle::on_receive(*reply, [](int) {}),
                   heddle::on_timeout(10ms, [] {}));
  }
}

// Two answers to one question: the first wins.
struct Race {
  int key;
  std::shared_ptr<heddle::Channel<int>> reply;
};
void raceOk(const std::vector<int> &keys) {
  heddle::WorkerPool<Race> pool(4, 16, [](const Race &race) {
    for (int part = 0; part < 2; ++part)
      race.reply->send(total(race.key + part));
  });
  for (int key : keys) {
    auto reply = heddle::make_channel<int>(2);
    pool.submit({key, reply});
    reply->receive();
  }
}

// Others may answer.
void ask(int key, heddle::Channel<int> &reply);
void unseenOk(const std::vector<int> &keys) {
  for (int key : keys) {
    heddle::Channel<int> reply(1);
    ask(key, reply);
    reply.receive();
  }
}

// A fix is withheld where the answer is more than its value, where work follows
// it, and in macros.
struct Lookup {
  int key;
  heddle::Channel<int> *reply;
};
#define REPLY(name) heddle::Channel<int> name(1)
void withheldBad(const std::vector<int> &keys) {
  heddle::WorkerPool<Lookup> pool(4, 16, [](const Lookup &lookup) {
    lookup.reply->send(total(lookup.key));
    total(0);
  });
  for (int key : keys) {
    REPLY(reply);
    // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'reply' is made for one answer
    // CHECK-NOTES: :[[@LINE+3]]:10: note: sent along
    // CHECK-NOTES: :[[@LINE-7]]:5: note: answered here
    // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
    pool.submit({key, &reply});
    if (auto found = reply.receive())
      total(*found);
  }
}
