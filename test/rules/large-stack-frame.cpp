// RUN: %check_rule %s large-stack-frame

#include "heddle/heddle.h"

#include <array>
#include <cstring>
#include <string>
#include <vector>

void use(const char *data, std::size_t size);
int parse(const char *text);

void plainBad() {
  heddle::spawn([] {
    char buffer[200 * 1024];
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: with 'buffer', locals take 200 KiB of a task's stack of 256 KiB [heddle-large-stack-frame]
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
    std::memset(buffer, 0, sizeof buffer);
    use(buffer, sizeof buffer);
  });
}
// CHECK-FIXES-LABEL: void plainBad() {
// CHECK-FIXES-NEXT:    heddle::spawn([] {
// CHECK-FIXES-NEXT:      heddle::with_stack(448 * 1024, [&] {
// CHECK-FIXES-NEXT:        char buffer[200 * 1024];
// CHECK-FIXES-NEXT:        std::memset(buffer, 0, sizeof buffer);
// CHECK-FIXES-NEXT:        use(buffer, sizeof buffer);
// CHECK-FIXES-NEXT:      });
// CHECK-FIXES-NEXT:    });
// CHECK-FIXES-NEXT:  }

void plainOk() {
  heddle::spawn([] {
    char buffer[100 * 1024];
    use(buffer, sizeof buffer);
  });
}

int checksum(const std::string &text) {
  std::array<int, 40'000> table;
  // CHECK-NOTES: :[[@LINE-1]]:27: warning: with 'table', locals take 156 KiB of a task's stack of 256 KiB
  // CHECK-NOTES: :[[@LINE+8]]:9: note: in a task that is started here
  // CHECK-NOTES: :[[@LINE+7]]:45: note: reached through this call
  // CHECK-NOTES: :[[@LINE+4]]:49: note: reached through this call
  table.fill(parse(text.c_str()));
  return table[text.size()];
}
int check(const std::string &text) { return 1 + checksum(text); }
void throughCallsBad(heddle::TaskGroup &group, const std::string &text) {
  group.spawn([text] { parse(text.c_str() + check(text)); });
}
// CHECK-FIXES: int check(const std::string &text) { return 1 + heddle::with_stack(320 * 1024, [&] { return checksum(text); }); }

// Neither is too large, but both live at once.
struct Record {
  char bytes[80 * 1024];
};
void fill(Record &record) {
  Record copy = record;
  parse(copy.bytes);
}
class Session {
public:
  void start() {
    heddle::spawn([this] { runBad(); });
  }

private:
  void runBad() {
    Record record;
    // CHECK-NOTES: :[[@LINE-1]]:12: warning: with 'record', locals take 160 KiB of a task's stack of 256 KiB
    std::memset(&record, 0, sizeof record);
    fill(record);
  }
};
// CHECK-FIXES: heddle::spawn([this] { heddle::with_stack(320 * 1024, [&] { runBad(); }); });

template <class T, std::size_t N> void templateBad() {
  T items[N];
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: with 'items', locals take 234 KiB of a task's stack of 256 KiB
  use(reinterpret_cast<char *>(items), N);
}
void instances() {
  heddle::spawn([] { templateBad<double, 30'000>(); });
}

int serve(heddle::Channel<int> &queue) {
  auto handler = [](int job) {
    double samples[25'000];
    // CHECK-NOTES: :[[@LINE-1]]:12: warning: with 'samples', locals take 195 KiB of a task's stack of 256 KiB
    use(reinterpret_cast<char *>(samples), job);
    return int(samples[job]);
  };
  auto answer = heddle::async([&queue, handler] {
    while (auto job = queue.receive())
      handler(*job);
    return 1;
  });
  return answer.get();
}

#define LOCAL_BUFFER char buffer[150'000]
void macroBad() {
  heddle::spawn([] {
    LOCAL_BUFFER;
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: with 'buffer', locals take 146 KiB of a task's stack of 256 KiB
    use(buffer, sizeof buffer);
  });
}

// Not on a task's stack, or not at once.

void blocksOk(bool first) {
  heddle::spawn([first] {
    if (first) {
      char buffer[100'000];
      use(buffer, sizeof buffer);
    } else {
      char buffer[100'000];
      use(buffer, sizeof buffer);
    }
    {
      char buffer[100'000];
      use(buffer, sizeof buffer);
    }
  });
}
void inTurn() {
  char buffer[100'000];
  use(buffer, sizeof buffer);
}
void inTurnOk() {
  heddle::spawn([] {
    inTurn();
    inTurn();
  });
}
void heapOk() {
  heddle::spawn([] {
    auto buffer = std::make_unique<std::array<char, 1 << 20>>();
    std::vector<char> more(1 << 20);
    use(buffer->data(), more.size());
  });
}
void staticOk() {
  heddle::spawn([] {
    static char buffer[1 << 20];
    thread_local char other[1 << 20];
    use(buffer, sizeof other);
  });
}
void ownStackOk() {
  heddle::spawn([] {
    heddle::with_stack(4 << 20, [] {
      char buffer[1 << 20];
      use(buffer, sizeof buffer);
    });
    heddle::foreign([] {
      char buffer[1 << 20];
      use(buffer, sizeof buffer);
    });
  });
}
void referenceOk(Record &record) {
  heddle::spawn([&record] {
    Record &one = record, &two = record, *three = &record;
    use(one.bytes, sizeof two + sizeof *three);
  });
}
void threadOk() {
  std::thread([] {
    char buffer[1 << 20];
    use(buffer, sizeof buffer);
  }).join();
}
void notATaskOk() {
  char buffer[1 << 20];
  use(buffer, sizeof buffer);
}
void spawnsOk() {
  heddle::spawn([] {
    char buffer[100'000];
    heddle::spawn([] {
      char other[100'000];
      use(other, sizeof other);
    });
    use(buffer, sizeof buffer);
  });
}
unsigned depthOk(unsigned n) {
  char buffer[20'000];
  use(buffer, n);
  return n == 0 ? 0 : 1 + depthOk(n - 1);
}
void recursiveOk() {
  heddle::spawn([] { depthOk(100); });
}

// What recursion needs is not known: see deep-recursion.
void FN_recursion() {
  heddle::spawn([] { depthOk(1000); });
}
// Temporaries and what is passed by value are not counted.
int whole(Record);
void FN_temporaries() {
  heddle::spawn([] { parse("x") ? whole(Record()) : whole(Record()); });
}
