// How the runtime ends the program: what is wrong, and where in the user's
// code.

#include "heddle/detail/task.h"
#include "sched/dump.h"
#include "sched/scheduler.h"
#include "sched/seeded.h"
#include "task/sanitizers.h"

#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <dirent.h>
#include <exception>
#include <string>
#include <sys/mman.h>
#include <typeinfo>
#include <unistd.h>

namespace heddle::detail {
namespace {

struct sigaction former_action;

// Only what a signal handler may call.
class Message {
public:
  Message &operator<<(const char *text) noexcept {
    while (*text && length_ < sizeof text_)
      text_[length_++] = *text++;
    return *this;
  }
  Message &operator<<(std::size_t number) noexcept {
    char digits[24];
    char *first = digits + sizeof digits;
    *--first = '\0';
    do
      *--first = static_cast<char>('0' + number % 10);
    while (number /= 10);
    return *this << first;
  }
  void write() const noexcept {
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, text_, length_);
  }

private:
  char text_[1024];
  std::size_t length_ = 0;
};

void on_fault(int signal, siginfo_t *info, void *context) {
  Worker *worker = this_worker();
  if (worker && worker->stack && worker->stack->guards(info->si_addr)) {
    Message message;
    message << "heddle: stack overflow: ";
    if (Task *task = worker->current.load(std::memory_order_relaxed))
      message << "the task spawned at " << task->site.file_name() << ":"
              << task->site.line();
    else
      message << "the scheduler";
    bool threads = worker->stack == &worker->base;
    message << " used up its " << (threads ? "thread's " : "") << "stack of "
            << worker->stack->size / 1024 << " KiB; see heddle::with_stack"
            << (threads ? "\n" : " and Options::stack_size\n");
    message.write();
  }
  if (former_action.sa_flags & SA_SIGINFO)
    return former_action.sa_sigaction(signal, info, context);
  if (former_action.sa_handler != SIG_DFL &&
      former_action.sa_handler != SIG_IGN)
    return former_action.sa_handler(signal);
  // The fault comes again when this returns, and ends the program.
  ::signal(signal, SIG_DFL);
}

} // namespace

const char *describe(WaitReason reason) noexcept {
  switch (reason) {
  case WaitReason::none:
    return "nothing";
  case WaitReason::sleep:
    return "the end of a sleep";
  case WaitReason::wait_group:
    return "a WaitGroup";
  case WaitReason::future:
    return "a Future";
  case WaitReason::children:
    return "tasks it started";
  case WaitReason::mutex:
    return "a Mutex";
  case WaitReason::condition:
    return "a ConditionVariable";
  case WaitReason::semaphore:
    return "a Semaphore";
  case WaitReason::event:
    return "an Event";
  case WaitReason::channel_send:
    return "a channel, to send";
  case WaitReason::channel_receive:
    return "a channel, to receive";
  case WaitReason::select:
    return "a select";
  case WaitReason::timer:
    return "a timer";
  case WaitReason::pool:
    return "a WorkerPool";
  case WaitReason::collect:
    return "a collection";
  case WaitReason::io:
    return "input or output";
  }
  return "something";
}

void escaped(const Task &task) noexcept {
  const char *what = nullptr;
  std::string type;
  if (std::type_info *thrown = abi::__cxa_current_exception_type()) {
    int status = 0;
    char *name = abi::__cxa_demangle(thrown->name(), nullptr, nullptr, &status);
    type = name ? name : thrown->name();
    std::free(name);
  }
  try {
    throw;
  } catch (const std::exception &error) {
    what = error.what();
    std::fprintf(stderr,
                 "heddle: the task spawned at %s:%u let an exception escape: "
                 "%s: %s\n",
                 task.site.file_name(), static_cast<unsigned>(task.site.line()),
                 type.c_str(), what);
    std::abort();
  } catch (...) {
    std::fprintf(stderr,
                 "heddle: the task spawned at %s:%u let an exception escape: "
                 "%s\n",
                 task.site.file_name(), static_cast<unsigned>(task.site.line()),
                 type.c_str());
    std::abort();
  }
}

void watch_overflow() noexcept {
  struct sigaction current;
  sigaction(SIGSEGV, nullptr, &current);
  if (current.sa_flags & SA_SIGINFO && current.sa_sigaction == on_fault)
    return;
  former_action = current;
  struct sigaction action{};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, nullptr);
}

AlternateStack::AlternateStack() noexcept {
  stack_t present;
  if (sigaltstack(nullptr, &present) == 0 && !(present.ss_flags & SS_DISABLE))
    return;
  constexpr std::size_t size = 64 * 1024;
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = size;
  if (sigaltstack(&stack, nullptr) == 0) {
    memory_ = memory;
    size_ = size;
  } else {
    munmap(memory, size);
  }
}

AlternateStack::~AlternateStack() {
  if (!memory_)
    return;
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  sigaltstack(&off, nullptr);
  munmap(memory_, size_);
}

bool outside_threads() noexcept {
  // Ours: the workers, the monitor, and the threads that wait for a task's end.
  std::int32_t callers = scheduler.callers.load(std::memory_order_acquire);
  std::size_t ours = scheduler.threads.load(std::memory_order_relaxed) + 1 +
                     static_cast<std::size_t>(std::max(callers, 0));
#ifdef HEDDLE_TSAN
  ++ours; // TSan's own
#endif
  std::size_t all = 0;
  if (DIR *directory = opendir("/proc/self/task")) {
    while (dirent *entry = readdir(directory))
      all += entry->d_name[0] != '.';
    closedir(directory);
    return all > ours;
  }
  return true;
}

void report_deadlock() noexcept {
  std::fflush(stdout);
  std::fputs("heddle: deadlock: all tasks wait, and nothing is left to wake "
             "them\n",
             stderr);
  print_tasks();
  if (seeded.on())
    std::fprintf(stderr, "heddle: the run's seed is %" PRIu64 "\n",
                 seeded.seed());
  std::_Exit(2);
}

} // namespace heddle::detail
