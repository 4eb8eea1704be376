#include "report/report.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace heddle::tool {
namespace {

/// The schema is documented in docs/guide/command.md. Fields may be added; what
/// changes or goes raises the version.
class Writer {
public:
  Writer(const Report &report, Sources &sources, raw_ostream &out)
      : report(report), sources(sources), json(out, /*IndentSize=*/2) {}

  void write() {
    json.object([&] {
      json.attribute("version", 1);
      json.attribute("heddle", HEDDLE_VERSION);
      json.attribute("root", json::fixUTF8(report.root));
      json.attributeArray("findings", [&] {
        for (const Finding &finding : report.findings)
          json.object([&] { write(finding); });
      });
      json.attributeArray("problems", [&] {
        for (const auto &[unit, problem] : report.problems)
          json.object([&] { write(unit, problem); });
      });
      json.attributeArray("remarks", [&] {
        for (const std::string &remark : report.remarks)
          json.value(json::fixUTF8(remark));
      });
      if (report.comparison)
        json.attributeObject("comparison", [&] { write(*report.comparison); });
      json.attributeObject("summary", [&] { writeSummary(); });
    });
  }

private:
  void write(const Finding &finding) {
    json.attribute("check", finding.check);
    json.attribute("tier", tierOf(finding.check));
    if (finding.isError)
      json.attribute("error", true);
    json.attribute("fingerprint", finding.fingerprint);
    write(finding.message);
    writeNotes(finding.notes);
    json.attributeArray("fixes", [&] {
      for (const Fix &fix : finding.fixes)
        json.object([&] { write(fix); });
    });
  }

  void write(const Report::Comparison &comparison) {
    json.attribute("with", json::fixUTF8(comparison.with));
    auto list = [&](StringRef name, const std::vector<Finding> &findings) {
      json.attributeArray(name, [&] {
        for (const Finding &finding : findings)
          json.object([&] {
            json.attribute("check", finding.check);
            json.attribute("fingerprint", finding.fingerprint);
            json.attribute("file", report.path(finding.message.where.file));
            json.attribute("offset", finding.message.where.offset);
          });
      });
    };
    list("known", comparison.known);
    list("fixed", comparison.fixed);
  }

  void write(StringRef unit, const Problem &problem) {
    json.attribute("kind", problem.kind);
    json.attribute("unit", report.path(unit));
    if (!problem.check.empty())
      json.attribute("check", problem.check);
    write(problem.message);
    writeNotes(problem.notes);
  }

  void write(const Message &message) {
    if (!message.where.file.empty()) {
      Position position = sources.locate(message.where);
      json.attribute("file", report.path(message.where.file));
      json.attribute("line", position.line);
      json.attribute("column", position.column);
      json.attribute("offset", message.where.offset);
    }
    json.attribute("message", json::fixUTF8(message.text));
    if (message.ranges.empty())
      return;
    json.attributeArray("ranges", [&] {
      for (const Span &range : message.ranges)
        json.object([&] { write(range); });
    });
  }

  void writeNotes(const std::vector<Message> &notes) {
    json.attributeArray("notes", [&] {
      for (const Message &note : notes)
        json.object([&] { write(note); });
    });
  }

  void write(const Fix &fix) {
    json.attribute("kind", fix.safe ? "S" : "R");
    if (!fix.description.empty())
      json.attribute("description", json::fixUTF8(fix.description));
    json.attribute("applicable", !report.whyNot(fix));
    json.attributeArray("edits", [&] {
      for (const Edit &edit : fix.edits)
        json.object([&] {
          write(edit.where);
          json.attribute("text", json::fixUTF8(edit.text));
        });
    });
  }

  void write(const Span &span) {
    json.attribute("file", report.path(span.file));
    json.attribute("offset", span.offset);
    json.attribute("length", span.length);
  }

  void writeSummary() {
    std::map<StringRef, size_t> tiers = {
        {"bug", 0}, {"cost", 0}, {"advice", 0}};
    for (const Finding &finding : report.findings)
      ++tiers[tierOf(finding.check)];
    json.attribute("units", report.units);
    json.attribute("cached", report.cachedUnits);
    for (auto [tier, count] : tiers)
      json.attribute(tier, count);
    if (report.comparison) {
      json.attribute("introduced", report.findings.size());
      json.attribute("known", report.comparison->known.size());
      json.attribute("fixed", report.comparison->fixed.size());
    }
    if (report.accepted)
      json.attribute("accepted", report.accepted->count);
  }

  const Report &report;
  Sources &sources;
  json::OStream json;
};

} // namespace

void printJson(const Report &report, Sources &sources, raw_ostream &out) {
  Writer(report, sources, out).write();
  out << "\n";
}

} // namespace heddle::tool
