#include "report/report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace heddle::tool {
namespace {

void writeIssue(json::OStream &json, StringRef name, StringRef severity,
                StringRef text, StringRef identity, StringRef path,
                unsigned line) {
  json.object([&] {
    json.attribute("description", json::fixUTF8(text));
    json.attribute("check_name", name);
    json.attribute("severity", severity);
    // The whole identity, over all files: equal ones would be one issue.
    json.attribute("fingerprint",
                   utohexstr(xxh3_64bits((path + "\n" + identity).str()),
                             /*LowerCase=*/true, /*Width=*/16));
    json.attributeObject("location", [&] {
      json.attribute("path", path);
      json.attributeObject("lines", [&] { json.attribute("begin", line); });
    });
  });
}

} // namespace

void printGitlab(const Report &report, Sources &sources, raw_ostream &out) {
  json::OStream json(out, /*IndentSize=*/2);
  json.array([&] {
    for (auto [finding, fingerprint] :
         zip(report.findings, report.numberedFingerprints())) {
      const Span &where = finding.message.where;
      writeIssue(json, finding.check,
                 bySeverity(finding, "critical", "major", "minor"),
                 finding.message.text, fingerprint, report.path(where.file),
                 sources.locate(where).line);
    }
    for (const auto &[unit, problem] : report.problems) {
      const Span &where = problem.message.where;
      bool hasPlace = !where.file.empty();
      writeIssue(json, "heddle-" + problem.kind, "blocker",
                 (report.path(unit) + " " + describe(problem) + ": " +
                  problem.message.text)
                     .str(),
                 problem.kind + problem.message.text,
                 report.path(hasPlace ? where.file : unit),
                 hasPlace ? sources.locate(where).line : 1);
    }
  });
  out << "\n";
}

} // namespace heddle::tool
