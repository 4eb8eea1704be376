// RUN: %check_rule %s hand-rolled-error-group

#include "heddle/heddle.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

void fetch(const heddle::Context &context, const std::string &url);
std::error_code copied(const std::string &file);
std::optional<int> answer(const std::string &host);

void fetchAllBad(const heddle::Context &parent,
                 const std::vector<std::string> &urls) {
  auto [context, cancel] = heddle::with_cancel(parent);
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::exception_ptr first;
  for (unsigned i = 0; i < 4; ++i)
    group.spawn([&, i] {
      try {
        fetch(context, urls[i]);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!first) {
          first = std::current_exception();
          cancel();
        }
      }
    });
  group.wait();
  if (first)
    std::rethrow_exception(first);
}
// CHECK-NOTES: :[[@LINE-19]]:21: warning: 'group' and 'first' are a group with errors, by hand [heddle-hand-rolled-error-group]
// CHECK-NOTES: :[[@LINE-10]]:11: note: the first error is kept here
// CHECK-NOTES: :[[@LINE-10]]:11: note: the other tasks are told to stop here
// CHECK-NOTES: :[[@LINE-22]]:21: note: a task group does all of it, and leaves out the tasks that have not begun by then
// CHECK-REVIEW-LABEL: void fetchAllBad(
// CHECK-REVIEW:         heddle::TaskGroup group(parent);
// CHECK-REVIEW-NEXT:    for (unsigned i = 0; i < 4; ++i)
// CHECK-REVIEW-NEXT:      group.spawn([&, i](const heddle::Context &context) {
// CHECK-REVIEW-NEXT:        fetch(context, urls[i]);
// CHECK-REVIEW-NEXT:      });
// CHECK-REVIEW-NEXT:    group.wait();
// CHECK-REVIEW-NEXT:  }

// Spawned and counted by hand; a flag stops the others, a once keeps the first.
void flagBad(const std::vector<std::string> &files) {
  heddle::WaitGroup tasks;
  heddle::Once once;
  std::error_code error;
  std::atomic<bool> stop = false;
  for (const std::string &file : files) {
    tasks.add();
    heddle::spawn([&, file] { // NOLINT(heddle-spawn-in-loop)
      if (!stop.load())
        if (std::error_code code = copied(file))
          once.call([&] {
            error = code;
            stop.store(true);
          });
      tasks.done();
    });
  }
  tasks.wait();
  if (error)
    throw std::system_error(error);
}
// CHECK-NOTES: :[[@LINE-20]]:21: warning: 'tasks' and 'error' are a group with errors, by hand
// CHECK-NOTES: :[[@LINE-11]]:13: note: the first error is kept here
// CHECK-NOTES: :[[@LINE-11]]:13: note: the other tasks are told to stop here

// In a class, with a stored lambda; the flag decides who is first.
class CrawlerBad {
public:
  void run(int pages) {
    heddle::WaitGroup crawlers;
    auto crawl = [this] {
      try {
        fetch(context_.context, "page");
      } catch (const std::exception &) {
        if (!failed_.exchange(true)) {
          error_ = std::current_exception();
          context_.cancel();
        }
      }
    };
    for (int page = 0; page < pages; ++page)
      crawlers.spawn(crawl); // NOLINT(heddle-spawn-in-loop)
    crawlers.wait();
    if (error_ != nullptr)
      std::rethrow_exception(error_);
  }

private:
  heddle::Cancellation context_ = heddle::with_cancel(heddle::background());
  std::atomic<bool> failed_ = false;
  std::exception_ptr error_;
};
// CHECK-NOTES: :[[@LINE-23]]:23: warning: 'crawlers' and 'error_' are a group with errors, by hand

// In a template, a text of the first error.
template <class Work> std::string workedBad(const std::vector<Work> &list) {
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::string what;
  bool stop = false;
  for (const Work &work : list)
    group.spawn([&] { // NOLINT(heddle-spawn-in-loop)
      try {
        work();
      } catch (const std::exception &error) {
        std::scoped_lock lock(mutex);
        if (what.empty())
          what = error.what();
        stop = true;
      }
    });
  group.wait();
  return what;
}
struct Work {
  void operator()() const;
};
std::string templateBad(const std::vector<Work> &list) {
  return workedBad(list);
}
// CHECK-NOTES: :[[@LINE-24]]:21: warning: 'group' and 'what' are a group with errors, by hand

// What the group is for.
void groupOk(const std::vector<std::string> &urls) {
  heddle::TaskGroup group;
  for (const std::string &url : urls)
    group.spawn([&](const heddle::Context &context) { fetch(context, url); }); // NOLINT(heddle-spawn-in-loop)
  group.wait();
}

// All errors are kept.
std::vector<std::exception_ptr> allOk(const std::vector<std::string> &urls) {
  auto [context, cancel] = heddle::with_cancel(heddle::background());
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::vector<std::exception_ptr> errors;
  for (const std::string &url : urls)
    group.spawn([&] { // NOLINT(heddle-spawn-in-loop)
      try {
        fetch(context, url);
      } catch (...) {
        std::lock_guard lock(mutex);
        errors.push_back(std::current_exception());
        cancel();
      }
    });
  group.wait();
  return errors;
}

// The first success ends the rest.
std::optional<int> fastestOk(const std::vector<std::string> &hosts) {
  auto [context, cancel] = heddle::with_cancel(heddle::background());
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::optional<int> first;
  for (const std::string &host : hosts)
    group.spawn([&] { // NOLINT(heddle-spawn-in-loop)
      if (auto got = answer(host)) {
        std::lock_guard lock(mutex);
        if (!first) {
          first = got;
          cancel();
        }
      }
    });
  group.wait();
  return first;
}

// Nobody is stopped: all are to be tried.
void triedOk(const std::vector<std::string> &urls) {
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::exception_ptr first;
  for (const std::string &url : urls)
    group.spawn([&] { // NOLINT(heddle-spawn-in-loop)
      try {
        fetch(heddle::background(), url);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!first)
          first = std::current_exception();
      }
    });
  group.wait();
  if (first)
    std::rethrow_exception(first);
}

// The last error, not the first.
void lastOk(const std::vector<std::string> &urls) {
  auto [context, cancel] = heddle::with_cancel(heddle::background());
  heddle::WaitGroup group;
  heddle::Mutex mutex;
  std::exception_ptr last;
  for (const std::string &url : urls)
    group.spawn([&] { // NOLINT(heddle-spawn-in-loop)
      try {
        fetch(context, url);
      } catch (...) {
        std::lock_guard lock(mutex);
        last = std::current_exception();
        cancel();
      }
    });
  group.wait();
  if (last)
    std::rethrow_exception(last);
}
