// RUN: %check_rule %s channel-as-lock

#include "heddle/heddle.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

int unseen(int key);
void save(int key) HEDDLE_BLOCKS;

// The owner sets, and closes a channel to say that it did.
struct Set {
  std::string key;
  int value;
  heddle::Channel<bool> *done;
};
class SettingsBad {
public:
  SettingsBad() {
    owner_.spawn([this] { own(); });
  }
  ~SettingsBad() {
    commands_.close();
    owner_.wait();
  }
  void set(std::string key, int value) {
    heddle::Channel<bool> done;
    commands_.send({std::move(key), value * 2, &done});
    done.receive();
  }

private:
  void own() {
    for (Set command : commands_) {
      values_[std::move(command.key)] = command.value;
      command.done->close();
    }
  }

  heddle::Channel<Set> commands_{16};
  heddle::WaitGroup owner_;
  std::unordered_map<std::string, int> values_;
};
void setAll(SettingsBad &settings, const std::vector<std::string> &keys) {
  for (const std::string &key : keys)
    settings.set(key, 1);
}
// CHECK-NOTES: :[[@LINE-8]]:24: warning: 'commands_' does the work of a lock around 'values_' [heddle-channel-as-lock]
// CHECK-NOTES: :[[@LINE-15]]:5: note: one task applies each command
// CHECK-NOTES: :[[@LINE-22]]:15: note: a command is sent here
// CHECK-NOTES: :[[@LINE-22]]:5: note: and waited for here
// CHECK-NOTES: :[[@LINE-7]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-7]]:14: note: reached through this call
// CHECK-NOTES: :[[@LINE-14]]:24: note: with a lock each task does its own work, in no particular order
// CHECK-REVIEW-LABEL: void save(int key)
// CHECK-REVIEW-NOT:     struct Set
// CHECK-REVIEW:         class SettingsBad {
// CHECK-REVIEW-NEXT:    public:
// CHECK-REVIEW-NEXT:      void set(std::string key, int value) {
// CHECK-REVIEW-NEXT:        std::lock_guard lock(mutex_);
// CHECK-REVIEW-NEXT:        values_[std::move(key)] = value * 2;
// CHECK-REVIEW-NEXT:      }
// CHECK-REVIEW-EMPTY:
// CHECK-REVIEW-NEXT:    private:
// CHECK-REVIEW-NEXT:      heddle::Mutex mutex_;
// CHECK-REVIEW-NEXT:      std::unordered_map<std::string, int> values_;
// CHECK-REVIEW-NEXT:    };

// A free function owns the counts, and its answer is looked up.
struct Find {
  int key;
  std::shared_ptr<heddle::Channel<int>> found;
};
static heddle::Channel<Find> finds;
static void owner() {
  std::vector<int> seen(8);
  while (auto command = finds.receive()) {
    int &times = seen[command->key];
    ++times;
    command->found->send(times);
  }
}
static int timesBad(int key) {
  auto found = heddle::make_channel<int>(1);
  finds.send(Find{key % 8, found});
  return found->receive().value();
}
void findAll(heddle::Channel<int> &keys) {
  heddle::spawn(owner);
  heddle::consume(keys, 8, [](int key) { timesBad(key); });
}
// CHECK-NOTES: :[[@LINE-18]]:30: warning: 'finds' does the work of a lock around 'seen'
// CHECK-NOTES: :[[@LINE-16]]:25: note: one task applies each command
// CHECK-NOTES: :[[@LINE-9]]:9: note: a command is sent here
// CHECK-NOTES: :[[@LINE-9]]:10: note: and waited for here
// CHECK-NOTES: :[[@LINE-6]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-7]]:42: note: reached through this call
// CHECK-NOTES: :[[@LINE-24]]:30: note: with a lock
// CHECK-REVIEW:       {{^}}static heddle::Mutex mutex;
// CHECK-REVIEW-NEXT:  {{^}}static std::vector<int> seen(8);
// CHECK-REVIEW-NEXT:  static int timesBad(int key) {
// CHECK-REVIEW-NEXT:    std::lock_guard lock(mutex);
// CHECK-REVIEW-NEXT:    int &times = seen[key % 8];
// CHECK-REVIEW-NEXT:    ++times;
// CHECK-REVIEW-NEXT:    return times;
// CHECK-REVIEW:       void findAll(heddle::Channel<int> &keys) {
// CHECK-REVIEW-NEXT:    heddle::consume(keys, 8,

// Closures, with all of it in one function.
void closureBad(const std::vector<std::string> &words) {
  std::vector<std::string> list;
  heddle::Channel<std::function<void()>> steps(8);
  heddle::WaitGroup task;
  task.spawn([&] {
    for (auto &&step : steps)
      step();
  });
  heddle::parallel_for(words, [&](const std::string &word) {
    heddle::Channel<bool> done(1);
    steps.send([&] {
      list.push_back(word);
      done.send(true);
    });
    done.receive();
    unseen(1);
  });
  steps.close();
  task.wait();
}
// CHECK-NOTES: :[[@LINE-18]]:42: warning: 'steps' does the work of a lock around 'list'
// CHECK-NOTES: :[[@LINE-16]]:5: note: one task applies each command
// CHECK-NOTES: :[[@LINE-12]]:11: note: a command is sent here
// CHECK-NOTES: :[[@LINE-9]]:5: note: and waited for here
// CHECK-NOTES: :[[@LINE-16]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-23]]:42: note: with a lock

// CHECK-REVIEW-LABEL: void closureBad(
// CHECK-REVIEW-NEXT:    std::vector<std::string> list;
// CHECK-REVIEW-NEXT:    heddle::Mutex mutex;
// CHECK-REVIEW-NEXT:    heddle::parallel_for(words, [&](const std::string &word) {
// CHECK-REVIEW-NEXT:      {
// CHECK-REVIEW-NEXT:        std::lock_guard lock(mutex);
// CHECK-REVIEW-NEXT:        list.push_back(word);
// CHECK-REVIEW-NEXT:      }
// CHECK-REVIEW-NEXT:      unseen(1);
// CHECK-REVIEW-NEXT:    });
// CHECK-REVIEW-NEXT:  }

// Two kinds of commands, through a reference. No fix: which of them each asker
// wants is not plain.
struct Command {
  enum Kind { Put, Drop } kind;
  int key;
  heddle::Channel<bool> *done;
};
static void apply(std::vector<int> &items, const Command &command) {
  if (command.kind == Command::Put)
    items.push_back(command.key);
  else
    std::erase(items, command.key);
}
static void serve(heddle::Channel<Command> &commands, std::vector<int> &items) {
  for (const Command &command : commands) {
    apply(items, command);
    command.done->send(true);
  }
}
template <class Key>
static bool call(heddle::Channel<Command> &commands, Command::Kind kind,
                 Key key) {
  heddle::Channel<bool> done(1);
  Command command{kind, int(key), &done};
  commands.send(command);
  return done.receive().value_or(false);
}
void kindsBad(const std::vector<int> &keys) {
  heddle::Channel<Command> commands;
  std::vector<int> items;
  heddle::WaitGroup task;
  task.spawn([&] { serve(commands, items); });
  for (int key : keys) {
    call(commands, Command::Put, key);
    call(commands, Command::Drop, key);
  }
  commands.close();
  task.wait();
}
// CHECK-NOTES: :[[@LINE-11]]:28: warning: 'commands' does the work of a lock around 'items'
// CHECK-NOTES: :[[@LINE-26]]:3: note: one task applies each command
// CHECK-NOTES: :[[@LINE-17]]:12: note: a command is sent here
// CHECK-NOTES: :[[@LINE-17]]:10: note: and waited for here
// CHECK-NOTES: :[[@LINE-11]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-11]]:5: note: reached through this call

// An endless loop that the close ends.
class CountsBad {
public:
  CountsBad() {
    owner_.spawn([this] { run(); });
  }
  ~CountsBad() {
    asked_.close();
    owner_.wait();
  }
  int of(int key) {
    auto reply = heddle::make_channel<int>(1);
    asked_.send({key, reply});
    return *reply->receive();
  }

private:
  struct Asked {
    int key;
    std::shared_ptr<heddle::Channel<int>> reply;
  };
  void run() {
    for (;;) {
      auto asked = asked_.receive();
      if (!asked)
        return;
      asked->reply->send(++counts_[asked->key]);
    }
  }

  heddle::Channel<Asked> asked_;
  heddle::WaitGroup owner_;
  std::map<int, int> counts_;
};
void countAll(CountsBad &counts, const std::vector<int> &keys) {
  heddle::parallel_for(keys, [&](int key) { counts.of(key); });
}
// CHECK-NOTES: :[[@LINE-7]]:26: warning: 'asked_' does the work of a lock around 'counts_'
// CHECK-NOTES: :[[@LINE-15]]:20: note: one task applies each command
// CHECK-NOTES: :[[@LINE-27]]:12: note: a command is sent here
// CHECK-NOTES: :[[@LINE-27]]:13: note: and waited for here
// CHECK-NOTES: :[[@LINE-6]]:3: note: repeated here
// CHECK-NOTES: :[[@LINE-7]]:52: note: reached through this call

// Others of the same form that are no locks.
struct Add {
  int key;
  heddle::Channel<bool> *done;
};
static void add(heddle::Channel<Add> &adds, int key) {
  heddle::Channel<bool> done(1);
  adds.send({key, &done});
  done.receive();
}
static void addAll(heddle::Channel<Add> &adds, const std::vector<int> &keys) {
  heddle::parallel_for(keys, [&](int key) { add(adds, key); });
  adds.close();
}

// It collects a batch, and answers for all of it.
void batchOk(const std::vector<int> &keys) {
  heddle::Channel<Add> adds(16);
  std::map<int, int> items;
  heddle::WaitGroup task;
  task.spawn([&] {
    std::vector<Add> batch;
    for (Add command : adds) {
      batch.push_back(command);
      if (batch.size() < 8)
        continue;
      for (const Add &each : batch) {
        ++items[each.key];
        each.done->send(true);
      }
      batch.clear();
    }
  });
  addAll(adds, keys);
  task.wait();
}

// It drops what came before.
struct Once {
  int key;
  heddle::Channel<bool> *done;
};
void dedupOk(const std::vector<int> &keys) {
  heddle::Channel<Once> commands(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::map<int, int> items;
    int last = 0;
    for (Once command : commands) {
      if (command.key != last)
        ++items[command.key];
      last = command.key;
      command.done->send(true);
    }
  });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<bool> done(1);
    commands.send({key, &done});
    done.receive();
  });
  commands.close();
  task.wait();
}

// It writes what it has to disk.
struct Store {
  int key;
  heddle::Channel<bool> *done;
};
void blockingOk(const std::vector<int> &keys) {
  heddle::Channel<Store> commands(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::vector<int> items;
    for (Store command : commands) {
      items.push_back(command.key);
      save(command.key);
      command.done->send(true);
    }
  });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<bool> done(1);
    commands.send({key, &done});
    done.receive();
  });
  commands.close();
  task.wait();
}

// Who knows what it does.
struct Ask {
  int key;
  heddle::Channel<int> *reply;
};
void unseenOk(const std::vector<int> &keys) {
  heddle::Channel<Ask> commands(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::vector<int> items;
    for (Ask command : commands) {
      items.push_back(command.key);
      command.reply->send(unseen(command.key));
    }
  });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<int> reply(1);
    commands.send({key, &reply});
    reply.receive();
  });
  commands.close();
  task.wait();
}

// Some do not wait for it: a queue.
struct Note {
  int key;
  heddle::Channel<bool> *done;
};
void queuedOk(const std::vector<int> &keys) {
  heddle::Channel<Note> commands(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::vector<int> items;
    for (Note command : commands) {
      items.push_back(command.key);
      if (command.done)
        command.done->send(true);
    }
  });
  for (int key : keys)
    commands.send({key, nullptr});
  for (int key : keys) {
    heddle::Channel<bool> done(1);
    commands.send({key, &done});
    done.receive();
  }
  commands.close();
  task.wait();
}

// It has a life of its own.
struct Touch {
  int key;
  heddle::Channel<bool> *done;
};
void timedOk(const std::vector<int> &keys) {
  heddle::Channel<Touch> commands(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::map<int, int> items;
    bool open = true;
    while (open)
      heddle::select(heddle::on_receive(commands,
                                        [&](std::optional<Touch> command) {
                                          open = command.has_value();
                                          if (!open)
                                            return;
                                          ++items[command->key];
                                          command->done->send(true);
                                        }),
                     heddle::on_timeout(1s, [&] { items.clear(); }));
  });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<bool> done(1);
    commands.send({key, &done});
    done.receive();
  });
  commands.close();
  task.wait();
}

// Several work at once, each with its own: workers.
struct Work {
  int key;
  heddle::Channel<int> *reply;
};
static void work(heddle::Channel<Work> &jobs) {
  std::vector<int> scratch;
  for (Work job : jobs) {
    scratch.assign(job.key, 1);
    job.reply->send(int(scratch.size()));
  }
}
void workersOk(const std::vector<int> &keys) {
  heddle::Channel<Work> jobs(16);
  heddle::WaitGroup tasks;
  for (int i = 0; i < 4; ++i)
    tasks.spawn([&] { work(jobs); });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<int> reply(1);
    jobs.send({key, &reply});
    reply.receive();
  });
  jobs.close();
  tasks.wait();
}

// Not often.
struct Rare {
  int key;
  heddle::Channel<bool> *done;
};
void rareOk() {
  heddle::Channel<Rare> commands;
  heddle::spawn([&] {
    std::map<int, int> items;
    for (Rare command : commands) {
      ++items[command.key];
      command.done->send(true);
    }
  });
  heddle::Channel<bool> done(1);
  commands.send({1, &done});
  done.receive();
  commands.close();
}

// The answer is sent by a helper, which is not looked into.
struct Mark {
  int key;
  heddle::Channel<bool> *done;
};
static void acknowledge(const Mark &mark) { mark.done->send(true); }
void FN_helperBad(const std::vector<int> &keys) {
  heddle::Channel<Mark> marks(16);
  heddle::WaitGroup task;
  task.spawn([&] {
    std::vector<int> items;
    for (Mark mark : marks) {
      items.push_back(mark.key);
      acknowledge(mark);
    }
  });
  heddle::parallel_for(keys, [&](int key) {
    heddle::Channel<bool> done(1);
    marks.send({key, &done});
    done.receive();
  });
  marks.close();
  task.wait();
}
