// RUN: %check_rule %s unsynchronised-lazy-init

#include "heddle/heddle.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct Database {
  explicit Database(const std::string &name = "main");
  int rows() const;
};
Database *openDatabase(const std::string &name);
std::optional<Database> tryDatabase(const std::string &name);

// Who runs all these, several at a time.
template <class F> void serve(F f) {
  heddle::WorkerPool<int> pool(4, 8, [f](int) { f(); });
  pool.submit(1);
}

static Database *database() {
  static Database *instance = nullptr;
  if (!instance)
    instance = new Database;
  return instance;
}
void staticBad() {
  heddle::WorkerPool<int> pool(4, 8, [](int) { database()->rows(); });
  pool.submit(1);
}
// CHECK-NOTES: :[[@LINE-8]]:3: warning: two tasks may find 'instance' empty, and both make it [heddle-unsynchronised-lazy-init]
// CHECK-NOTES: :[[@LINE-8]]:5: note: it is made here
// CHECK-NOTES: :[[@LINE-5]]:48: note: reached through this call
// CHECK-NOTES: :[[@LINE-6]]:27: note: in a handler that is registered here
// CHECK-FIXES-LABEL: static Database *database() {
// CHECK-FIXES-NEXT:    static Database *instance = new Database;
// CHECK-FIXES-NEXT:    return instance;

// A variable of the file, two calls away, with what an unseen function gives.
static Database *replica = nullptr;
static Database &replicated() {
  if (replica == nullptr) {
    replica = openDatabase("replica");
  }
  return *replica;
}
static int replicaRows() { return replicated().rows(); }
void fileBad(heddle::Channel<int> &keys) {
  heddle::consume(keys, 8, [](int) { replicaRows(); });
}
// CHECK-NOTES: :[[@LINE-9]]:3: warning: two tasks may find 'replica' empty, and both make it
// CHECK-NOTES: :[[@LINE-9]]:5: note: it is made here
// CHECK-NOTES: :[[@LINE-4]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-7]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-6]]:3: note: in a task that is started here
// CHECK-NOTES: :[[@LINE-14]]:3: note: made once only, also where that gives nothing; ends in another order
// CHECK-FIXES-LABEL: static Database &replicated() {
// CHECK-FIXES-NEXT:    if (replica == nullptr) {
// CHECK-REVIEW-LABEL: static Database &replicated() {
// CHECK-REVIEW-NEXT:    static Database *replica = openDatabase("replica");
// CHECK-REVIEW-NEXT:    return *replica;

// A member, in tasks that share its object.
class ServiceBad {
public:
  explicit ServiceBad(std::string name) : name_(std::move(name)) {}
  int answer(int key) {
    if (!store_)
      store_ = std::make_unique<Database>(name_);
    return store_->rows() + key;
  }

private:
  std::string name_;
  std::unique_ptr<Database> store_;
};
void memberBad() {
  ServiceBad service("a");
  heddle::parallel_for(0, 100, [&](int key) { service.answer(key); });
}
// CHECK-NOTES: :[[@LINE-13]]:5: warning: two tasks may find 'store_' empty, and both make it
// CHECK-NOTES: :[[@LINE-13]]:7: note: it is made here
// CHECK-NOTES: :[[@LINE-4]]:{{[0-9]+}}: note: reached through this call
// CHECK-NOTES: :[[@LINE-5]]:3: note: in a task that is started here
// CHECK-NOTES: :[[@LINE-10]]:29: note: made by the first who uses it, while others wait; its object can be moved no more
// CHECK-REVIEW-LABEL: class ServiceBad {
// CHECK-REVIEW:         int answer(int key) {
// CHECK-REVIEW-NEXT:      return store_->rows() + key;
// CHECK-REVIEW:         heddle::Lazy<Database> store_{[this] { return Database(name_); }};

// The second check is under a lock, the first is not.
static std::mutex table_mu;
static std::optional<Database> table;
static const Database &tableOf() {
  if (!table.has_value()) {
    std::lock_guard lock(table_mu);
    if (!table)
      table.emplace("table");
  }
  return *table;
}
void doubleCheckedBad() {
  serve([] { tableOf(); });
}
// CHECK-NOTES: :[[@LINE-10]]:3: warning: two tasks may find 'table' empty, and both make it

// Returned at once if it is there; the next tasks come from a loop of spawns.
class CatalogBad {
public:
  std::shared_ptr<Database> get() {
    if (data_)
      return data_;
    data_ = std::make_shared<Database>();
    return data_;
  }

private:
  std::shared_ptr<Database> data_;
};
static CatalogBad catalog;
void earlyReturnBad() {
  for (int i = 0; i < 4; ++i)
    heddle::spawn([] { catalog.get(); });
}
// CHECK-NOTES: :[[@LINE-14]]:5: warning: two tasks may find 'data_' empty, and both make it

// A flag for what is made along with it.
template <class Key> class IndexBad {
public:
  bool has(Key key) {
    if (!built_) {
      size_ = int(key);
      built_ = true;
    }
    return size_ > 0;
  }

private:
  bool built_ = false;
  int size_ = 0;
};
void flagBad() {
  IndexBad<long> index;
  heddle::parallel_for(0, 100, [&index](int key) { index.has(key); });
}
// CHECK-NOTES: :[[@LINE-15]]:5: warning: two tasks may find 'built_' empty, and both make it

#define MAKE(x) x = new Database
static Database &inMacro() {
  static Database *made;
  if (!made)
    MAKE(made);
  return *made;
}
void macroBad() {
  serve([] { inMacro(); });
}
// CHECK-NOTES: :[[@LINE-7]]:3: warning: two tasks may find 'made' empty, and both make it

// Made by the language, or through something that lets in only the first.
static Database &localStatic() {
  static Database *instance = new Database;
  return *instance;
}
static std::once_flag once;
static Database *called = nullptr;
static Database &callOnce() {
  std::call_once(once, [] {
    if (!called)
      called = new Database;
  });
  return *called;
}
static heddle::Once heddleOnce;
static Database *guarded = nullptr;
static Database &heddlesOnce() {
  heddleOnce.call([] {
    if (!guarded)
      guarded = new Database;
  });
  return *guarded;
}
void onceOk() {
  serve([] { localStatic(); });
  serve([] { callOnce(); });
  serve([] { heddlesOnce(); });
}

// The first check is under the lock too, here or in who calls.
static heddle::Mutex mutex;
static Database *locked = nullptr;
static Database &underLock() {
  std::lock_guard lock(mutex);
  if (!locked)
    locked = new Database;
  return *locked;
}
static Database *lockedByCaller = nullptr;
static Database &withLock() {
  if (!lockedByCaller)
    lockedByCaller = new Database;
  return *lockedByCaller;
}
static int byCaller() {
  std::unique_lock lock(mutex);
  return withLock().rows();
}
class DeclaredOk {
public:
  Database &get() HEDDLE_REQUIRES(mutex_) {
    if (!data_)
      data_ = std::make_unique<Database>();
    return *data_;
  }
  heddle::Mutex mutex_;

private:
  std::unique_ptr<Database> data_ HEDDLE_GUARDED_BY(mutex_);
};
void lockedOk() {
  serve([] { underLock(); });
  serve([] { byCaller(); });
}

// An atomic first check.
static std::atomic<Database *> atomic{nullptr};
static Database &atomicFirst() {
  if (!atomic.load(std::memory_order_acquire)) {
    std::lock_guard lock(mutex);
    if (!atomic.load(std::memory_order_relaxed))
      atomic.store(new Database, std::memory_order_release);
  }
  return *atomic.load(std::memory_order_acquire);
}
void atomicOk() {
  serve([] { atomicFirst(); });
}

// One of each thread's, or each task's.
static Database &perThread() {
  static thread_local std::unique_ptr<Database> mine;
  if (!mine)
    mine = std::make_unique<Database>();
  return *mine;
}
class RequestOk {
public:
  Database &session() {
    if (!session_)
      session_ = std::make_unique<Database>();
    return *session_;
  }

private:
  std::unique_ptr<Database> session_;
};
static int viaPointer(RequestOk *request) { return request->session().rows(); }
static void handleRequest() {
  RequestOk request;
  request.session();
  auto other = std::make_unique<RequestOk>();
  other->session();
  viaPointer(&request);
  perThread();
}
void ownOk() { serve(handleRequest); }

// Only ever one task, or the task that starts the others.
static Database *single = nullptr;
static Database &singleTask() {
  if (!single)
    single = new Database;
  return *single;
}
void singleOk() {
  heddle::spawn([] { singleTask(); });
}
static Database *early = nullptr;
static Database &warmed() {
  if (!early)
    early = new Database;
  return *early;
}
void warmedOk() {
  warmed();
  heddle::parallel_for(0, 100, [](int) { warmed(); });
}

// What is emptied and checked is not made.
static Database *current = nullptr;
static bool useCurrent() {
  if (!current)
    return false;
  return current->rows() > 0;
}
static bool warned = false;
static void warnOnce() {
  if (!warned)
    warned = true;
}
void checksOk() {
  serve([] {
    useCurrent();
    warnOnce();
  });
}
