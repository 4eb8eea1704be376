#include "segments.h"
#include "checksum.h"
#include "posix.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <unistd.h>

namespace ingest {
namespace {

constexpr std::size_t verify_at_once = 4;

std::uint32_t checksum_of(const std::string &path) {
  const std::string text = heddle::blocking([&] { return read_file(path); });
  return ingest_crc32(text.data(), text.size());
}

} // namespace

void Manifest::add(const std::string &name, std::size_t lines) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t checksum = checksum_of(path_of(name));
  segments_.push_back({name, lines, checksum});
}

std::vector<Segment> Manifest::segments() {
  const std::lock_guard lock(mutex_);
  std::ranges::sort(segments_, {}, &Segment::name);
  return segments_;
}

std::string Manifest::path_of(const std::string &name) const {
  return directory_ + "/" + name + ".log";
}

void SegmentStore::keep(const Record &record) {
  auto service = pending_.find(record.service);
  if (service == pending_.end())
    service = pending_.try_emplace(std::string(record.service)).first;
  service->second.push_back({record.time_ms, std::string(record.line)});
}

void SegmentStore::seal() {
  heddle::Channel<std::string> sealed(pending_.size());
  for (auto &[service, lines] : pending_) {
    heddle::spawn([&] {
      write_segment(service, lines);
      sealed.send(service);
    });
  }
  for (std::size_t left = pending_.size(); left > 0; --left)
    sealed.receive();
  pending_.clear();
}

void SegmentStore::write_segment(const std::string &service,
                                 std::vector<Line> &lines) {
  const heddle::ThreadPin pin;
  std::ranges::sort(lines);
  std::string text;
  for (const Line &line : lines)
    text.append(line.text).push_back('\n');
  heddle::blocking([&] {
    const Descriptor file = open_for_writing(manifest_.path_of(service));
    write_all(file, text);
    checked(::fdatasync(file.get()), service);
  });
  manifest_.add(service, lines.size());
}

std::size_t SegmentStore::verify() {
  std::atomic<std::size_t> damaged = 0;
  heddle::Semaphore slots(verify_at_once);
  heddle::WaitGroup verifying;
  const std::vector<Segment> segments = manifest_.segments();
  for (const Segment &segment : segments) {
    slots.acquire();
    verifying.spawn([&] {
      if (checksum_of(manifest_.path_of(segment.name)) != segment.checksum)
        ++damaged;
      slots.release();
    });
  }
  verifying.wait();
  return damaged;
}

} // namespace ingest
