#include "report/read_json.h"

#include "paths.h"

#include "framework/check_info.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// Each function takes a value of the report apart, and says at which path it
/// is not what it should be.
class Reader {
public:
  Reader(StringRef root, Sources &sources) : root(root), sources(sources) {}

  bool read(const json::Value &value, Report &report, json::Path path) {
    json::ObjectMapper map(value, path);
    unsigned version = 0;
    if (!map || !map.map("version", version))
      return false;
    if (version != 1)
      return bad(path.field("version"), "expected 1");
    report.root = root;
    const json::Object &object = *value.getAsObject();
    return list(object, "findings", report.findings, path) &&
           list(object, "problems", report.problems, path) &&
           map.mapOptional("remarks", report.remarks) &&
           readComparison(object, report, path) &&
           readSummary(object, report, path);
  }

private:
  static constexpr int64_t maxOffset = 1 << 30;

  static bool bad(json::Path path, StringLiteral what) {
    path.report(what);
    return false;
  }

  template <class T>
  bool list(const json::Object &object, StringLiteral name,
            std::vector<T> &into, json::Path path) {
    const json::Array *array = object.getArray(name);
    if (!array)
      return bad(path.field(name), "expected array");
    for (size_t i = 0; i < array->size(); ++i) {
      into.emplace_back();
      if (!read((*array)[i], into.back(), path.field(name).index(i)))
        return false;
    }
    return true;
  }

  template <class T>
  bool optionalList(const json::Object &object, StringLiteral name,
                    std::vector<T> &into, json::Path path) {
    return !object.get(name) || list(object, name, into, path);
  }

  bool readPlace(json::ObjectMapper &map, Span &where, json::Path path) {
    int64_t offset = 0;
    if (!map.map("file", where.file) || !map.map("offset", offset))
      return false;
    if (offset < 0 || offset > maxOffset)
      return bad(path.field("offset"), "expected a place in a file");
    where.offset = offset;
    where.file = realPath(where.file, root);
    return true;
  }

  bool readLength(json::ObjectMapper &map, Span &span, json::Path path) {
    int64_t length = 0;
    if (!map.map("length", length))
      return false;
    span.length = length;
    return (length >= 0 && length <= maxOffset) ||
           bad(path.field("length"), "expected a length");
  }

  bool read(const json::Value &value, Span &span, json::Path path) {
    json::ObjectMapper map(value, path);
    return map && readPlace(map, span, path) && readLength(map, span, path);
  }

  bool read(const json::Value &value, Message &message, json::Path path) {
    json::ObjectMapper map(value, path);
    if (!map || !map.map("message", message.text))
      return false;
    const json::Object &object = *value.getAsObject();
    if (!object.get("file"))
      return true;
    Position position;
    if (!readPlace(map, message.where, path) ||
        !map.map("line", position.line) || !map.map("column", position.column))
      return false;
    if (position.line == 0 || position.column == 0)
      return bad(path.field("line"), "expected 1 or more");
    sources.remember(message.where, position);
    return optionalList(object, "ranges", message.ranges, path);
  }

  bool read(const json::Value &value, Edit &edit, json::Path path) {
    json::ObjectMapper map(value, path);
    return map && read(value, edit.where, path) && map.map("text", edit.text);
  }

  bool read(const json::Value &value, Fix &fix, json::Path path) {
    json::ObjectMapper map(value, path);
    std::string kind;
    if (!map || !map.map("kind", kind) ||
        !map.mapOptional("description", fix.description) ||
        !list(*value.getAsObject(), "edits", fix.edits, path))
      return false;
    fix.safe = kind == "S";
    return fix.safe || kind == "R" ||
           bad(path.field("kind"), "expected S or R");
  }

  /// What a finding of `comparison` has.
  bool readHead(const json::Value &value, Finding &finding, json::Path path) {
    json::ObjectMapper map(value, path);
    if (!map || !map.map("check", finding.check) ||
        !map.map("fingerprint", finding.fingerprint) ||
        !readPlace(map, finding.message.where, path))
      return false;
    return checks::findCheck(finding.check) ||
           bad(path.field("check"), "there is no such check");
  }

  bool read(const json::Value &value, Finding &finding, json::Path path) {
    json::ObjectMapper map(value, path);
    const json::Object *object = value.getAsObject();
    return map && map.mapOptional("error", finding.isError) &&
           readHead(value, finding, path) &&
           read(value, finding.message, path) &&
           list(*object, "notes", finding.notes, path) &&
           list(*object, "fixes", finding.fixes, path);
  }

  bool read(const json::Value &value, Report::UnitProblem &entry,
            json::Path path) {
    json::ObjectMapper map(value, path);
    if (!map || !map.map("unit", entry.unit) ||
        !map.map("kind", entry.problem.kind) ||
        !map.mapOptional("check", entry.problem.check))
      return false;
    entry.unit = realPath(entry.unit, root);
    return read(value, entry.problem.message, path) &&
           list(*value.getAsObject(), "notes", entry.problem.notes, path);
  }

  bool readComparison(const json::Object &object, Report &report,
                      json::Path path) {
    const json::Value *value = object.get("comparison");
    if (!value)
      return true;
    path = path.field("comparison");
    json::ObjectMapper map(*value, path);
    Report::Comparison &comparison = report.comparison.emplace();
    auto heads = [&](StringLiteral name, std::vector<Finding> &into) {
      const json::Array *array = value->getAsObject()->getArray(name);
      if (!array)
        return bad(path.field(name), "expected array");
      for (size_t i = 0; i < array->size(); ++i) {
        into.emplace_back();
        if (!readHead((*array)[i], into.back(), path.field(name).index(i)))
          return false;
      }
      return true;
    };
    return map && map.map("with", comparison.with) &&
           heads("known", comparison.known) && heads("fixed", comparison.fixed);
  }

  bool readSummary(const json::Object &object, Report &report,
                   json::Path path) {
    const json::Value *value = object.get("summary");
    if (!value)
      return bad(path.field("summary"), "expected object");
    json::ObjectMapper map(*value, path.field("summary"));
    std::optional<uint64_t> units, accepted;
    if (!map || !map.map("units", units) || !map.map("accepted", accepted))
      return false;
    report.units = units.value_or(0);
    if (accepted)
      report.accepted = {"a baseline", size_t(*accepted)};
    return true;
  }

  StringRef root;
  Sources &sources;
};

} // namespace

Expected<Report> readReport(StringRef file, StringRef root, Sources &sources) {
  auto buffer = MemoryBuffer::getFileOrSTDIN(file);
  if (!buffer)
    return makeError("cannot read " + file + ": " +
                     buffer.getError().message());
  auto bad = [&](const Twine &what) {
    return makeError(file + ": " + what +
                     "\n  it must be what 'heddle lint --format json' wrote, "
                     "whole");
  };
  Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return bad(toString(value.takeError()));
  Report report;
  json::Path::Root problem("report");
  if (!Reader(root, sources).read(*value, report, problem))
    return bad(toString(problem.getError()));
  return report;
}

} // namespace heddle::tool
