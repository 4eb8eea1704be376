#include "sched/dump.h"

#include "sched/standstill.h"
#include "task/backtrace.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace heddle::detail {
namespace {

// A backtrace takes some 10 µs, in which nothing goes on.
constexpr std::size_t most_backtraces = 10'000;
constexpr std::size_t most_frames = 48;

// Tasks that were spawned and wait alike, with the same calls on their stacks.
struct Group {
  std::source_location site;
  TaskState state;
  WaitReason reason;
  std::vector<void *> frames;
  std::size_t count;

  bool holds(const Group &other) const noexcept {
    return state == other.state && reason == other.reason &&
           site.line() == other.site.line() &&
           std::strcmp(site.file_name(), other.site.file_name()) == 0 &&
           frames == other.frames;
  }
};

std::vector<Group> collect_groups() {
  Standstill standstill;
  // By a hash: there may be a million tasks, and a few groups.
  std::map<std::size_t, std::vector<Group>> groups;
  std::size_t backtraces = 0;
  TaskPool::for_each([&](Task &task) {
    TaskState state = task.state.load(std::memory_order_acquire);
    if (state == TaskState::free || state == TaskState::abandoned ||
        state == TaskState::outside)
      return;
    WaitReason reason = state == TaskState::parked
                            ? task.reason.load(std::memory_order_relaxed)
                            : WaitReason::none;
    Group group{TaskPool::site_of(task), state, reason, {}, 1};
    if (backtraces < most_backtraces && standstill.is_still(task)) {
      ++backtraces;
      group.frames = backtrace(*task.stack, most_frames);
    }
    std::size_t hash = group.site.line() * 64u + static_cast<unsigned>(reason);
    for (void *frame : group.frames)
      hash = hash * 31 + reinterpret_cast<std::uintptr_t>(frame);
    std::vector<Group> &alike = groups[hash];
    auto same = std::ranges::find_if(
        alike, [&](const Group &other) { return other.holds(group); });
    if (same != alike.end())
      ++same->count;
    else
      alike.push_back(std::move(group));
  });
  std::vector<Group> all;
  for (auto &[hash, alike] : groups)
    std::ranges::move(alike, std::back_inserter(all));
  std::ranges::sort(all, std::ranges::greater(), &Group::count);
  return all;
}

void print_state(const Group &group) {
  switch (group.state) {
  case TaskState::fresh:
    std::fputs("has not started", stderr);
    break;
  case TaskState::running:
    std::fputs("runs", stderr);
    break;
  case TaskState::runnable:
    std::fputs("may go on", stderr);
    break;
  default:
    std::fprintf(stderr, "waits for %s", describe(group.reason));
  }
}

// The user's calls: those of the runtime below and above are left out.
void print_frames(const std::vector<void *> &frames,
                  std::map<void *, std::string> &names) {
  int number = 0;
  for (void *frame : frames) {
    std::string &name = names[frame];
    if (name.empty())
      name = describe_address(frame);
    if (!is_machinery(name))
      std::fprintf(stderr, "    #%d %s\n", number++, name.c_str());
  }
}

std::atomic<bool> quit_sent{false};

void on_quit(int) noexcept {
  int error = errno;
  quit_sent.store(true, std::memory_order_relaxed);
  wake_monitor();
  errno = error;
}

bool answers_quit() noexcept {
  struct sigaction current;
  return sigaction(SIGQUIT, nullptr, &current) == 0 &&
         !(current.sa_flags & SA_SIGINFO) && current.sa_handler == on_quit;
}

} // namespace

void print_tasks() noexcept {
  try {
    std::map<void *, std::string> names;
    for (const Group &group : collect_groups()) {
      std::fprintf(stderr, "  spawned at %s:%u, ", group.site.file_name(),
                   static_cast<unsigned>(group.site.line()));
      print_state(group);
      if (group.count > 1)
        std::fprintf(stderr, " (%zu tasks)", group.count);
      std::fputc('\n', stderr);
      print_frames(group.frames, names);
    }
  } catch (const std::exception &) {
    std::fputs("  (no memory to tell of all)\n", stderr);
  }
}

void watch_quit() noexcept {
  quit_sent.store(false, std::memory_order_relaxed);
  struct sigaction current;
  if (!scheduler.options.dump_on_sigquit ||
      sigaction(SIGQUIT, nullptr, &current) != 0 ||
      current.sa_flags & SA_SIGINFO || current.sa_handler != SIG_DFL)
    return;
  struct sigaction action{};
  action.sa_handler = on_quit;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGQUIT, &action, nullptr);
}

void unwatch_quit() noexcept {
  if (!answers_quit())
    return;
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  sigaction(SIGQUIT, &action, nullptr);
}

bool quit_was_sent() noexcept {
  return quit_sent.load(std::memory_order_relaxed) &&
         quit_sent.exchange(false, std::memory_order_relaxed);
}

} // namespace heddle::detail
