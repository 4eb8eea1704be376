#include "baseline_file.h"

#include "command.h"
#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

constexpr StringRef header = "heddle baseline 1";

} // namespace

Expected<Baseline> Baseline::read(StringRef file, StringRef root) {
  auto buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return makeError("cannot read the baseline " + file + ": " +
                     buffer.getError().message() +
                     "\n  'heddle baseline --file " + file + "' writes one");
  return parse((*buffer)->getBuffer(), file, root);
}

Expected<Baseline> Baseline::parse(StringRef text, StringRef file,
                                   StringRef root) {
  Baseline result(root);
  unsigned number = 0;
  auto bad = [&](const Twine &what) {
    return makeError(displayPath(file) + ":" + Twine(number) + ": " + what +
                     "\n  restore it from version control, or make it again: "
                     "'heddle baseline --update'");
  };
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    line = line.trim();
    if (++number == 1) {
      if (line != header)
        return bad("not a baseline: expected '" + header + "'");
      continue;
    }
    if (line.empty())
      continue;
    Expected<json::Value> value = json::parse(line);
    if (!value) {
      std::string what = toString(value.takeError());
      return bad(line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") ||
                         line == "======="
                     ? "a conflict was left here: keep the lines of both sides"
                     : StringRef(what).split("]: ").second);
    }
    Entry entry;
    entry.line = number;
    json::Path::Root problem("entry");
    json::ObjectMapper map(*value, problem);
    if (!map || !map.map("check", entry.check) ||
        !map.map("file", entry.file) ||
        !map.map("fingerprint", entry.fingerprint) ||
        !map.mapOptional("message", entry.message) ||
        !map.mapOptional("count", entry.count))
      return bad(toString(problem.getError()));
    result.add(std::move(entry));
  }
  if (number == 0)
    return ++number, bad("it is empty: expected '" + header + "'");
  return result;
}

Baseline::Baseline(StringRef root, const std::vector<Finding> &findings)
    : Baseline(root) {
  for (const Finding &finding : findings)
    add(entryOf(finding));
}

Baseline::Entry Baseline::entryOf(const Finding &finding) const {
  return {finding.check,
          json::fixUTF8(relativeTo(finding.message.where.file, root)),
          finding.fingerprint, json::fixUTF8(finding.message.text)};
}

void Baseline::add(Entry entry) {
  auto [it, isNew] = entries.try_emplace(keyOf(entry), entry);
  if (!isNew)
    it->second.count += entry.count;
}

bool Baseline::wasLinted(const Entry &entry,
                         const std::set<std::string> &linted) const {
  std::string file = realPath(entry.file, root);
  return linted.count(file) || !sys::fs::exists(file);
}

Baseline::Match Baseline::match(const std::vector<Finding> &findings,
                                const std::set<std::string> &linted) const {
  Match result;
  std::map<Key, Entry> left = entries;
  std::vector<const Finding *> open;
  for (const Finding &finding : findings) {
    auto own = left.find(keyOf(entryOf(finding)));
    if (own == left.end() || own->second.count == 0) {
      open.push_back(&finding);
      continue;
    }
    --own->second.count;
    result.accepted.push_back(finding);
  }
  for (const Finding *finding : open) {
    auto moved = find_if(left, [&](const auto &candidate) {
      const Entry &entry = candidate.second;
      return entry.count > 0 && entry.check == finding->check &&
             entry.fingerprint == finding->fingerprint &&
             wasLinted(entry, linted);
    });
    if (moved == left.end()) {
      result.fresh.push_back(*finding);
      continue;
    }
    --moved->second.count;
    result.accepted.push_back(*finding);
  }
  for (const auto &[key, entry] : left)
    if (entry.count > 0 && wasLinted(entry, linted))
      result.stale.push_back(entry);
  return result;
}

std::string Baseline::describeStale(const Entry &entry, StringRef file) {
  return formatv("{0}:{1}: stale: {2} has no longer '{3}' [{4}]{5}",
                 displayPath(realPath(file)), entry.line, entry.file,
                 entry.message, entry.check,
                 entry.count > 1 ? formatv(", {0} times", entry.count).str()
                                 : "");
}

Baseline Baseline::without(const std::vector<Entry> &stale) const {
  Baseline result = *this;
  for (const Entry &entry : stale) {
    auto it = result.entries.find(keyOf(entry));
    it->second.count -= entry.count;
    if (it->second.count == 0)
      result.entries.erase(it);
  }
  return result;
}

void Baseline::keepUnlinted(const Baseline &old,
                            const std::set<std::string> &linted) {
  for (const auto &[key, entry] : old.entries)
    if (!wasLinted(entry, linted))
      entries.insert_or_assign(key, entry);
}

size_t Baseline::size() const {
  size_t count = 0;
  for (const auto &[key, entry] : entries)
    count += entry.count;
  return count;
}

std::string Baseline::text() const {
  std::string result = (header + "\n").str();
  raw_string_ostream out(result);
  for (const auto &[key, entry] : entries) {
    json::OStream json(out);
    json.object([&] {
      json.attribute("file", entry.file);
      json.attribute("check", entry.check);
      json.attribute("fingerprint", entry.fingerprint);
      if (entry.count > 1)
        json.attribute("count", entry.count);
      json.attribute("message", entry.message);
    });
    out << "\n";
  }
  return result;
}

} // namespace heddle::tool
