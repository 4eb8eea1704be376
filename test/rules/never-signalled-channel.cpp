// RUN: %check_rule %s never-signalled-channel

#include "heddle/heddle.h"

#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;

void work(int item);
void unseen(heddle::Channel<int> &channel);
bool ready();

void handleBad() {
  auto done = heddle::make_channel<bool>();
  heddle::spawn([done] {
    heddle::select(heddle::on_receive(done, [] {}));
    // CHECK-NOTES: :[[@LINE-1]]:20: warning: nothing sends to 'done' or closes it, so that this waits for ever [heddle-never-signalled-channel]
    // CHECK-NOTES: :[[@LINE-4]]:8: note: made here
    // CHECK-NOTES: :[[@LINE-5]]:8: note: close it where its owner is done
    work(0);
  });
  work(1);
}
// CHECK-REVIEW-LABEL: void handleBad() {
// CHECK-REVIEW-NEXT: {{^}}  auto done = heddle::make_channel<bool>();
// CHECK-REVIEW-NEXT: {{^}}  heddle::ScopeExit close_done([&] { done->close(); });
// CHECK-REVIEW-NEXT: {{^}}  heddle::spawn([done] {

void handleOk() {
  auto done = heddle::make_channel<bool>();
  heddle::spawn([done] {
    heddle::select(heddle::on_receive(done, [] {}));
    work(0);
  });
  work(1);
  done->close();
}

void joinedBad() {
  heddle::Channel<int> go;
  heddle::WaitGroup tasks;
  tasks.spawn([&] {
    if (auto item = go.receive())
      // CHECK-NOTES: :[[@LINE-1]]:21: warning: nothing sends to 'go' or closes it, so that this waits for ever
      // CHECK-NOTES: :[[@LINE-5]]:24: note: made here
      // CHECK-NOTES: :[[@LINE-6]]:24: note: close it where its owner is done
      work(*item);
  });
  work(1);
  tasks.wait();
}
// CHECK-REVIEW-LABEL: void joinedBad() {
// CHECK-REVIEW: {{^}}  work(1);
// CHECK-REVIEW-NEXT: {{^}}  go.close();
// CHECK-REVIEW-NEXT: {{^}}  tasks.wait();

class Watch {
public:
  void runBad() { stopped_.receive(); }
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: nothing sends to 'stopped_' or closes it, so that this waits for ever
  // CHECK-NOTES: :[[@LINE+3]]:25: note: made here

private:
  heddle::Channel<bool> stopped_;
};

static int sum(heddle::Channel<int> &numbers) {
  int total = 0;
  while (auto number = numbers.receive())
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: nothing closes 'numbers', so that this never ends
    // CHECK-NOTES: :[[@LINE+8]]:24: note: made here
    // CHECK-NOTES: :[[@LINE+10]]:7: note: the last send is here
    // CHECK-NOTES: :[[@LINE+9]]:7: note: close it where its only sender ends
    total += *number;
  return total;
}

int throughCalleeBad() {
  heddle::Channel<int> numbers(8);
  heddle::spawn([&] {
    for (int i = 0; i < 100; ++i)
      numbers.send(i);
  });
  return sum(numbers);
}
// CHECK-REVIEW-LABEL: int throughCalleeBad() {
// CHECK-REVIEW: {{^}}    for (int i = 0; i < 100; ++i)
// CHECK-REVIEW-NEXT: {{^}}      numbers.send(i);
// CHECK-REVIEW-NEXT: {{^}}    numbers.close();
// CHECK-REVIEW-NEXT: {{^}}  });

int futureBad() {
  auto in = heddle::make_channel<int>(4);
  auto total = heddle::async([in] {
    int sum = 0;
    for (int number : *in)
      // CHECK-NOTES: :[[@LINE-1]]:5: warning: nothing closes 'in', so that this never ends
      // CHECK-NOTES: :[[@LINE-5]]:8: note: made here
      // CHECK-NOTES: :[[@LINE+6]]:5: note: the last send is here
      // CHECK-NOTES: :[[@LINE+5]]:5: note: close it where its only sender ends
      sum += number;
    return sum;
  });
  for (int i = 0; i < 10; ++i)
    in->send(i);
  work(1);
  return total.get();
}
// CHECK-REVIEW-LABEL: int futureBad() {
// CHECK-REVIEW: {{^}}    in->send(i);
// CHECK-REVIEW-NEXT: {{^}}  in->close();

void ownerSendsBad() {
  heddle::Channel<int> jobs(4);
  heddle::WaitGroup workers;
  for (int i = 0; i < 4; ++i)
    workers.spawn([&] {
      for (int job : jobs)
        // CHECK-NOTES: :[[@LINE-1]]:7: warning: nothing closes 'jobs', so that this never ends
        // CHECK-NOTES: :[[@LINE-6]]:24: note: made here
        // CHECK-NOTES: :[[@LINE+5]]:5: note: the last send is here
        // CHECK-NOTES: :[[@LINE+4]]:5: note: close it where its only sender ends
        work(job);
    });
  for (int job = 0; job < 100; ++job)
    jobs.send(job);
  workers.wait();
}
// CHECK-REVIEW-LABEL: void ownerSendsBad() {
// CHECK-REVIEW: {{^}}    jobs.send(job);
// CHECK-REVIEW-NEXT: {{^}}  jobs.close();
// CHECK-REVIEW-NEXT: {{^}}  workers.wait();

void consumedBad() {
  heddle::Channel<int> items;
  heddle::spawn([&items] { items.send(1); });
  heddle::consume(items, 4, [](int item) { work(item); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: nothing closes 'items', so that this never ends
  // CHECK-NOTES: :[[@LINE-4]]:24: note: made here
  // CHECK-NOTES: :[[@LINE-4]]:28: note: the last send is here
  // CHECK-NOTES: :[[@LINE-5]]:28: note: close it where its only sender ends
}
// CHECK-REVIEW-LABEL: void consumedBad() {
// CHECK-REVIEW: {{^}}  heddle::spawn([&items] { items.send(1); items.close(); });

void sameTaskBad() {
  heddle::Channel<bool> finished(1);
  finished.receive();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: this waits for 'finished', which the same task signals only behind the wait
  // CHECK-NOTES: :[[@LINE-3]]:25: note: made here
  // CHECK-NOTES: :[[@LINE+1]]:3: note: signalled here
  finished.send(true);
}

template <class T> struct Box {
  void openBad() {
    auto answers = std::make_shared<heddle::Channel<T>>();
    heddle::spawn([kept = answers] { work(*kept->receive()); });
    // CHECK-NOTES: :[[@LINE-1]]:44: warning: nothing sends to 'answers' or closes it, so that this waits for ever
    // CHECK-NOTES: :[[@LINE-3]]:10: note: made here
    // CHECK-NOTES: :[[@LINE-4]]:10: note: close it where its owner is done
  }
};
template struct Box<int>;
// CHECK-REVIEW-LABEL: template <class T> struct Box {
// CHECK-REVIEW: {{^}}    heddle::ScopeExit close_answers([&] { answers->close(); });

#define WAIT(channel) channel.receive()
void inMacroBad() {
  heddle::Channel<int> stop;
  heddle::spawn([&] { WAIT(stop); });
  // CHECK-NOTES: :[[@LINE-1]]:28: warning: nothing sends to 'stop' or closes it, so that this waits for ever
  // CHECK-NOTES: :[[@LINE-3]]:24: note: made here
  // CHECK-NOTES: :[[@LINE-4]]:24: note: close it where its owner is done
}
// CHECK-REVIEW-LABEL: void inMacroBad() {
// CHECK-REVIEW-NEXT: {{^}}  heddle::Channel<int> stop;
// CHECK-REVIEW-NEXT: {{^}}  heddle::ScopeExit close_stop([&] { stop.close(); });

template <class T> void neverInstantiatedOk() {
  heddle::Channel<T> answers;
  answers.receive();
}

void escapesOk() {
  heddle::Channel<int> numbers;
  unseen(numbers);
  numbers.receive();
}

std::shared_ptr<heddle::Channel<int>> keep;
void toHeaderOk(std::vector<std::shared_ptr<heddle::Channel<int>>> &all) {
  auto numbers = heddle::make_channel<int>();
  all.push_back(numbers);
  numbers->receive();
}

void otherWayOutOk(const heddle::Context &context) {
  heddle::Channel<int> numbers;
  heddle::select(heddle::on_receive(numbers), heddle::on_timeout(1s, [] {}));
  heddle::select(heddle::on_receive(numbers), heddle::otherwise([] {}));
  heddle::select(heddle::on_receive(numbers),
                 heddle::on_receive(context.done()));
  numbers.receive(context);
  numbers.try_receive();
}

void closedByOwnerOk() {
  heddle::Channel<int> jobs(4);
  heddle::WaitGroup workers;
  workers.spawn([&] {
    for (int job : jobs)
      work(job);
  });
  jobs.send(1);
  jobs.close();
  workers.wait();
}

void closedByGuardOk() {
  auto done = heddle::make_channel<bool>();
  heddle::ScopeExit close([&] { done->close(); });
  heddle::spawn([done] { done->receive(); });
}

void countedOk() {
  heddle::Channel<int> sizes;
  for (int i = 0; i < 5; ++i)
    heddle::spawn([&] { sizes.send(1); });
  for (int i = 0; i < 5; ++i)
    sizes.receive();
}

void leftFromInsideOk() {
  heddle::Channel<int> numbers(4);
  heddle::spawn([&] {
    numbers.send(1);
    numbers.send(-1);
  });
  for (int number : numbers) {
    if (number < 0)
      break;
    work(number);
  }
}

// Nobody waits for this worker: whether it may stay is another question.
void detachedWorkerOk() {
  auto numbers = heddle::make_channel<int>(4);
  heddle::spawn([numbers] {
    for (int number : *numbers)
      work(number);
  });
  for (int i = 0; i < 3; ++i)
    numbers->send(i);
}

void serverOk() {
  heddle::Channel<int> requests(4);
  heddle::spawn([&] {
    for (;;)
      requests.send(1);
  });
  for (int request : requests)
    work(request);
}

void tickedOk() {
  heddle::Channel<int> samples(4);
  heddle::spawn([&] {
    heddle::Ticker ticker(1s);
    for (auto tick : ticker)
      samples.send(int(tick.time_since_epoch().count()));
  });
  for (int sample : samples)
    work(sample);
}

void timersOk() {
  heddle::after(1s).receive();
  auto later = heddle::after(1s);
  later.receive();
}

void secondRoundOk() {
  heddle::Channel<bool> turn(1);
  for (int i = 0; i < 10; ++i) {
    if (i > 0)
      turn.receive();
    turn.send(true);
  }
}

void callbackOk() {
  heddle::Channel<bool> done;
  auto finish = [&] { done.send(true); };
  heddle::spawn(finish);
  done.receive();
}

// The first task waits for ever so that the others may go on.
int mainOk() {
  heddle::run([] {
    heddle::spawn([] { work(1); });
    heddle::Channel<bool> forever;
    forever.receive();
  });
  return 0;
}

// Both cases are dead, but each looks like the other's way out.
void FN_twoDeadCases() {
  heddle::Channel<int> a, b;
  heddle::select(heddle::on_receive(a), heddle::on_receive(b));
}

// Fewer are sent than received: counting is not done.
void FN_tooFew() {
  heddle::Channel<int> answers;
  heddle::spawn([&] { answers.send(1); });
  answers.receive();
  answers.receive();
}

// The other end of a class that comes from elsewhere may be anywhere.
struct Request {
  int item;
  std::shared_ptr<heddle::Channel<int>> reply;
};

void askOk(heddle::Channel<Request> &requests) {
  auto reply = heddle::make_channel<int>(1);
  requests.send(Request{1, reply});
  work(*reply->receive());
}

struct Call {
  heddle::Channel<int> *reply;
};
void enqueue(const Call &call);

void enqueueOk() {
  heddle::Channel<int> reply(1);
  Call call{&reply};
  enqueue(call);
  work(*reply.receive());
}

struct Done {
  heddle::Channel<bool> *signal;
};

void ownClassBad() {
  heddle::Channel<bool> signal;
  Done done{&signal};
  heddle::WaitGroup group;
  group.spawn([done] { work(done.signal != nullptr); });
  signal.receive();
  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: nothing sends to 'signal' or closes it
  group.wait();
}
