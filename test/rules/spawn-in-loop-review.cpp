// RUN: %check_rule %s spawn-in-loop

#include "heddle/heddle.h"

#include <algorithm>
#include <functional>
#include <ranges>
#include <vector>

struct Job {
  int id = 0;
};

void process(const Job &job);

void detachedBad(const std::vector<Job> &jobs) {
  for (const Job &job : jobs)
    heddle::spawn([job] { process(job); });
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per item of 'jobs' is spawned [heddle-spawn-in-loop]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
  // CHECK-NOTES: :[[@LINE-3]]:5: note: with a slot for each, the loop waits while too many run
}
// CHECK-REVIEW-LABEL: void detachedBad(const std::vector<Job> &jobs) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(2 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  for (const Job &job : jobs)
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [job] { process(job); });

void whileBad(std::vector<Job> jobs) {
  while (!jobs.empty()) {
    heddle::spawn([job = jobs.back()] { process(job); });
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per round of a loop is spawned
    // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
    // CHECK-NOTES: :[[@LINE-3]]:5: note: with a slot for each
    jobs.pop_back();
  }
}
// CHECK-REVIEW-LABEL: void whileBad(std::vector<Job> jobs) {
// CHECK-REVIEW-NEXT: {{^}}  static heddle::Semaphore slots(2 * heddle::available_procs());
// CHECK-REVIEW-NEXT: {{^}}  while (!jobs.empty()) {
// CHECK-REVIEW-NEXT: {{^}}    heddle::spawn_limited(slots, [job = jobs.back()] { process(job); });

void launch(const Job &job) {
  heddle::spawn([job] { process(job); });
}

void wrapperBad(const std::vector<Job> &jobs) {
  for (const Job &job : jobs)
    launch(job);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per item of 'jobs' is spawned
  // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
  // CHECK-NOTES: :[[@LINE-8]]:3: note: spawned here
}

void algorithmBad(const std::vector<Job> &jobs) {
  std::for_each(jobs.begin(), jobs.end(), [](const Job &job) {
    heddle::spawn([job] { process(job); });
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per round of a loop is spawned
    // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
  });
}

void storedLambdaBad(const std::vector<Job> &jobs) {
  for (const Job &job : jobs) {
    auto task = [job] { process(job); };
    heddle::spawn(task);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per item of 'jobs' is spawned
    // CHECK-NOTES: :[[@LINE-4]]:3: note: by this loop
    // CHECK-NOTES: :[[@LINE-3]]:5: note: with a slot for each
  }
}
// CHECK-REVIEW-LABEL: void storedLambdaBad(const std::vector<Job> &jobs) {
// CHECK-REVIEW: {{^}}    heddle::spawn_limited(slots, task);

void boundBad(const std::vector<Job> &jobs) {
  for (const Job &job : jobs)
    heddle::spawn(std::bind_front([](const Job &j) { process(j); }, job));
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per item of 'jobs' is spawned
  // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
  // CHECK-NOTES: :[[@LINE-3]]:5: note: with a slot for each
}
// CHECK-REVIEW-LABEL: void boundBad(const std::vector<Job> &jobs) {
// CHECK-REVIEW: {{^}}    heddle::spawn_limited(slots, std::bind_front([](const Job &j) { process(j); }, job));

void futuresBad(const std::vector<Job> &jobs) {
  std::vector<heddle::Future<void>> futures;
  for (const Job &job : jobs)
    futures.push_back(heddle::async([&job] { process(job); }));
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: one task per item of 'jobs' is spawned
  // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
  for (auto &future : futures)
    future.get();
}

// A name is taken: no fix.
void nameTakenBad(const std::vector<Job> &jobs, int slots) {
  for (const Job &job : jobs)
    heddle::spawn([job, slots] { process({job.id + slots}); });
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: one task per item of 'jobs' is spawned
  // CHECK-NOTES: :[[@LINE-3]]:3: note: by this loop
}
