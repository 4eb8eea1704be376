#include "analysis/descriptors.h"

#include "analysis/constants.h"
#include "analysis/durations.h"

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Linux's values: the same on all architectures that the runtime supports.
constexpr uint64_t nonBlock =
    04000; // O_NONBLOCK, SOCK_NONBLOCK, EFD_NONBLOCK, …
constexpr uint64_t dontWait = 0x40;  // MSG_DONTWAIT
constexpr uint64_t noHang = 1;       // WNOHANG
constexpr uint64_t lockNonBlock = 4; // LOCK_NB
constexpr uint64_t setFlags = 4;     // F_SETFL

// Where a call says that it will not wait.
struct WaitArguments {
  int descriptor = -1;
  int flags = -1;
  uint64_t flag = 0;
  int timeout = -1;
};

/// What a table says of each of several names.
template <class Value>
using Rows =
    std::initializer_list<std::pair<std::initializer_list<StringRef>, Value>>;

template <class Value>
Value lookUp(StringRef name, Rows<Value> rows, Value otherwise) {
  for (const auto &[names, value] : rows)
    if (is_contained(names, name))
      return value;
  return otherwise;
}

WaitArguments waitArguments(StringRef name) {
  return lookUp<WaitArguments>(
      name,
      {{{"read", "write", "readv", "writev", "accept", "connect", "accept4",
         "sendfile"},
        {.descriptor = 0}},
       {{"recv", "send", "recvfrom", "sendto", "recvmmsg", "sendmmsg"},
        {.descriptor = 0, .flags = 3, .flag = dontWait}},
       {{"recvmsg", "sendmsg"},
        {.descriptor = 0, .flags = 2, .flag = dontWait}},
       {{"splice"}, {.descriptor = 0, .flags = 5, .flag = 2}},
       {{"waitpid"}, {.flags = 2, .flag = noHang}},
       {{"waitid"}, {.flags = 3, .flag = noHang}},
       {{"flock"}, {.flags = 1, .flag = lockNonBlock}},
       {{"poll", "zmq_poll"}, {.timeout = 2}},
       {{"epoll_wait", "epoll_pwait", "curl_multi_poll", "curl_multi_wait"},
        {.timeout = 3}},
       {{"std::future::wait_for", "std::shared_future::wait_for",
         "std::__basic_future::wait_for",
         "std::counting_semaphore::try_acquire_for"},
        {.timeout = 0}}},
      {});
}

// The argument of the call that makes a descriptor in which its flags are.
int creationFlags(StringRef name) {
  return lookUp<int>(name,
                     {{{"open", "open64", "eventfd", "timerfd_create", "socket",
                        "pipe2", "inotify_init1"},
                       1},
                      {{"openat", "signalfd"}, 2},
                      {{"accept4", "socketpair"}, 3}},
                     -1);
}

class Descriptors {
public:
  explicit Descriptors(Unit &unit) : unit(unit) {}

  bool returnsAtOnce(const Call &call) {
    WaitArguments where = waitArguments(tableName(*call.callee));
    ArrayRef<const Expr *> args = call.args();
    auto at = [&](int index) {
      return index >= 0 && unsigned(index) < args.size() ? args[index]
                                                         : nullptr;
    };
    if (const Expr *flags = at(where.flags);
        flags && contains(flags, where.flag))
      return true;
    if (const Expr *timeout = at(where.timeout); timeout && isZero(timeout))
      return true;
    const Expr *descriptor = at(where.descriptor);
    return descriptor && isNonBlocking(descriptor, 4);
  }

private:
  // The flag is in `expr`, or in a part of it: `flags | O_NONBLOCK`.
  bool contains(const Expr *expr, uint64_t flag) const {
    expr = expr->IgnoreParenImpCasts();
    if (auto value = constant(unit, expr))
      return *value & flag;
    if (const auto *op = dyn_cast<BinaryOperator>(expr))
      return op->getOpcode() == BO_Or &&
             (contains(op->getLHS(), flag) || contains(op->getRHS(), flag));
    if (const auto *choice = dyn_cast<ConditionalOperator>(expr))
      return contains(choice->getTrueExpr(), flag) ||
             contains(choice->getFalseExpr(), flag);
    const auto *ref = dyn_cast<DeclRefExpr>(expr);
    const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
    return variable && variable->getInit() &&
           contains(variable->getInit(), flag);
  }

  bool isZero(const Expr *expr) const {
    if (auto value = constant(unit, expr))
      return *value == 0;
    auto duration = durationOf(unit.context(), expr);
    return duration && duration->count() == 0;
  }

  static const ValueDecl *namedBy(const Expr *expr) {
    expr = expr->IgnoreParenImpCasts();
    if (const auto *element = dyn_cast<ArraySubscriptExpr>(expr))
      return namedBy(element->getBase());
    if (const auto *op = dyn_cast<UnaryOperator>(expr))
      return namedBy(op->getSubExpr());
    if (const auto *ref = dyn_cast<DeclRefExpr>(expr))
      return ref->getDecl();
    if (const auto *member = dyn_cast<MemberExpr>(expr))
      return member->getMemberDecl();
    return nullptr;
  }

  bool isNonBlocking(const Expr *expr, unsigned depth) {
    if (depth == 0)
      return false;
    expr = expr->IgnoreParenImpCasts();
    if (const auto *call = dyn_cast<CallExpr>(expr))
      return makesNonBlocking(*call, depth);
    const ValueDecl *decl = namedBy(expr);
    if (!decl)
      return false;
    if (const auto *field = dyn_cast<FieldDecl>(decl))
      for (const Expr *init : unit.initialisers(field))
        if (isNonBlocking(init, depth - 1))
          return true;
    if (const auto *variable = dyn_cast<VarDecl>(decl))
      if (const Expr *init = variable->getInit();
          init && isNonBlocking(init, depth - 1))
        return true;
    for (const Expr *mention : unit.mentions(decl))
      if (becomesNonBlocking(mention, depth))
        return true;
    const auto *parameter = dyn_cast<ParmVarDecl>(decl);
    return parameter && anyCallerPassesNonBlocking(*parameter, depth);
  }

  // This mention is assigned a non-blocking descriptor, or passed to what makes
  // it one: `fcntl(fd, F_SETFL, …)`, `pipe2(fds, …)`, `set_nonblocking(fd)`.
  bool becomesNonBlocking(const Expr *mention, unsigned depth) {
    const Stmt *child = mention;
    const Stmt *up = unit.parent(child);
    while (up &&
           isa<CastExpr, ParenExpr, UnaryOperator, ArraySubscriptExpr>(up)) {
      child = up;
      up = unit.parent(up);
    }
    if (const auto *assignment = dyn_cast_or_null<BinaryOperator>(up))
      return assignment->getOpcode() == BO_Assign &&
             assignment->getLHS() == child &&
             isNonBlocking(assignment->getRHS(), depth - 1);
    const auto *call = dyn_cast_or_null<CallExpr>(up);
    return call && makesNonBlocking(*call, depth);
  }

  bool makesNonBlocking(const CallExpr &call, unsigned depth) {
    const FunctionDecl *callee = call.getDirectCallee();
    if (!callee || !callee->getIdentifier())
      return false;
    std::string name = callee->getNameAsString();
    std::erase(name, '_');
    if (StringRef(name).contains_insensitive("nonblock"))
      return true;
    std::string known = tableName(*callee);
    if (known == "fcntl")
      return call.getNumArgs() == 3 &&
             constant(unit, call.getArg(1)) == setFlags &&
             contains(call.getArg(2), nonBlock);
    int flags = creationFlags(known);
    if (flags >= 0)
      return unsigned(flags) < call.getNumArgs() &&
             contains(call.getArg(flags), nonBlock);
    const Function *body = unit.function(callee);
    return body && any_of(body->returns, [&](const ReturnStmt *result) {
             return result->getRetValue() &&
                    isNonBlocking(result->getRetValue(), depth - 1);
           });
  }

  bool anyCallerPassesNonBlocking(const ParmVarDecl &parameter,
                                  unsigned depth) {
    const auto *owner = dyn_cast<FunctionDecl>(parameter.getDeclContext());
    unsigned index = parameter.getFunctionScopeIndex();
    if (!owner)
      return false;
    return any_of(unit.callsOf(owner), [&](const Call *call) {
      return index < call->args().size() &&
             isNonBlocking(call->args()[index], depth - 1);
    });
  }

  Unit &unit;
};

} // namespace

bool visiblyReturnsAtOnce(Unit &unit, const Call &call) {
  return call.callee && unit.get<Descriptors>().returnsAtOnce(call);
}

} // namespace heddle::checks
