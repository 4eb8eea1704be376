// RUN: %check_rule %s spawn-in-loop

#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <vector>

struct Item {
  std::string name;
  int size = 0;
};

void process(const Item &item);
void process(int index);
bool isKnown(int index);

void everyItemBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  for (Item &item : items) {
    group.add();
    heddle::spawn([&group, &item] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items' is spawned [heddle-spawn-in-loop]
      process(item);
      group.done();
    });
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void everyItemBad(std::vector<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [](Item &item) {{{$}}
// CHECK-FIXES-NEXT: {{^}}    process(item);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

void everyItemOk(std::vector<Item> &items) {
  for (Item &item : items)
    process(item);
}

void copiedItemBad(const std::vector<Item> &items) {
  heddle::WaitGroup group;

  for (const auto &item : items) {
    group.add(1);
    heddle::spawn([&, item] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
      if (item.size > 0) {
        process(item);
      }

      group.done();
    });
  }

  group.wait();
  process(0);
}
// CHECK-FIXES-LABEL: void copiedItemBad(const std::vector<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [&](auto item) {
// CHECK-FIXES-NEXT: {{^}}    if (item.size > 0) {
// CHECK-FIXES-NEXT: {{^}}      process(item);
// CHECK-FIXES-NEXT: {{^}}    }
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-EMPTY:
// CHECK-FIXES-NEXT: {{^}}  process(0);

void ownItemsBad() {
  std::vector<Item> items(1000);
  heddle::WaitGroup group;
  for (const Item &item : items)
    group.spawn([item] { process(item); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
  group.wait();
}
// CHECK-FIXES-LABEL: void ownItemsBad() {
// CHECK-FIXES-NEXT: {{^}}  std::vector<Item> items(1000);
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [](const Item &item) { process(item); });

void countedBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  group.add(items.size());
  for (std::size_t i = 0; i < items.size(); i++)
    heddle::spawn([&, i] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per round of a loop
      process(items[i]);
      group.done();
    });
  group.wait();
}
// CHECK-FIXES-LABEL: void countedBad(std::vector<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(0, items.size(), [&](std::size_t i) {
// CHECK-FIXES-NEXT: {{^}}    process(items[i]);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

void upToBad(int last) {
  heddle::WaitGroup group;
  for (int i = 1; i <= last; i += 1)
    group.spawn([i] { process(i); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per round
  group.wait();
}
// CHECK-FIXES-LABEL: void upToBad(int last) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(1, last + 1, [](int i) { process(i); });

void iteratorBad(std::list<Item> &items) {
  heddle::WaitGroup group;
  for (auto it = items.begin(); it != items.end(); ++it) {
    group.spawn([it] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per round
      process(*it);
      process(it->size);
    });
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void iteratorBad(std::list<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [](auto &element) {
// CHECK-FIXES-NEXT: {{^}}    process(element);
// CHECK-FIXES-NEXT: {{^}}    process(element.size);
// CHECK-FIXES-NEXT: {{^}}  });

void preparedBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Item &item = items[i];
    if (item.size == 0)
      continue;
    group.spawn([&item] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per round
      process(item);
    });
  }
  group.wait();
}
// CHECK-FIXES-LABEL: void preparedBad(std::vector<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(0, items.size(), [&items](std::size_t i) {
// CHECK-FIXES-NEXT: {{^}}    Item &item = items[i];
// CHECK-FIXES-NEXT: {{^}}    if (item.size == 0)
// CHECK-FIXES-NEXT: {{^}}      return;
// CHECK-FIXES-NEXT: {{^}}    process(item);
// CHECK-FIXES-NEXT: {{^}}  });

class Importer {
public:
  void importBad() {
    heddle::WaitGroup group;
    for (auto &item : items_)
      group.spawn([this, &item] { add(item); });
    // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: one task per item of 'items_'
    group.wait();
  }

  // The member may be waited for elsewhere: no fix.
  void memberGroupBad() {
    for (auto &item : items_)
      group_.spawn([this, &item] { add(item); });
    // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: one task per item of 'items_'
    group_.wait();
  }

private:
  void add(Item &item);

  std::vector<Item> items_;
  heddle::WaitGroup group_;
};
// CHECK-FIXES-LABEL: void importBad() {
// CHECK-FIXES-NEXT: {{^}}    heddle::parallel_for(items_, [this](auto &item) { add(item); });
// CHECK-FIXES-NEXT: {{^}}  }

// The group counts others too: it stays.
void sharedGroupBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  group.spawn([] { process(0); });
  for (Item &item : items)
    group.spawn([&item] { process(item); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
  group.wait();
}
// CHECK-FIXES-LABEL: void sharedGroupBad(std::vector<Item> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::WaitGroup group;
// CHECK-FIXES-NEXT: {{^}}  group.spawn([] { process(0); });
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [](Item &item) { process(item); });
// CHECK-FIXES-NEXT: {{^}}  group.wait();

template <typename T> void genericBad(std::vector<T> &items) {
  heddle::WaitGroup group;
  for (T &item : items)
    group.spawn([&item] { process(item); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
  group.wait();
}
// CHECK-FIXES-LABEL: template <typename T> void genericBad(std::vector<T> &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::parallel_for(items, [](T &item) { process(item); });

void instantiate(std::vector<Item> &items, std::vector<int> &numbers) {
  genericBad(items);
  genericBad(numbers);
}

// Work between the loop and the wait runs beside the tasks: no fix.
void overlappedBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  for (Item &item : items)
    group.spawn([&item] { process(item); });
  // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
  process(0);
  group.wait();
}

// What the round does besides has an order: no fix.
void orderedBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  int seen = 0;
  for (Item &item : items) {
    ++seen;
    group.spawn([&item, seen] { process(item); });
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
  }
  group.wait();
}

// The count is not that of the items: only to be bounded.
void miscountedBad(std::vector<Item> &items, int count) {
  heddle::WaitGroup group;
  group.add(count);
  for (Item &item : items)
    heddle::spawn([&] {
      // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: one task per item of 'items'
      process(item);
      group.done();
    });
  group.wait();
}

// CHECK-REVIEW-LABEL: void miscountedBad(std::vector<Item> &items, int count) {
// CHECK-REVIEW: {{^}}  static heddle::Semaphore slots(2 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  for (Item &item : items)
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [&] {

#define START(group, body) group.spawn([&] body)

void macroBad(std::vector<Item> &items) {
  heddle::WaitGroup group;
  for (Item &item : items)
    START(group, { process(item); });
  // CHECK-MESSAGES: :[[@LINE-1]]:11: warning: one task per item of 'items'
  group.wait();
}

void fewOk() {
  heddle::WaitGroup group;
  for (int i = 0; i < 4; ++i)
    group.spawn([i] { process(i); });
  std::array<int, 3> three = {1, 2, 3};
  for (int number : three)
    group.spawn([number] { process(number); });
  group.wait();
}

void joinedEachRoundOk(std::vector<Item> &items) {
  for (Item &item : items) {
    heddle::WaitGroup group;
    group.spawn([&item] { process(item); });
    group.spawn([] { process(1); });
    group.wait();
  }
}

// Spawned where nobody counts them: the rounds are few enough.
void notInLoopOk(Item &item) {
  heddle::spawn([&item] { process(item); });
}
