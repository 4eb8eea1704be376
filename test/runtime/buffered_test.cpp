#include "heddle/buffered.h"

#include "heddle/future.h"
#include "heddle/pipe.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "settle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace heddle {
namespace {

// Gives its text in pieces of a few bytes.
struct Slow {
  std::string_view text;
  std::size_t piece = 3;
  int reads = 0;

  std::size_t read(Bytes buffer) {
    ++reads;
    const std::size_t count = std::min({piece, text.size(), buffer.size()});
    std::memcpy(buffer.data(), text.data(), count);
    text.remove_prefix(count);
    return count;
  }
};

struct Sink {
  std::vector<std::string> writes;
  bool broken = false;

  void write(ConstBytes data) {
    if (broken)
      throw std::runtime_error("broken");
    writes.emplace_back(data.text());
  }
};

TEST(BufferedReader, LinesComeOneByOne) {
  Slow source{"first\nsecond, longer\r\n\nlast"};
  BufferedReader reader(source, 4);
  std::vector<std::string> lines;
  while (auto line = reader.read_line())
    lines.push_back(*line);
  EXPECT_THAT(lines,
              testing::ElementsAre("first", "second, longer", "", "last"));
  EXPECT_EQ(reader.read_line(), std::nullopt);
}

TEST(BufferedReader, MixesWaysOfReading) {
  Slow source{"key=value;rest of it and more", 5};
  BufferedReader reader(source, 8);
  EXPECT_EQ(reader.read_until('='), "key");
  EXPECT_EQ(reader.peek().substr(0, 1), "v");
  EXPECT_EQ(reader.read_until(';'), "value");
  char four[4];
  EXPECT_EQ(reader.read_full(four), 4u);
  EXPECT_EQ(std::string(four, 4), "rest");
  EXPECT_EQ(reader.read_all(), " of it and more");
  EXPECT_EQ(reader.read_full(four), 0u);
  EXPECT_EQ(reader.peek(), "");
}

TEST(BufferedReader, SmallReadsCostFewOfTheSource) {
  const std::string text(10'000, 'x');
  Slow source{text, 4096};
  BufferedReader reader(source, 4096);
  char byte[1];
  std::size_t total = 0;
  while (std::size_t count = reader.read(byte))
    total += count;
  EXPECT_EQ(total, text.size());
  EXPECT_EQ(source.reads, 4);
}

TEST(BufferedReader, ALineBeyondTheLimitIsRefusedAndStays) {
  const std::string text = std::string(100, 'x') + "\nnext\n";
  Slow source{text, 7};
  BufferedReader reader(source, 4);
  try {
    (void)reader.read_line(50);
    ADD_FAILURE() << "read";
  } catch (const std::system_error &error) {
    EXPECT_EQ(error.code(), std::errc::message_size);
  }
  EXPECT_EQ(reader.read_line(100), std::string(100, 'x'));
  EXPECT_EQ(reader.read_line(4), "next");
}

TEST(BufferedWriter, SmallWritesGoOutTogether) {
  Sink sink;
  {
    BufferedWriter writer(sink, 8);
    writer.write("abc");
    writer.write("def");
    EXPECT_EQ(writer.buffered(), 6u);
    EXPECT_TRUE(sink.writes.empty());
    writer.write("ghi");
    writer.write("a large one");
    writer.write("end");
  }
  EXPECT_THAT(sink.writes,
              testing::ElementsAre("abcdef", "ghi", "a large one", "end"));
}

TEST(BufferedWriter, AnErrorComesFromTheCallThatWrites) {
  Sink sink;
  sink.broken = true;
  BufferedWriter writer(sink, 4);
  writer.write("abc");
  EXPECT_THROW(writer.write("def"), std::runtime_error);
  EXPECT_THROW(writer.write("a large one"), std::runtime_error);
  sink.broken = false;
  writer.write("x");
  writer.flush();
  EXPECT_THAT(sink.writes, testing::ElementsAre("x"));
}

TEST(Buffered, WorksOverPipesBetweenTasks) {
  run([] {
    auto [reader, writer] = make_pipe();
    auto lines = async([&reader = reader] {
      BufferedReader in(reader);
      int count = 0;
      while (auto line = in.read_line())
        count += *line == "line " + std::to_string(count);
      return count;
    });
    {
      BufferedWriter out(writer, 100);
      for (int i = 0; i < 20'000; ++i)
        out.write("line " + std::to_string(i) + "\n");
    }
    writer.close();
    EXPECT_EQ(lines.get(), 20'000);
  });
}

TEST(Buffered, WaitsEndWithTheContext) {
  run([] {
    auto [reader, writer] = make_pipe();
    auto [context, cancel] = with_cancel(background());
    BufferedReader in(context, reader);
    BufferedWriter out(context, writer, 4);
    out.write("half a line");
    EXPECT_EQ(in.peek(), "half a line");
    auto line = async([&] {
      try {
        (void)in.read_line();
      } catch (const std::system_error &error) {
        return error.code();
      }
      return std::error_code();
    });
    settle();
    cancel();
    EXPECT_EQ(line.get(), std::errc::operation_canceled);
    EXPECT_THROW(out.write("more"), std::system_error);
    BufferedReader rest(reader);
    writer.close();
    EXPECT_EQ(in.peek(), "half a line");
    EXPECT_EQ(rest.read_all(), "");
  });
}

TEST(Pipe, WithoutReadersAWriteFailsWithoutASignal) {
  run([] {
    auto [reader, writer] = make_pipe();
    reader.close();
    try {
      writer.write_all("x");
      ADD_FAILURE() << "written";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::broken_pipe);
    }
  });
}

} // namespace
} // namespace heddle
