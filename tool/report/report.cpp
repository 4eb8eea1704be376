#include "report/report.h"

#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {

Option formatOption() {
  return {"format", "FORMAT", "text (default) or json", "text|json"};
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

void printReport(const Report &report, Sources &sources, StringRef format) {
  if (format == "json")
    printJson(report, sources, outs());
  else
    printText(report, sources, outs());
  outs().flush();
}

} // namespace heddle::tool
