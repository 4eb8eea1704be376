#include "http/wire.h"

#include <algorithm>
#include <cstring>

namespace heddle::http {

bool Wire::fill() {
  flush();
  if (used_ == filled_) {
    used_ = filled_ = 0;
  } else if (input_.size() - filled_ < least_room) {
    std::memmove(input_.data(), input_.data() + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
  }
  if (input_.size() - filled_ < least_room)
    input_.resize(std::max(filled_ + least_room, 2 * input_.size()));
  Bytes room(input_.data() + filled_, input_.size() - filled_);
  broken_ = true; // until it has gone well
  const std::size_t count =
      context_ ? stream_.read(*context_, room) : stream_.read(room);
  broken_ = false;
  filled_ += count;
  return count > 0;
}

std::optional<std::size_t> Wire::find_head() noexcept {
  constexpr std::string_view end = "\r\n\r\n";
  const std::string_view text = input();
  const std::size_t found = text.find(end, searched_);
  if (found != text.npos) {
    searched_ = 0;
    return found + end.size();
  }
  searched_ = text.size() - std::min(text.size(), end.size() - 1);
  return std::nullopt;
}

void Wire::put(std::string_view text) {
  if (output_.size() + text.size() <= much_output) {
    output_ += text;
    return;
  }
  flush();
  if (text.size() < much_output / 2)
    output_ = text;
  else
    send(text);
}

void Wire::flush() {
  if (output_.empty())
    return;
  send(output_);
  output_.clear();
}

void Wire::send(std::string_view text) {
  broken_ = true;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, piece);
    if (write_timeout_ < Duration::max())
      stream_.set_write_deadline(detail::deadline_after(write_timeout_));
    if (context_)
      stream_.write_all(*context_, part);
    else
      stream_.write_all(part);
    text.remove_prefix(part.size());
  }
  broken_ = false;
}

} // namespace heddle::http
