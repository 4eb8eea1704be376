#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/job_queue.h"
#include "heddle/detail/select_case.h"
#include "heddle/future.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <cassert>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

/// A fixed number of tasks that work off jobs with one function.
///
///   WorkerPool<Request> pool{workers, capacity, [](Request request) { … }};
///   pool.submit(std::move(request));
///
/// Up to `capacity` jobs wait; then submit() and call() wait too, which passes
/// the load back to where it comes from, and try_submit() refuses.
/// Jobs are begun in the order they were submitted, by as few of the tasks as
/// keep up with them: where jobs are small and come one by one, that spares
/// most of the switches between tasks that receive from one channel.
///
/// For call() to give what the function returns, name its type, or leave both
/// to be found out from the function's parameter:
///   WorkerPool<Query, Rows> pool{8, 64, run_query};
///   WorkerPool pool{8, 64, [](Query query) { return rows_of(query); }};
///
/// Errors: an exception that leaves the function comes out of the Future of
/// call(); of a job that was submitted it ends the program, as of any task.
/// Lifetime: the destructor closes the pool and waits for its jobs.
///
/// Example: test/runtime/worker_pool_test.cpp, "DoesEveryJobOnce".
template <typename Job, typename Result = void> class WorkerPool {
public:
  /// Starts `workers` tasks, each calling `f` with one job at a time: f takes a
  /// Job or a reference to one, and is called by several tasks at once.
  /// Requires: a runtime is running; `workers` is positive (asserted).
  template <std::integral Workers, std::integral Capacity, typename F>
  WorkerPool(Workers workers, Capacity capacity, F f,
             std::source_location where = std::source_location::current())
      HEDDLE_REGISTERS_HANDLER HEDDLE_BOUNDS_SPAWNS
      : requests_(static_cast<std::size_t>(capacity),
                  static_cast<std::size_t>(workers)),
        function_(std::make_shared<F>(std::move(f))) {
    static_assert(std::is_invocable_v<F &, Job &> ||
                      std::is_invocable_v<F &, Job>,
                  "the pool's function takes a Job or a reference to one");
    assert(workers > 0);
    F &function = *static_cast<F *>(function_.get());
    try {
      for (Workers worker = 0; worker < workers; ++worker)
        workers_.spawn([this, &function] { work(function); }, where);
    } catch (...) {
      close();
      wait();
      throw;
    }
  }

  WorkerPool(const WorkerPool &) = delete;
  WorkerPool &operator=(const WorkerPool &) = delete;
  ~WorkerPool() HEDDLE_SUSPENDS HEDDLE_JOINS {
    close();
    wait();
  }

  /// Puts `job` into the queue, waiting while it is full. Returns false if the
  /// pool is closed; the job is destroyed then.
  bool submit(Job job) HEDDLE_SUSPENDS HEDDLE_SENDS {
    return requests_.put(Request{std::move(job)});
  }

  /// Puts `job` into the queue if there is room; reports whether it did.
  [[nodiscard]] bool try_submit(Job job) HEDDLE_SENDS {
    return requests_.try_put(Request{std::move(job)});
  }

  /// Submits `job`; the Future has what the function returns for it.
  /// Errors: of a closed pool the Future throws std::future_error,
  /// broken_promise.
  [[nodiscard]] Future<Result> call(Job job) HEDDLE_SUSPENDS HEDDLE_SENDS {
    Promise<Result> reply;
    Future<Result> result = reply.future();
    if (requests_.put(Request{std::move(job), reply.state_.get()}))
      reply.state_.let_go(); // to the worker, which may be done already
    return result;
  }

  /// Takes no more jobs. Those in the queue are still done. Never waits.
  void close() noexcept HEDDLE_CLOSES HEDDLE_SHUTS_DOWN { requests_.close(); }

  /// Waits until the pool is closed and all its jobs are done.
  void wait() HEDDLE_SUSPENDS HEDDLE_JOINS { workers_.wait(); }

  /// How many jobs wait to be begun now: for metrics.
  [[nodiscard]] std::size_t queued() const noexcept {
    return requests_.waiting();
  }

private:
  // Small and plain: it is moved twice, where others wait for the queue.
  struct Request {
    Job job;
    detail::FutureState<Result> *reply = nullptr;
  };

  template <typename F> static Result apply(F &function, Job &job) {
    if constexpr (std::is_invocable_v<F &, Job>)
      return static_cast<Result>(std::invoke(function, std::move(job)));
    else
      return static_cast<Result>(std::invoke(function, job));
  }

  template <typename F> void work(F &function) {
    while (std::optional<Request> request = requests_.take()) {
      if (request->reply)
        Promise<Result>(detail::StateHandle<Result>::adopt(request->reply))
            .keep([&] { return apply(function, request->job); });
      else
        apply(function, request->job);
    }
  }

  detail::JobQueue<Request> requests_;
  WaitGroup workers_;
  std::shared_ptr<void> function_;
};

template <std::integral Workers, std::integral Capacity, typename F>
WorkerPool(Workers, Capacity, F) -> WorkerPool<
    std::remove_cvref_t<typename detail::ParameterOf<F>::type>,
    std::invoke_result_t<
        F &, std::remove_reference_t<typename detail::ParameterOf<F>::type> &>>;

} // namespace heddle
