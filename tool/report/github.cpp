#include "report/report.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// What a workflow command takes as text: nothing in it can end the command or
/// begin another.
std::string escaped(StringRef text, bool isProperty) {
  std::string result;
  for (char c : json::fixUTF8(text))
    if (c == '%' || c == '\r' || c == '\n' ||
        (isProperty && (c == ':' || c == ',')))
      result += formatv("%{0:X-2}", unsigned(c));
    else
      result += c;
  return result;
}

void printAnnotation(StringRef level, const Span &where, StringRef title,
                     StringRef text, const Report &report, Sources &sources,
                     raw_ostream &out) {
  out << "::" << level << " ";
  if (!where.file.empty()) {
    Position position = sources.locate(where);
    out << "file=" << escaped(report.path(where.file), true)
        << ",line=" << position.line << ",col=" << position.column << ",";
  }
  out << "title=" << escaped(title, true) << "::" << escaped(text, false)
      << "\n";
}

} // namespace

void printGithub(const Report &report, Sources &sources, raw_ostream &out) {
  for (const Finding &finding : report.findings) {
    std::string text = finding.message.text;
    for (const Message &note : finding.notes) {
      text += "\n" + note.text;
      if (!note.where.file.empty())
        text += formatv(" ({0}:{1})", report.path(note.where.file),
                        sources.locate(note.where).line);
    }
    if (const Fix *fix = report.usableFix(finding))
      text += fix->safe ? "\nfix: safe, by 'heddle fix'"
                        : "\nfix: to review: " + fix->description;
    printAnnotation(bySeverity(finding, "error", "warning", "notice"),
                    finding.message.where, finding.check, text, report, sources,
                    out);
  }
  for (const auto &[unit, problem] : report.problems)
    printAnnotation("error", problem.message.where,
                    report.path(unit) + " " + describe(problem).str(),
                    problem.message.text, report, sources, out);
  for (const std::string &remark : report.remarks)
    printAnnotation("notice", {}, "heddle", remark, report, sources, out);
}

} // namespace heddle::tool
