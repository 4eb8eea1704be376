#include "heddle/file.h"

#include "heddle/buffered.h"
#include "heddle/runtime.h"
#include "heddle/wait_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

namespace heddle {
namespace {

// A path where nothing is, and nothing is left.
class Scratch {
public:
  Scratch()
      : path(testing::TempDir() + "heddle-file-" + std::to_string(getpid())) {
    std::remove(path.c_str());
  }
  ~Scratch() { std::remove(path.c_str()); }

  const std::string path;
};

std::string content_of(const std::string &path) {
  File file = File::open(path);
  return BufferedReader(file).read_all();
}

TEST(File, WhatIsWrittenIsRead) {
  run([] {
    Scratch scratch;
    File file = File::open(scratch.path, File::Mode::create);
    file.write("hello, world");
    EXPECT_EQ(file.seek(7), 7u);
    char buffer[16];
    EXPECT_EQ(std::string(buffer, file.read(buffer)), "world");
    EXPECT_EQ(file.read(buffer), 0u);
    EXPECT_EQ(file.size(), 12u);
    file.write_at(0, "H");
    EXPECT_EQ(std::string(buffer, file.read_at(0, {buffer, 5})), "Hello");
    EXPECT_EQ(file.seek(-5, File::From::end), 7u);
    EXPECT_EQ(file.seek(1, File::From::position), 8u);
    file.resize(5);
    file.sync();
    file.close();
    EXPECT_FALSE(file.is_open());
    EXPECT_EQ(content_of(scratch.path), "Hello");
  });
}

TEST(File, ModesDoWhatTheySay) {
  run([] {
    Scratch scratch;
    const auto code_of = [&](File::Mode mode) {
      try {
        (void)File::open(scratch.path, mode);
      } catch (const std::system_error &error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(scratch.path));
        return error.code();
      }
      return std::error_code();
    };
    EXPECT_EQ(code_of(File::Mode::read), std::errc::no_such_file_or_directory);
    EXPECT_EQ(code_of(File::Mode::update),
              std::errc::no_such_file_or_directory);
    File::open(scratch.path, File::Mode::append).write("one");
    File::open(scratch.path, File::Mode::append).write("two");
    EXPECT_EQ(content_of(scratch.path), "onetwo");
    EXPECT_EQ(code_of(File::Mode::create), std::errc::file_exists);
    File::open(scratch.path, File::Mode::update).write("ONE");
    EXPECT_EQ(content_of(scratch.path), "ONEtwo");
    File::open(scratch.path, File::Mode::write).write("x");
    EXPECT_EQ(content_of(scratch.path), "x");
    File reader = File::open(scratch.path);
    EXPECT_THROW(reader.write("x"), std::system_error);
    File moved = std::move(reader);
    EXPECT_THROW(
        {
          char byte[1];
          (void)reader.read(byte);
        },
        std::system_error);
    EXPECT_TRUE(moved.is_open());
  });
}

TEST(File, ManyTasksReadAndWriteAtTheirPlaces) {
  run([] {
    Scratch scratch;
    File file = File::open(scratch.path, File::Mode::create);
    WaitGroup writers;
    for (unsigned i = 0; i < 64; ++i)
      writers.spawn([&, i] {
        file.write_at(i * 8, std::string(8, static_cast<char>('0' + i)));
      });
    writers.wait();
    for (unsigned i = 0; i < 64; ++i) {
      char buffer[8];
      EXPECT_EQ(file.read_at(i * 8, buffer), 8u);
      EXPECT_EQ(std::string(buffer, 8),
                std::string(8, static_cast<char>('0' + i)));
    }
  });
}

TEST(File, AFullDiskIsAnError) {
  run([] {
    File full = File::open("/dev/full", File::Mode::update);
    try {
      full.write("x");
      ADD_FAILURE() << "written";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::no_space_on_device);
      EXPECT_THAT(error.what(), testing::HasSubstr("/dev/full"));
    }
    {
      // An error in the destructor is lost, as documented.
      BufferedWriter writer(full);
      writer.write("x");
    }
    BufferedWriter writer(full);
    writer.write("x");
    EXPECT_THROW(writer.flush(), std::system_error);
    EXPECT_EQ(writer.buffered(), 0u);
  });
}

TEST(File, AWriteThatIsCutShortGoesOnToTheError) {
  run([] {
    Scratch scratch;
    File file = File::open(scratch.path, File::Mode::create);
    // The system writes up to the limit, and refuses what is beyond.
    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 1000;
    std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THROW(file.write(std::string(1500, 'x')), std::system_error);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    EXPECT_EQ(file.size(), 1000u);
  });
}

} // namespace
} // namespace heddle
