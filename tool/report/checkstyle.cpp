#include "report/report.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace heddle::tool {
namespace {

/// An attribute's value. XML 1.0 has no way to write most control characters,
/// and a reader turns line ends that are not references into spaces.
std::string escaped(StringRef text) {
  std::string result;
  for (char c : json::fixUTF8(text)) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\n')
      result += "&#10;";
    else if (c == '\t')
      result += "&#9;";
    else if ((c >= 0 && c < 0x20) || c == 0x7f)
      result += "\xef\xbf\xbd";
    else
      result += c;
  }
  return result;
}

struct Row {
  Position position;
  StringRef severity;
  std::string text, source;
};

} // namespace

void printCheckstyle(const Report &report, Sources &sources, raw_ostream &out) {
  std::map<std::string, std::vector<Row>> files;
  for (const Finding &finding : report.findings)
    files[report.path(finding.message.where.file)].push_back(
        {sources.locate(finding.message.where),
         bySeverity(finding, "error", "warning", "info"), finding.message.text,
         finding.check});
  for (const auto &[unit, problem] : report.problems) {
    const Span &where = problem.message.where;
    Row row{{1, 1}, "error", problem.message.text, "heddle-" + problem.kind};
    if (!where.file.empty())
      row.position = sources.locate(where);
    files[report.path(where.file.empty() ? unit : where.file)].push_back(row);
  }

  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<checkstyle version=\"4.3\">\n";
  for (const auto &[file, rows] : files) {
    out << "  <file name=\"" << escaped(file) << "\">\n";
    for (const Row &row : rows)
      out << "    <error line=\"" << row.position.line << "\" column=\""
          << row.position.column << "\" severity=\"" << row.severity
          << "\" message=\"" << escaped(row.text) << "\" source=\""
          << escaped(row.source) << "\"/>\n";
    out << "  </file>\n";
  }
  out << "</checkstyle>\n";
}

} // namespace heddle::tool
