#include "heddle/trace.h"

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <unistd.h>

namespace heddle {
namespace {

using namespace std::chrono_literals;

class Trace : public testing::Test {
protected:
  ~Trace() override { ::unlink(path_.c_str()); }

  /// What Python prints of the file, which it reads as `trace`.
  std::string ask(const std::string &script) const {
    const std::string name = path_ + ".py";
    std::ofstream(name) << "import json, sys\n"
                           "trace = json.load(open(sys.argv[1]))\n"
                           "events = trace['traceEvents']\n"
                           "def named(name):\n"
                           "  return [e for e in events if e['name'] == name]\n"
                        << script;
    const std::string command = "python3 " + name + " " + path_ + " 2>&1";
    std::FILE *pipe = ::popen(command.c_str(), "re");
    std::string said;
    std::array<char, 4096> part;
    while (std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
      said.append(part.data(), size);
    ::pclose(pipe);
    ::unlink(name.c_str());
    return said;
  }

  const std::string path_ = testing::TempDir() + "heddle-trace-" +
                            std::to_string(::getpid()) + ".json";
};

// A slice is within one thread and overlaps no other there; a section lies
// within a slice.
constexpr const char *check_slices = R"(
slices = [e for e in events if e['ph'] == 'X' and e['cat'] == 'task']
last = {}
for e in sorted(slices, key=lambda e: e['ts']):
  assert e['dur'] >= 0 and e['ts'] >= 0, e
  assert e['ts'] >= last.get(e['tid'], 0) - 0.002, (e, last)
  last[e['tid']] = e['ts'] + e['dur']
for s in named('blocking section'):
  assert any(e['tid'] == s['tid'] and e['ts'] <= s['ts'] + 0.002 and
             s['ts'] + s['dur'] <= e['ts'] + e['dur'] + 0.002
             for e in slices), s
)";

TEST_F(Trace, TellsWhatTheTasksDid) {
  run(
      [&] {
        TraceSession session{path_};
        Channel<int> numbers;
        WaitGroup group;
        group.spawn([&] {
          for (int number : numbers)
            trace::log("got " + std::to_string(number));
        });
        group.spawn([&] {
          settle();
          sleep_for(1ms);
          blocking([] { std::this_thread::sleep_for(1ms); });
          for (int i = 0; i < 3; ++i)
            numbers.send(i);
          numbers.close();
          yield();
        });
        group.wait();
        session.finish();
        EXPECT_FALSE(detail::tracing);
      },
      {.procs = 2});
  EXPECT_EQ(ask(std::string(check_slices) + R"(
ours = [e for e in slices if e['name'].startswith('trace_test.cpp:')]
assert len({e['args']['task'] for e in ours}) >= 2
thens = {e['args'].get('then') for e in slices}
for what in 'a channel, to receive', 'the end of a sleep':
  assert 'waits for ' + what in thens, thens
assert any(e['args'].get('waited us', 0) >= 1000 for e in ours)
assert len(named('blocking section')) == 1
assert named('blocking section')[0]['dur'] >= 1000
assert [len(named(f'got {i}')) for i in range(4)] == [1, 1, 1, 0]
assert any(e['args']['name'].startswith('worker') for e in named('thread_name'))
assert trace['otherData']['events lost'] == 0
print('right'))"),
            "right\n");
}

TEST_F(Trace, TextOfAnyKindIsValid) {
  constexpr std::string_view nasty = "\"\\\n\x01 caf\xc3\xa9 \xff\xc0\x80 "
                                     "\xed\xa0\x80 \xf0\x9f\xa7\xb6 \xe2\x82";
  trace::start(path_);
  trace::log(nasty);
  trace::stop();
  EXPECT_EQ(ask("text = [e for e in events if e['ph'] == 'i'][0]['name']\n"
                "print(ascii(text))"),
            R"('"\\\n\x01 caf\xe9 \ufffd\ufffd\ufffd )"
            R"(\ufffd\ufffd\ufffd \U0001f9f6 \ufffd\ufffd')"
            "\n");
}

TEST_F(Trace, NothingIsBuiltWhileItIsOff) {
  int built = 0;
  auto text = [&] {
    ++built;
    return std::string("text");
  };
  trace::log(text);
  trace::sampled(1, text);
  EXPECT_EQ(built, 0);
  trace::start(path_);
  trace::log(text);
  trace::sampled(1, text);
  trace::sampled(0, text);
  trace::sampled(1, "plain");
  trace::sampled(0, "never");
  trace::stop();
  trace::log(text);
  EXPECT_EQ(built, 2);
  EXPECT_EQ(ask("print(*(len(named(n)) for n in ('text', 'plain', 'never')))"),
            "2 1 0\n");
}

TEST_F(Trace, SamplesAShare) {
  int made = 0;
  trace::start(path_);
  for (int i = 0; i < 100'000; ++i)
    trace::sampled(0.01, [&] { return std::to_string(++made); });
  trace::stop();
  EXPECT_GT(made, 700);
  EXPECT_LT(made, 1300);
}

TEST_F(Trace, KeepsTheNewest) {
  trace::start(path_, {.events_per_thread = 100, .entries_per_thread = 10});
  for (int i = 0; i < 50; ++i)
    trace::log(std::to_string(i));
  run([] {
    for (int i = 0; i < 1000; ++i)
      async([] { yield(); }).get();
  });
  trace::stop();
  EXPECT_EQ(ask(std::string(check_slices) + R"(
entries = [e['name'] for e in events if e['ph'] == 'i' and e['cat'] == 'log']
assert entries == [str(i) for i in range(40, 50)], entries
assert trace['otherData']['events lost'] > 40
print(0 < len(slices) <= 100 * len(named('thread_name'))))"),
            "True\n");
}

TEST_F(Trace, FollowsWhoHelpsItsChildren) {
  run(
      [&] {
        TraceSession session{path_};
        WaitGroup group;
        for (int i = 0; i < 10; ++i)
          group.spawn([] { trace::log("child"); });
        group.wait();
      },
      {.procs = 1});
  EXPECT_EQ(ask(std::string(check_slices) +
                "assert len(named('child')) == 10\n"
                "print(len({e['args']['task'] for e in slices}) >= 10)"),
            "True\n");
}

TEST_F(Trace, ErrorsAreTold) {
  trace::stop();
  EXPECT_THROW(trace::start("/nonexistent/trace.json"), std::system_error);
  EXPECT_FALSE(detail::tracing);
  trace::start(path_);
  EXPECT_THROW(trace::start(path_ + "2"), std::logic_error);
  ::unlink((path_ + "2").c_str());
  trace::stop();
  EXPECT_EQ(ask("print(len(named('thread_name')))"), "1\n");

  trace::start("/dev/full");
  trace::log("text");
  try {
    trace::stop();
    ADD_FAILURE() << "a full disk was not told";
  } catch (const std::system_error &error) {
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
  }
  EXPECT_FALSE(detail::tracing);
}

// Sessions come and go while tasks and threads that log come and go.
TEST_F(Trace, MayStartAndStopAtAnyMoment) {
  run(
      [&] {
        std::atomic<bool> stop = false;
        WaitGroup group;
        for (int i = 0; i < 4; ++i)
          group.spawn([&] {
            while (!stop) {
              trace::log("task");
              async([] { blocking([] {}); }).get();
              yield();
            }
          });
        std::thread outsider([&] {
          while (!stop)
            trace::log("thread");
        });
        for (int round = 0; round < 8; ++round) {
          TraceSession session{path_, {.events_per_thread = 500}};
          for (int i = 0; i < 50; ++i)
            yield();
          session.finish();
          if (round % 4 == 0)
            EXPECT_EQ(ask(std::string(check_slices) + "print('right')"),
                      "right\n");
        }
        stop = true;
        outsider.join();
        group.wait();
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
