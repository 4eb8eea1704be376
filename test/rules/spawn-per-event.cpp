// RUN: %check_rule %s spawn-per-event

#include "heddle/heddle.h"

#include <memory>
#include <optional>

struct Event {
  int id = 0;
};

void process(const Event &event);
void forward(heddle::Channel<Event> &to, const Event &event);

void joinedBad(heddle::Channel<Event> &events) {
  heddle::WaitGroup group;
  for (Event event : events)
    group.spawn([event] { process(event); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
  group.wait();
}
// CHECK-FIXES-LABEL: void joinedBad(heddle::Channel<Event> &events) {
// CHECK-FIXES-NEXT: {{^}}  heddle::consume(events, 4 * heddle::available_procs(), [](Event event) {
// CHECK-FIXES-NEXT: {{^}}    process(event);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

void joinedOk(heddle::Channel<Event> &events) {
  heddle::consume(events, 4 * heddle::available_procs(),
                  [](Event event) { process(event); });
}

void joinedLinesBad(heddle::Channel<Event> &events) {
  heddle::WaitGroup group;
  for (const Event &event : events) {
    group.spawn([event] {
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
      // Twice: once for each side.
      process(event);
      process(event);
    });
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void joinedLinesBad(heddle::Channel<Event> &events) {
// CHECK-FIXES-NEXT: {{^}}  heddle::consume(events, 4 * heddle::available_procs(), [](Event event) {
// CHECK-FIXES-NEXT: {{^}}    // Twice: once for each side.
// CHECK-FIXES-NEXT: {{^}}    process(event);
// CHECK-FIXES-NEXT: {{^}}    process(event);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

int total = 0;

void neverWaitsBad(heddle::Channel<Event> &events) {
  while (auto event = events.receive())
    heddle::spawn([id = event->id] { total += id; });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
}

void unbracedBad(heddle::Channel<Event> &events) {
  while (auto event = events.receive())
    heddle::spawn([event] { total += event->id; });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
}
// CHECK-REVIEW-LABEL: void unbracedBad(heddle::Channel<Event> &events) {
// CHECK-REVIEW-NEXT: {{^}}  while (auto event = events.receive())
// CHECK-REVIEW-NEXT: {{^}}    total += event->id;
// CHECK-REVIEW-NEXT: {{^}}}

void detachedBad(heddle::Channel<Event> &events, heddle::Channel<Event> &to) {
  for (Event event : events) {
    heddle::spawn([&to, event] { to.send(event); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
  }
}
// CHECK-REVIEW-LABEL: void detachedBad(heddle::Channel<Event> &events, heddle::Channel<Event> &to) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(4 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  for (Event event : events) {
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [&to, event] { to.send(event); });
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

struct Connection {
  std::optional<Event> read() HEDDLE_SUSPENDS HEDDLE_RECEIVES;
};

void readLoopBad(Connection &connection) {
  for (;;) {
    auto message = connection.read();
    if (!message)
      return;
    heddle::spawn([message] { process(*message); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
  }
}
// CHECK-REVIEW-LABEL: void readLoopBad(Connection &connection) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(4 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  for (;;) {
// CHECK-REVIEW-NEXT: {{^}}    auto message = connection.read();
// CHECK-REVIEW-NEXT: {{^}}    if (!message)
// CHECK-REVIEW-NEXT: {{^}}      return;
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [message] { process(*message); });
// CHECK-REVIEW-NEXT: {{^}}  }
// CHECK-REVIEW-NEXT: {{^}}}

void dispatch(const Event &event) {
  heddle::spawn([event] { process(event); });
}

void throughCallBad(std::shared_ptr<heddle::Channel<Event>> events) {
  while (std::optional<Event> event = events->receive())
    dispatch(*event);
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
}

template <class T> void genericBad(heddle::Channel<T> &items) {
  for (T item : items)
    heddle::spawn([item] { process(item); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: a task is spawned for each item received
}
// CHECK-REVIEW-LABEL: template <class T> void genericBad(heddle::Channel<T> &items) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(4 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  for (T item : items)
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [item] { process(item); });
// CHECK-REVIEW-NEXT: {{^}}}

void instantiate(heddle::Channel<Event> &events) { genericBad(events); }

// Bounded.
void limitedOk(heddle::Channel<Event> &events) {
  static heddle::Semaphore slots(8);
  for (Event event : events)
    heddle::spawn_limited(slots, [event] { process(event); });
}

void slotOk(heddle::Channel<Event> &events, heddle::Semaphore &slots) {
  for (Event event : events) {
    slots.acquire();
    heddle::spawn([&slots, event] {
      process(event);
      slots.release();
    });
  }
}

void groupLimitOk(heddle::Channel<Event> &events) {
  heddle::TaskGroup tasks;
  tasks.set_limit(8);
  for (Event event : events)
    tasks.spawn([event] { process(event); });
  tasks.wait();
}

// A long conversation: as many as there are peers.
void conversationOk(
    heddle::Channel<std::shared_ptr<Connection>> &connections) {
  for (auto connection : connections)
    heddle::spawn([connection] {
      while (auto message = connection->read())
        process(*message);
    });
}

struct Listener {
  std::unique_ptr<Connection> accept() HEDDLE_SUSPENDS HEDDLE_RECEIVES;
};
void serve(std::shared_ptr<Connection> connection);

void acceptOk(Listener &listener) {
  while (std::shared_ptr<Connection> connection = listener.accept())
    heddle::spawn([connection] { serve(connection); });
}

// Called, not spawned.
void directOk(heddle::Channel<Event> &events) {
  for (Event event : events)
    process(event);
}

// One task before the loop.
void beforeOk(heddle::Channel<Event> &events) {
  heddle::spawn([] { total = 0; });
  for (Event event : events)
    process(event);
}
