// RUN: %check_rule %s unbuffered-pipeline

#include "heddle/heddle.h"

#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;

struct Event {
  int id;
  std::string text;
};
Event parse(const std::string &line);
void write(const Event &event);
void unseen(heddle::Channel<Event> &events);

void threeStagesBad(const std::vector<std::string> &lines) {
  heddle::Channel<std::string> raw;
  // CHECK-NOTES: :[[@LINE-1]]:32: warning: the stages that 'raw' joins hand over each item in lockstep [heddle-unbuffered-pipeline]
  // CHECK-NOTES: :[[@LINE+19]]:5: note: sent here, for each round of a loop
  // CHECK-NOTES: :[[@LINE+9]]:5: note: received here
  // CHECK-NOTES: :[[@LINE-4]]:32: note: with some room the stages run side by side
  heddle::Channel<Event> events(0);
  // CHECK-NOTES: :[[@LINE-1]]:26: warning: the stages that 'events' joins hand over each item in lockstep
  // CHECK-NOTES: :[[@LINE+6]]:7: note: sent here, for each round of a loop
  // CHECK-NOTES: :[[@LINE+9]]:5: note: received here
  // CHECK-NOTES: :[[@LINE-4]]:26: note: with some room the stages run side by side
  heddle::WaitGroup stages;
  stages.spawn([&] {
    for (std::string line : raw)
      events.send(parse(line));
    events.close();
  });
  stages.spawn([&] {
    for (Event event : events)
      write(event);
  });
  for (const std::string &line : lines)
    raw.send(line);
  raw.close();
  stages.wait();
}
// CHECK-REVIEW-LABEL: void threeStagesBad(
// CHECK-REVIEW-NEXT: {{^}}  heddle::Channel<std::string> raw(2 * heddle::procs());
// CHECK-REVIEW-NEXT: {{^}}  heddle::Channel<Event> events(2 * heddle::procs());

void threeStagesOk(const std::vector<std::string> &lines) {
  heddle::Channel<std::string> raw(2 * heddle::procs());
  heddle::Channel<Event> events(16);
  heddle::WaitGroup stages;
  stages.spawn([&] {
    for (std::string line : raw)
      events.send(parse(line));
    events.close();
  });
  stages.spawn([&] {
    for (Event event : events)
      write(event);
  });
  for (const std::string &line : lines)
    raw.send(line);
  raw.close();
  stages.wait();
}

class Pipeline {
public:
  explicit Pipeline(heddle::Channel<int> &source) : source_(source) {}
  void squareBad() {
    while (auto number = source_.receive())
      squares_.send(*number * *number);
    squares_.close();
  }
  long sum() {
    long total = 0;
    for (;;) {
      auto square = squares_.receive();
      if (!square)
        return total;
      total += *square;
    }
  }

private:
  heddle::Channel<int> &source_;
  heddle::Channel<int> squares_;
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: the stages that 'squares_' joins hand over each item in lockstep
  // CHECK-NOTES: :[[@LINE-17]]:7: note: sent here, for each round of a loop
  // CHECK-NOTES: :[[@LINE-12]]:21: note: received here
  // CHECK-NOTES: :[[@LINE-4]]:24: note: with some room the stages run side by side
};
// CHECK-REVIEW-LABEL: class Pipeline {
// CHECK-REVIEW: {{^}}  heddle::Channel<int> squares_{2 * heddle::available_procs()};

template <class T>
static void relay(heddle::Channel<T> &in, heddle::Channel<T> &out) {
  for (T item : in)
    out.send(item);
  out.close();
}

template <class T> void templateBad(heddle::Channel<T> &in) {
  auto out = heddle::make_channel<T>();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the stages that 'out' joins hand over each item in lockstep
  // CHECK-NOTES: :[[@LINE-7]]:5: note: sent here, for each round of a loop
  // CHECK-NOTES: :[[@LINE+3]]:3: note: received here
  // CHECK-NOTES: :[[@LINE-4]]:8: note: with some room the stages run side by side
  heddle::spawn([&in, out] { relay(in, *out); });
  heddle::consume(*out, 2, [](T item) { write(parse(std::to_string(item))); });
}
template void templateBad<int>(heddle::Channel<int> &);
// CHECK-REVIEW-LABEL: template <class T> void templateBad(
// CHECK-REVIEW-NEXT: {{^}}  auto out = heddle::make_channel<T>(2 * heddle::procs());

void mappedBad(heddle::Channel<int> &in) {
  heddle::Channel<std::string> texts;
  // CHECK-NOTES: :[[@LINE-1]]:32: warning: the stages that 'texts' joins hand over each item in lockstep
  // CHECK-NOTES: :[[@LINE+8]]:7: note: sent here, for each round of a loop
  // CHECK-NOTES: :[[@LINE+12]]:22: note: received here
  // CHECK-NOTES: :[[@LINE-4]]:32: note: with some room the stages run side by side
  auto convert = [&] {
    do {
      auto item = in.receive();
      if (!item)
        break;
      texts.send(std::to_string(*item));
    } while (true);
    texts.close();
  };
  heddle::spawn(convert);
  while (auto text = texts.receive())
    write(parse(*text));
}
// CHECK-REVIEW-LABEL: void mappedBad(
// CHECK-REVIEW-NEXT: {{^}}  heddle::Channel<std::string> texts(2 * heddle::procs());

// One producer and one consumer: what is made is taken, on purpose or not.
void twoEndsOk(const std::vector<int> &items) {
  heddle::Channel<int> handed;
  heddle::spawn([&] {
    for (int item : items)
      handed.send(item);
    handed.close();
  });
  for (int item : handed)
    write(parse(std::to_string(item)));
}

void acknowledgedOk(heddle::Channel<Event> &events) {
  heddle::Channel<bool> written;
  heddle::spawn([&] {
    for (Event event : events) {
      write(event);
      written.send(true);
    }
  });
  while (written.receive())
    events.send(parse("next"));
}

void questionsOk(heddle::Channel<int> &questions) {
  heddle::Channel<int> asked, answers;
  heddle::spawn([&] {
    for (int question : asked)
      answers.send(question + 1);
  });
  for (int question : questions) {
    asked.send(question);
    write(parse(std::to_string(*answers.receive())));
  }
}

void escapesOk(heddle::Channel<std::string> &raw) {
  heddle::Channel<Event> events;
  unseen(events);
  heddle::spawn([&] {
    for (Event event : events)
      write(event);
  });
  for (std::string line : raw)
    events.send(parse(line));
}

void fewOk(heddle::Channel<std::string> &raw) {
  heddle::Channel<Event> events;
  heddle::spawn([&] {
    for (int i = 0; i < 3; ++i)
      if (auto line = raw.receive())
        events.send(parse(*line));
    events.close();
  });
  for (Event event : events)
    write(event);
}

void pacedOk() {
  heddle::Channel<Event> samples, stored;
  heddle::spawn([&] {
    for (;;) {
      heddle::sleep_for(1s);
      samples.send(parse("sample"));
    }
  });
  heddle::spawn([&] {
    for (Event sample : samples)
      stored.send(sample);
  });
  heddle::sleep_for(10s);
}

void offeredOk(heddle::Channel<Event> &in) {
  heddle::Channel<Event> latest;
  heddle::spawn([&] {
    for (Event event : in)
      latest.try_send(event);
  });
  for (Event event : latest)
    write(event);
}
