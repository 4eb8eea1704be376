// RUN: %check_rule %s undrained-shutdown

#include "heddle/heddle.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

struct Event {
  int id;
  std::string text;
};
void store(const Event &event);
void store_all(std::vector<Event> events);
Event next();
bool ready();

class ServiceBad {
public:
  void accept(Event event) { events_.send(std::move(event)); }
  void work(const heddle::Context &context) {
    while (auto event = events_.receive(context))
      // CHECK-NOTES: :[[@LINE-1]]:5: warning: what is still in 'events_' is lost when this loop is cancelled [heddle-undrained-shutdown]
      // CHECK-NOTES: :[[@LINE-2]]:25: note: cancelled here
      // CHECK-NOTES: :[[@LINE+6]]:26: note: the channel has room, and only this loop receives from it
      // CHECK-NOTES: :[[@LINE-4]]:5: note: deal with what is left before the loop's task ends
      store(*event);
  }

private:
  heddle::Channel<Event> events_{64};
};
// CHECK-REVIEW-LABEL: class ServiceBad {
// CHECK-REVIEW: {{^}}    while (auto event = events_.receive(context))
// CHECK-REVIEW-NEXT: {{^}}      store(*event);
// CHECK-REVIEW-NEXT: {{^}}    while (auto event = events_.try_receive())
// CHECK-REVIEW-NEXT: {{^}}      store(*event);
// CHECK-REVIEW-NEXT: {{^}}  }

class ServiceOk {
public:
  void accept(Event event) { events_.send(std::move(event)); }
  void work(const heddle::Context &context) {
    while (auto event = events_.receive(context))
      store(*event);
    while (auto event = events_.try_receive())
      store(*event);
  }

private:
  heddle::Channel<Event> events_{64};
};

// A batch of its own, whatever the channel is.
void batchBad(heddle::Channel<Event> &events, const heddle::Context &context) {
  std::vector<Event> batch;
  bool stopped = false;
  while (!stopped)
    // CHECK-NOTES: :[[@LINE-1]]:3: warning: what is still in 'batch' is lost when this loop is cancelled
    // CHECK-NOTES: :[[@LINE+11]]:39: note: cancelled here
    // CHECK-NOTES: :[[@LINE+6]]:43: note: only a full batch is dealt with
    // CHECK-NOTES: :[[@LINE-4]]:3: note: deal with what is left before the loop's task ends
    heddle::select(heddle::on_receive(events,
                                      [&](Event event) {
                                        batch.push_back(std::move(event));
                                        if (batch.size() == 100) {
                                          store_all(batch);
                                          batch.clear();
                                        }
                                      }),
                   heddle::on_receive(context.done(), [&] { stopped = true; }));
}
// CHECK-REVIEW-LABEL: void batchBad(
// CHECK-REVIEW: {{^}}                   heddle::on_receive(context.done(), [&] { stopped = true; }));
// CHECK-REVIEW-NEXT: {{^}}  if (!batch.empty())
// CHECK-REVIEW-NEXT: {{^}}    store_all(batch);
// CHECK-REVIEW-NEXT: {{^}}}

void selectBad(const heddle::Context &context) {
  heddle::Channel<Event> events(heddle::procs());
  heddle::spawn([&] {
    while (!context.cancelled())
      events.send(next());
  });
  for (bool open = true; open;) {
    // CHECK-NOTES: :[[@LINE-1]]:3: warning: what is still in 'events' is lost when this loop is cancelled
    // CHECK-NOTES: :[[@LINE+5]]:28: note: cancelled here
    // CHECK-NOTES: :[[@LINE-8]]:26: note: the channel has room, and only this loop receives from it
    // CHECK-NOTES: :[[@LINE-4]]:3: note: deal with what is left before the loop's task ends
    heddle::select(
        heddle::on_receive(events, [&](const Event &event) { store(event); }),
        heddle::on_receive(context.done(), [&] { open = false; }));
  }
}
// CHECK-REVIEW-LABEL: void selectBad(
// CHECK-REVIEW: {{^}}        heddle::on_receive(context.done(), [&] { open = false; }));
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}  while (auto left = events.try_receive()) {
// CHECK-REVIEW-NEXT: {{^}}    const Event &event = *std::move(left);
// CHECK-REVIEW-NEXT: {{^}}    store(event);
// CHECK-REVIEW-NEXT: {{^}}  }

static void drainLess(std::shared_ptr<heddle::Channel<Event>> events,
                      heddle::ScopedContext &context) {
  for (Event event : *events) {
    // CHECK-NOTES: :[[@LINE-1]]:3: warning: what is still in 'events' is lost when this loop is cancelled
    // CHECK-NOTES: :[[@LINE+2]]:9: note: cancelled here
    // CHECK-NOTES: :[[@LINE+8]]:8: note: the channel has room, and only this loop receives from it
    if (context.cancelled())
      return;
    store(event);
  }
}

void handleBad(heddle::ScopedContext &context) {
  auto events = heddle::make_channel<Event>(16);
  heddle::spawn([&context, events] { drainLess(events, context); });
  while (ready())
    events->send(next());
}

template <class Item> class Worker {
public:
  void give(Item item) { items_.send(std::move(item)); }
  void runBad(const heddle::Context &context) {
    std::vector<Item> kept;
    while (!context.cancelled()) {
      // CHECK-NOTES: :[[@LINE-1]]:5: warning: what is still in 'items_' is lost when this loop is cancelled
      // CHECK-NOTES: :[[@LINE-2]]:13: note: cancelled here
      // CHECK-NOTES: :[[@LINE+11]]:25: note: the channel has room, and only this loop receives from it
      // CHECK-NOTES: :[[@LINE+4]]:11: note: only a full batch is dealt with
      if (auto item = items_.receive()) {
        kept.emplace_back(std::move(*item));
        if (kept.size() >= 32)
          store_all(std::move(kept));
      }
    }
  }

private:
  heddle::Channel<Item> items_{8};
};
void useWorker(Worker<Event> &worker, const heddle::Context &context) {
  worker.give(next());
  worker.runBad(context);
}

// What is handed over is dealt with: nothing is in between.
void rendezvousOk(const heddle::Context &context) {
  heddle::Channel<Event> events;
  heddle::spawn([&] { (void)events.send(context, next()); });
  while (auto event = events.receive(context))
    store(*event);
}

void flushedOk(heddle::Channel<Event> &events, const heddle::Context &context) {
  std::vector<Event> batch;
  while (auto event = events.receive(context)) {
    batch.push_back(std::move(*event));
    if (batch.size() == 100) {
      store_all(batch);
      batch.clear();
    }
  }
  store_all(std::move(batch));
}

void otherWorkersOk(const heddle::Context &context) {
  heddle::Channel<Event> events(16);
  heddle::spawn([&] {
    while (auto event = events.receive(context))
      store(*event);
  });
  events.send(next());
  for (Event event : events)
    store(event);
}

void unseen(heddle::Channel<Event> &events);
void escapesOk(const heddle::Context &context) {
  heddle::Channel<Event> events(16);
  unseen(events);
  events.send(next());
  while (auto event = events.receive(context))
    store(*event);
}

// It goes on until the channel is closed: all is received.
void untilClosedOk(const heddle::Context &context) {
  heddle::Channel<Event> events(16);
  heddle::spawn([&] {
    while (!context.cancelled())
      events.send(next());
    events.close();
  });
  for (Event event : events)
    store(event);
}

// The work ends when the channel is closed; who cancels it gives it up.
void givenUpOk(const heddle::Context &context) {
  heddle::Channel<Event> events(16);
  heddle::spawn([&] {
    while (ready())
      events.send(next());
    events.close();
  });
  while (auto event = events.receive(context))
    store(*event);
}

struct Job {
  int number;
  heddle::WaitGroup *done;
};

// Who sends waits for each job: none is left when the context ends.
void answeredOk(const heddle::Context &context) {
  auto jobs = heddle::make_channel<Job>(4);
  heddle::spawn([jobs, context] {
    while (auto job = jobs->receive(context))
      job->done->done();
  });
  heddle::WaitGroup done;
  done.add();
  jobs->send(Job{1, &done});
  done.wait();
}

void wakeUpsOk(const heddle::Context &context) {
  heddle::Channel<bool> wake(1);
  heddle::spawn([&] { wake.try_send(true); });
  while (wake.receive(context))
    store(next());
}

void everyItemOk(heddle::Channel<Event> &events,
                 const heddle::Context &context) {
  std::vector<Event> seen;
  while (auto event = events.receive(context)) {
    seen.push_back(*event);
    store_all(seen);
  }
}

// A batch that is a member may be dealt with by others.
class FN_MemberBatch {
public:
  void work(heddle::Channel<Event> &events, const heddle::Context &context) {
    while (auto event = events.receive(context)) {
      batch_.push_back(*event);
      if (batch_.size() == 10)
        store_all(std::move(batch_));
    }
  }

private:
  std::vector<Event> batch_;
};
