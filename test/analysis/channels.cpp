// RUN: %dump_facts --kind=channels %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <memory>
#include <string>
#include <utility>

void unseen(heddle::Channel<int> &channel);

static void produce(heddle::Channel<int> &out) {
  for (int i = 0; i < 10; ++i)
    out.send(i);
  // CHECK-DAG: [[@LINE-1]]: produce sends numbers
  out.close();
  // CHECK-DAG: [[@LINE-1]]: produce closes numbers
}

int throughParameter() {
  heddle::Channel<int> numbers(2 + 2);
  // CHECK-DAG: [[@LINE-1]]: numbers holds 4
  heddle::spawn([&] { produce(numbers); });
  auto &same = numbers;
  int sum = 0;
  for (int number : same)
    // CHECK-DAG: [[@LINE-1]]: throughParameter receives numbers in a loop
    sum += number;
  return sum + numbers.size();
  // CHECK-DAG: [[@LINE-1]]: throughParameter looks numbers
}

void throughHandle(std::size_t room) {
  auto handle = heddle::make_channel<int>(room);
  // CHECK-DAG: [[@LINE-1]]: handle holds an unknown number
  heddle::spawn([moved = handle] {
    moved->send(1);
    // CHECK-DAG: [[@LINE-1]]: lambda sends handle
  });
  heddle::select(heddle::on_receive(handle, [](int) {}),
                 // CHECK-DAG: [[@LINE-1]]: throughHandle receives handle if it can
                 heddle::otherwise([] {}));
  heddle::select(heddle::on_receive(*handle, [](int) {}));
  // CHECK-DAG: [[@LINE-1]]: throughHandle receives handle
  handle->try_send(2);
  // CHECK-DAG: [[@LINE-1]]: throughHandle sends handle if it can
  if (handle)
    handle->try_receive();
  // CHECK-DAG: [[@LINE-1]]: throughHandle receives handle if it can
}

void escaping() {
  heddle::Channel<int> given;
  // CHECK-DAG: [[@LINE-1]]: given holds 0, escapes
  unseen(given);
}

struct Command {
  std::string text;
  heddle::Channel<bool> *done;
};

class Owner {
public:
  void ask(const std::string &text) {
    heddle::Channel<bool> reply(1);
    // CHECK-DAG: [[@LINE-1]]: reply holds 1
    commands_.send({text, &reply});
    // CHECK-DAG: [[@LINE-1]]: Owner::ask sends commands_
    reply.receive();
    // CHECK-DAG: [[@LINE-1]]: Owner::ask receives reply
  }
  void run() {
    while (auto command = commands_.receive())
      // CHECK-DAG: [[@LINE-1]]: Owner::run receives commands_
      command->done->close();
    // CHECK-DAG: [[@LINE-1]]: Owner::run closes reply
  }

private:
  heddle::Channel<Command> commands_{16};
  // CHECK-DAG: [[@LINE-1]]: commands_ holds 16
};

class Stage {
public:
  explicit Stage(heddle::Channel<int> &in) : in_(in) {}
  void work(const heddle::Context &context) {
    while (auto item = in_.receive(context))
      // CHECK-DAG: [[@LINE-1]]: Stage::work receives source if it can
      (void)*item;
    heddle::consume(in_, 4, [](int) {});
    // CHECK-DAG: [[@LINE-1]]: Stage::work receives source
  }

private:
  heddle::Channel<int> &in_;
};

void throughMember() {
  heddle::Channel<int> source;
  // CHECK-DAG: [[@LINE-1]]: source holds 0
  Stage stage(source);
  stage.work(heddle::background());
}

// The arguments of a dependent construction are a list without a type.
template <class T> struct NeverMade {
  explicit NeverMade(T first) : value(first, 1) {}
  T value;
};
