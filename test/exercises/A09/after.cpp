// Compacts a log while it is quiet, writes while it is not.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>

using namespace std::chrono_literals;

namespace {

struct Record {
  std::uint64_t key;
  std::uint64_t value;
};

class Log {
public:
  void append(const Record &record) {
    checksum_ = (checksum_ ^ record.key) * 1099511628211u + record.value;
    ++records_;
  }
  void compact() { ++compactions_; }

  void print() const {
    std::printf("%llu records, checksum %016llx, %d compactions\n",
                static_cast<unsigned long long>(records_),
                static_cast<unsigned long long>(checksum_), compactions_);
  }

private:
  std::uint64_t records_ = 0;
  std::uint64_t checksum_ = 14695981039346656037u;
  int compactions_ = 0;
};

void write(heddle::Channel<Record> &records, Log &log) {
  bool open = true;
  heddle::Timer timer(1s);
  while (open) {
    timer.reset(1s);
    heddle::select(
        heddle::on_receive(records,
                           [&](std::optional<Record> record) {
                             if (record)
                               log.append(*record);
                             else
                               open = false;
                           }),
        heddle::on_receive(timer, [&] { log.compact(); }));
  }
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<Record> records(256);
    heddle::WaitGroup producers;
    producers.spawn([&] {
      for (std::uint64_t i = 0; i < 2'000'000; ++i)
        records.send({.key = i, .value = i * i});
      records.close();
    });

    Log log;
    write(records, log);
    producers.wait();
    log.print();
    return 0;
  });
}
