#include "heddle/pipe.h"

#include "io/socket.h"

#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace heddle {
namespace {

using detail::Descriptor;
using detail::Pollable;

// A write to a pipe without readers raises a signal that by default ends the
// process, and pipes have no flag against it: it is held back for the thread,
// and taken if it came.
class WithoutBrokenPipeSignal {
public:
  WithoutBrokenPipeSignal() noexcept {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~WithoutBrokenPipeSignal() HEDDLE_RETURNS_AT_ONCE {
    if (broken && !was_pending_) {
      const timespec now{};
      (void)detail::result_of(
          [&] { return sigtimedwait(&signal_, nullptr, &now); });
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutBrokenPipeSignal(const WithoutBrokenPipeSignal &) = delete;
  WithoutBrokenPipeSignal &operator=(const WithoutBrokenPipeSignal &) = delete;

  bool broken = false;

private:
  sigset_t signal_;
  sigset_t before_;
  bool was_pending_;
};

Descriptor take_over(int fd) {
  const ssize_t result = detail::result_of([&] {
    const int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? flags : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  });
  if (result < 0)
    detail::fail(-result, "cannot take a descriptor over");
  return Descriptor(fd);
}

// The descriptor is non-blocking, since take_over().
ssize_t read_now(int fd, Bytes buffer) HEDDLE_RETURNS_AT_ONCE {
  return detail::result_of(
      [&] { return ::read(fd, buffer.data(), buffer.size()); });
}

ssize_t write_now(int fd, ConstBytes data) HEDDLE_RETURNS_AT_ONCE {
  return detail::result_of(
      [&] { return ::write(fd, data.data(), data.size()); });
}

std::size_t read_from(const Descriptor &pipe, const Context *context,
                      Bytes buffer) {
  constexpr const char *what = "cannot read from a pipe";
  Pollable &pollable = detail::pollable_of(pipe, what);
  const ssize_t result = pollable.perform(
      pollable.reading, context, [&](int fd) { return read_now(fd, buffer); });
  if (result < 0)
    detail::fail(-result, what);
  return static_cast<std::size_t>(result);
}

std::size_t write_to(const Descriptor &pipe, const Context *context,
                     ConstBytes data) {
  constexpr const char *what = "cannot write to a pipe";
  Pollable &pollable = detail::pollable_of(pipe, what);
  const ssize_t result =
      pollable.perform(pollable.writing, context, [&](int fd) {
        WithoutBrokenPipeSignal guard;
        const ssize_t written = write_now(fd, data);
        guard.broken = written == -EPIPE;
        return written;
      });
  if (result < 0)
    detail::fail(-result, what);
  return static_cast<std::size_t>(result);
}

} // namespace

PipeReader::PipeReader(int descriptor) : descriptor_(take_over(descriptor)) {}

std::size_t PipeReader::read(Bytes buffer) {
  return read_from(descriptor_, nullptr, buffer);
}
std::size_t PipeReader::read(const Context &context, Bytes buffer) {
  return read_from(descriptor_, &context, buffer);
}

PipeWriter::PipeWriter(int descriptor) : descriptor_(take_over(descriptor)) {}

std::size_t PipeWriter::write(ConstBytes data) {
  return write_to(descriptor_, nullptr, data);
}
std::size_t PipeWriter::write(const Context &context, ConstBytes data) {
  return write_to(descriptor_, &context, data);
}

void PipeWriter::write_all(ConstBytes data) {
  while (!data.empty())
    data = data.after(write(data));
}
void PipeWriter::write_all(const Context &context, ConstBytes data) {
  while (!data.empty())
    data = data.after(write(context, data));
}

std::pair<PipeReader, PipeWriter> make_pipe() {
  int ends[2];
  const ssize_t result =
      detail::result_of([&] { return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK); });
  if (result < 0)
    detail::fail(-result, "cannot make a pipe");
  PipeReader reader;
  try {
    reader = PipeReader(ends[0]);
  } catch (...) {
    ::close(ends[1]);
    throw;
  }
  return {std::move(reader), PipeWriter(ends[1])};
}

} // namespace heddle
