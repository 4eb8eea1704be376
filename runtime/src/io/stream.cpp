#include "heddle/stream.h"

#include "io/socket.h"

namespace heddle {
namespace {

using detail::Pollable;

std::size_t receive(const detail::Descriptor &descriptor,
                    const Context *context, Bytes buffer) {
  constexpr const char *what = "cannot read from";
  Pollable &stream = detail::pollable_of(descriptor, what);
  const ssize_t result = stream.perform(stream.reading, context, [&](int fd) {
    return detail::result_of(
        [&] { return ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT); });
  });
  if (result < 0)
    detail::fail(-result, what, &stream);
  return static_cast<std::size_t>(result);
}

std::size_t send(const detail::Descriptor &descriptor, const Context *context,
                 ConstBytes data) {
  constexpr const char *what = "cannot write to";
  Pollable &stream = detail::pollable_of(descriptor, what);
  const ssize_t result = stream.perform(stream.writing, context, [&](int fd) {
    return detail::result_of([&] {
      return ::send(fd, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    });
  });
  if (result < 0)
    detail::fail(-result, what, &stream);
  return static_cast<std::size_t>(result);
}

void send_all(const detail::Descriptor &descriptor, const Context *context,
              ConstBytes data) {
  while (!data.empty())
    data = data.after(send(descriptor, context, data));
}

} // namespace

std::size_t Stream::read(Bytes buffer) {
  return receive(descriptor_, nullptr, buffer);
}
std::size_t Stream::read(const Context &context, Bytes buffer) {
  return receive(descriptor_, &context, buffer);
}

std::size_t Stream::write(ConstBytes data) {
  return send(descriptor_, nullptr, data);
}
std::size_t Stream::write(const Context &context, ConstBytes data) {
  return send(descriptor_, &context, data);
}

void Stream::write_all(ConstBytes data) {
  send_all(descriptor_, nullptr, data);
}
void Stream::write_all(const Context &context, ConstBytes data) {
  send_all(descriptor_, &context, data);
}

void Stream::shutdown_write() {
  constexpr const char *what = "cannot end what is written to";
  Pollable &stream = detail::pollable_of(descriptor_, what);
  const ssize_t result = stream.call_once([](int fd) {
    return detail::result_of([=] { return ::shutdown(fd, SHUT_WR); });
  });
  // The peer may have ended the connection first.
  if (result < 0 && result != -ENOTCONN)
    detail::fail(-result, what, &stream);
}

void Stream::set_deadline(TimePoint deadline) noexcept {
  set_read_deadline(deadline);
  set_write_deadline(deadline);
}

void Stream::set_read_deadline(TimePoint deadline) noexcept {
  if (Pollable *stream = descriptor_.get())
    stream->reading.set_deadline(deadline);
}

void Stream::set_write_deadline(TimePoint deadline) noexcept {
  if (Pollable *stream = descriptor_.get())
    stream->writing.set_deadline(deadline);
}

} // namespace heddle
