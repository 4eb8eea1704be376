// Goes on, or ends with a message, where the system refuses memory or threads.
// The refusing functions stand before the C library's.

#include "heddle/foreign.h"
#include "heddle/parallel.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <new>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

using namespace heddle;
using namespace std::chrono_literals;

namespace {

std::atomic<long> threads_allowed{1000};
std::chrono::microseconds refused_after{0};
// Of the runtime's mappings, which reserve nothing.
std::atomic<long> bytes_allowed{1L << 40};

} // namespace

extern "C" int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                              void *(*start)(void *), void *arg) {
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(
      dlsym(RTLD_NEXT, "pthread_create"));
  if (threads_allowed.fetch_sub(1) <= 0) {
    if (refused_after > 0us)
      usleep(static_cast<useconds_t>(refused_after.count()));
    return EAGAIN;
  }
  return real(thread, attr, start, arg);
}

extern "C" void *mmap(void *address, std::size_t bytes, int protection,
                      int flags, int file, off_t offset) noexcept {
  if (flags & MAP_NORESERVE && bytes_allowed.fetch_sub(static_cast<long>(
                                   bytes)) < static_cast<long>(bytes)) {
    bytes_allowed += static_cast<long>(bytes);
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return reinterpret_cast<void *>(
      syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}

namespace {

constexpr int tasks = 2000;

// All of them wait, but each for a while only: some 100 have a stack at a time.
void stacks_are_short() {
  run(
      [] {
        bytes_allowed = 24 << 20;
        std::atomic<int> done{0};
        WaitGroup group;
        for (int i = 0; i < tasks; ++i)
          group.spawn([&] {
            sleep_for(2ms);
            yield();
            ++done;
          });
        group.wait();
        std::printf("%d done with %d stacks\n", done.load(),
                    static_cast<int>(stats().stacks));
      },
      {.procs = 2});
}

// All of them wait for the last: that cannot be.
void stacks_are_missing() {
  run(
      [] {
        bytes_allowed = 24 << 20;
        WaitGroup started, group;
        started.add(tasks);
        for (int i = 0; i < tasks; ++i)
          group.spawn([&] {
            started.done();
            started.wait();
          });
        group.wait();
      },
      {.procs = 2});
}

void nodes_are_missing() {
  run([] {
    WaitGroup release, group;
    release.add();
    std::atomic<int> ran{0};
    bytes_allowed = 0;
    int spawned = 0;
    try {
      for (;; ++spawned)
        group.spawn([&] { ++ran; });
    } catch (const std::bad_alloc &) {
      std::puts("refused");
    }
    std::atomic<int> sum{0};
    parallel_for(0, 100, [&](int) { ++sum; });
    invoke_all([&] { ++sum; }, [&] { ++sum; });
    group.wait();
    bytes_allowed = 1L << 40;
    group.spawn([&] { ++ran; });
    group.wait();
    std::printf("%s %d\n", ran == spawned + 1 ? "all ran" : "some were lost",
                sum.load());
  });
}

void no_thread_starts() {
  for (long allowed : {0L, 1L}) {
    threads_allowed = allowed;
    try {
      run([] { std::puts("ran"); });
    } catch (const std::system_error &error) {
      std::printf("refused: %s\n", error.what());
    }
  }
  threads_allowed = 1000;
  std::printf("later: %d\n", run([] { return 5; }));
}

// The monitor and one worker: what blocks, blocks all, but ends.
void one_thread_must_do() {
  threads_allowed = 2;
  int done = run(
      [] {
        std::atomic<int> done{0};
        WaitGroup group;
        for (int i = 0; i < 100; ++i)
          group.spawn([&] {
            blocking([] { usleep(100); });
            sleep_for(100us);
            ++done;
          });
        group.wait();
        return done.load();
      },
      {.procs = 4});
  std::printf("%d done\n", done);
}

// A task blocks the only worker until another runs, for which a thread must
// start: which works only after a while.
void threads_come_later() {
  threads_allowed = 2;
  run(
      [] {
        int ends[2];
        if (pipe(ends) != 0)
          std::abort();
        WaitGroup group;
        group.spawn([&] {
          char byte;
          if (read(ends[0], &byte, 1) == 1)
            std::puts("read");
        });
        group.spawn([&] {
          if (write(ends[1], "x", 1) == 1)
            std::puts("written");
        });
        group.spawn([] {});
        group.wait();
      },
      {.procs = 1});
}

// What is listed as a thread for a moment, until the system refuses it, may be
// looked at meanwhile: by the monitor, as long as it likes.
void threads_are_refused_in_dumps() {
  threads_allowed = 2;
  refused_after = 200us;
  int done = run(
      [] {
        std::atomic<int> done{0};
        for (int round = 0; round < 50; ++round) {
          raise(SIGQUIT);
          WaitGroup group;
          for (int i = 0; i < 200; ++i)
            group.spawn([&] {
              yield();
              ++done;
            });
          yield();
          group.wait();
        }
        return done.load();
      },
      {.procs = 4});
  std::printf("%d done\n", done);
}

void *allow_threads(void *) {
  usleep(100'000);
  threads_allowed = 1000;
  return nullptr;
}

const std::map<std::string, void (*)()> scenes = {
    {"stacks_are_short", stacks_are_short},
    {"stacks_are_missing", stacks_are_missing},
    {"nodes_are_missing", nodes_are_missing},
    {"no_thread_starts", no_thread_starts},
    {"one_thread_must_do", one_thread_must_do},
    {"threads_are_refused_in_dumps", threads_are_refused_in_dumps},
    {"threads_come_later",
     [] {
       pthread_t helper;
       pthread_create(&helper, nullptr, allow_threads, nullptr);
       threads_come_later();
       pthread_join(helper, nullptr);
     }},
};

} // namespace

int main(int argc, char **argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  auto scene = scenes.find(argc > 1 ? argv[1] : "");
  if (scene == scenes.end())
    return 64;
  scene->second();
}
