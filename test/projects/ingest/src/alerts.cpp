#include "alerts.h"
#include "posix.h"

#include <optional>

#include <fcntl.h>

namespace ingest {
namespace {

constexpr auto quiet = std::chrono::seconds(2);

Descriptor open_for_appending(const std::string &path) {
  return Descriptor(checked(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644),
      path));
}

} // namespace

void AlertBoard::run(heddle::Channel<Complaint> &complaints) {
  bool open = true;
  while (open) {
    heddle::select(
        heddle::on_receive(complaints,
                           [&](std::optional<Complaint> complaint) {
                             if (complaint)
                               count(*complaint);
                             else
                               open = false;
                           }),
        heddle::on_receive(heddle::after(quiet), [&] { write_pending(); }));
  }
  write_pending();
}

void AlertBoard::count(const Complaint &complaint) {
  auto service = counts_.find(complaint.service);
  if (service == counts_.end())
    service = counts_.try_emplace(std::string(complaint.service)).first;
  if (++service->second[complaint.minute] == threshold_)
    pending_ += service->first + " complains in minute " +
                std::to_string(complaint.minute) + "\n";
}

void AlertBoard::write_pending() {
  if (pending_.empty())
    return;
  heddle::blocking([&] { write_all(open_for_appending(path_), pending_); });
  pending_.clear();
}

std::vector<Alert> AlertBoard::alerts() const {
  std::vector<Alert> alerts;
  for (const auto &[service, minutes] : counts_)
    for (const auto &[minute, complaints] : minutes)
      if (complaints >= threshold_)
        alerts.push_back({service, minute, complaints});
  return alerts;
}

} // namespace ingest
