#include "report/report.h"

#include "paths.h"

#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace heddle::tool {

namespace {

struct Format {
  StringRef name;
  Printer *print;
};

constexpr Format formats[] = {
    {"text", printText},     {"json", printJson},
    {"sarif", printSarif},   {"github", printGithub},
    {"gitlab", printGitlab}, {"checkstyle", printCheckstyle},
    {"html", printHtml},
};

} // namespace

Option formatOption() {
  return {"format", "FORMAT",
          "text (default), json, sarif, github (annotations), gitlab (code\n"
          "quality), checkstyle or html (a page)",
          "text|json|sarif|github|gitlab|checkstyle|html"};
}

StringRef tierOf(StringRef check) {
  const checks::CheckInfo *info = checks::findCheck(check);
  return info ? checks::spelling(info->tier) : "bug";
}

const Fix *Report::usableFix(const Finding &finding) const {
  const Fix *best = nullptr;
  for (const Fix &fix : finding.fixes)
    if ((!best || (fix.safe && !best->safe)) && !whyNot(fix))
      best = &fix;
  return best;
}

std::optional<std::string> Report::whyNot(const Fix &fix) const {
  if (!project)
    return std::nullopt;
  for (const Edit &edit : fix.edits)
    if (auto reason = project->whyReadOnly(edit.where.file))
      return reason;
  return std::nullopt;
}

ExitStatus Report::status(StringRef failOn) const {
  if (!problems.empty())
    return Failed;
  auto severity = [](StringRef tier) {
    return tier == "bug" ? 2 : tier == "cost" ? 1 : tier == "advice" ? 0 : 3;
  };
  return any_of(findings,
                [&](const Finding &finding) {
                  return finding.isError ||
                         severity(tierOf(finding.check)) >= severity(failOn);
                })
             ? Findings
             : Clean;
}

std::string Report::path(StringRef file) const {
  return json::fixUTF8(relativeTo(file, root));
}

std::vector<std::string> Report::numberedFingerprints() const {
  std::map<std::pair<StringRef, StringRef>, unsigned> seen;
  std::vector<std::string> result;
  for (const Finding &finding : findings) {
    unsigned number = ++seen[{finding.message.where.file, finding.fingerprint}];
    result.push_back(formatv("{0}:{1}", finding.fingerprint, number));
  }
  return result;
}

std::string Report::tierCounts() const {
  std::map<StringRef, size_t> tiers;
  for (const Finding &finding : findings)
    ++tiers[tierOf(finding.check)];
  SmallVector<std::string> counts;
  for (StringRef tier : {"bug", "cost", "advice"})
    if (tiers[tier])
      counts.push_back(formatv("{0} {1}", tiers[tier], tier));
  return join(counts, ", ");
}

StringRef bySeverity(const Finding &finding, StringRef bug, StringRef cost,
                     StringRef advice) {
  StringRef tier = tierOf(finding.check);
  return finding.isError || tier == "bug" ? bug
         : tier == "cost"                 ? cost
                                          : advice;
}

StringRef describe(const Problem &problem) {
  if (problem.kind == "crash" || problem.kind == "missing")
    return "was not linted";
  if (problem.kind == "write")
    return "was not fixed";
  if (problem.kind == "configuration")
    return "was not linted as configured";
  return "did not parse";
}

std::string counted(size_t count, StringRef noun) {
  return formatv("{0} {1}{2}", count, noun, count == 1 ? "" : "s");
}

void printReport(const Report &report, Sources &sources, StringRef format) {
  const Format *chosen = find_if(
      formats, [&](const Format &known) { return known.name == format; });
  (chosen == std::end(formats) ? printText : *chosen->print)(report, sources,
                                                             outs());
  outs().flush();
}

} // namespace heddle::tool
