// RUN: %dump_facts --kind=round-trips %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <vector>

int work(int item);

struct Job;
int twice(heddle::Channel<Job> &jobs);

struct Job {
  int item;
  heddle::Channel<int> *reply;
};

void serve(heddle::Channel<Job> &jobs) {
  for (Job job : jobs)
    job.reply->send(work(job.item));
}

int ask(heddle::Channel<Job> &jobs, int item) {
  heddle::Channel<int> reply(1);
  // CHECK-DAG: [[@LINE-1]]: reply goes with [[@LINE+1]], comes back at [[@LINE+2]] from [[@LINE-5]]
  jobs.send({item, &reply});
  return *reply.receive();
}

// Its rounds ask a task that was there before them.
void own(const std::vector<int> &items) {
  heddle::Channel<Job> jobs(4);
  heddle::spawn([&jobs] { serve(jobs); });
  for (int item : items) {
    heddle::Channel<int> back(1);
    // CHECK-DAG: [[@LINE-1]]: back goes with [[@LINE+2]], comes back at [[@LINE+3]] from [[@LINE-16]]
    Job job{item, &back};
    jobs.send(job);
    work(back.receive().value_or(0));
  }
  ask(jobs, 1);
  twice(jobs);
}

// A task for each question, and one that asks twice.
void started(const std::vector<int> &items) {
  for (int item : items) {
    heddle::Channel<int> answer(1);
    heddle::spawn([&] { answer.send(work(item)); });
    answer.receive();
  }
}
int twice(heddle::Channel<Job> &jobs) {
  heddle::Channel<int> both(2);
  jobs.send({1, &both});
  jobs.send({2, &both});
  return *both.receive() + *both.receive();
}

// One container, and nothing else: its owner stands for a lock.
struct Put {
  int item;
  heddle::Channel<bool> *done;
};
class Store {
public:
  void own() {
    for (Put command : puts_) {
      // CHECK-DAG: [[@LINE-1]]: items_ is owned, with 2 commands
      items_.push_back(command.item);
      command.done->send(true);
    }
  }
  void put(int item) {
    heddle::Channel<bool> done(1);
    // CHECK-DAG: [[@LINE-1]]: done goes with [[@LINE+1]], comes back at [[@LINE+2]] from [[@LINE-5]]
    puts_.send({item, &done});
    done.receive();
  }
  void putTwice(int item) {
    heddle::Channel<bool> done(1);
    // CHECK-DAG: [[@LINE-1]]: done goes with [[@LINE+1]], comes back at [[@LINE+2]] from [[@LINE-11]]
    puts_.send(Put{2 * item, &done});
    done.receive();
  }

private:
  heddle::Channel<Put> puts_;
  std::vector<int> items_;
};
