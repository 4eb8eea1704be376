#include "heddle/buffered.h"

#include "io/socket.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace heddle {

BufferedReader::BufferedReader(void *source, Read read,
                               std::optional<Context> context,
                               std::size_t capacity)
    : source_(source), read_(read), context_(std::move(context)),
      buffer_(std::max<std::size_t>(capacity, 1), '\0') {}

// Puts more behind what is unread, making room for it. False: the end.
bool BufferedReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, left());
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == buffer_.size())
    buffer_.resize(buffer_.size() * 2);
  const std::size_t count =
      read_source({buffer_.data() + end_, buffer_.size() - end_});
  end_ += count;
  return count > 0;
}

std::string BufferedReader::take(std::size_t count) {
  std::string taken(buffer_, begin_, count);
  begin_ += count;
  return taken;
}

std::size_t BufferedReader::read(Bytes buffer) {
  if (left() == 0) {
    if (buffer.size() >= buffer_.size())
      return read_source(buffer);
    if (!fill())
      return 0;
  }
  const std::size_t count = std::min(left(), buffer.size());
  std::memcpy(buffer.data(), buffer_.data() + begin_, count);
  begin_ += count;
  return count;
}

std::size_t BufferedReader::read_full(Bytes buffer) {
  std::size_t total = 0;
  while (total < buffer.size()) {
    const std::size_t count = read(buffer.after(total));
    if (count == 0)
      break;
    total += count;
  }
  return total;
}

std::optional<std::string> BufferedReader::read_until(char delimiter,
                                                      std::size_t limit) {
  for (std::size_t searched = 0;;) {
    const std::string_view unread(buffer_.data() + begin_, left());
    const std::size_t at = unread.find(delimiter, searched);
    if (at > limit && unread.size() > limit)
      detail::fail(EMSGSIZE, "what is read has no end within its limit");
    if (at != std::string_view::npos) {
      std::string taken = take(at);
      ++begin_;
      return taken;
    }
    searched = unread.size();
    if (!fill()) {
      if (searched == 0)
        return std::nullopt;
      return take(searched);
    }
  }
}

std::optional<std::string> BufferedReader::read_line(std::size_t limit) {
  std::optional<std::string> line = read_until('\n', limit);
  if (line && line->ends_with('\r'))
    line->pop_back();
  return line;
}

std::string BufferedReader::read_all() {
  while (fill())
    ;
  return take(left());
}

std::string_view BufferedReader::peek() {
  if (left() == 0)
    fill();
  return {buffer_.data() + begin_, left()};
}

BufferedWriter::BufferedWriter(void *sink, Write write,
                               std::optional<Context> context,
                               std::size_t capacity)
    : sink_(sink), write_(write), context_(std::move(context)),
      capacity_(capacity) {
  buffer_.reserve(capacity_);
}

BufferedWriter::~BufferedWriter() {
  try {
    flush();
  } catch (...) {
    // As documented: whoever wants to know calls flush().
  }
}

void BufferedWriter::write(ConstBytes data) {
  if (buffer_.size() + data.size() > capacity_)
    flush();
  if (data.size() >= capacity_)
    write_sink(data);
  else
    buffer_ += data.text();
}

void BufferedWriter::flush() {
  struct Clear {
    std::string &buffer;
    ~Clear() { buffer.clear(); }
  } clear{buffer_};
  if (!buffer_.empty())
    write_sink(buffer_);
}

} // namespace heddle
