#include "report/html_assets.h"
#include "report/report.h"

#include "diff.h"

#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace heddle::tool {
namespace {

/// Text of files, messages and names: nothing in it is markup.
std::string escaped(StringRef text) {
  std::string plain;
  for (char c : json::fixUTF8(text))
    plain +=
        (c >= 0 && c < 0x20 && c != '\t' && c != '\n') || c == 0x7f ? ' ' : c;
  std::string result;
  raw_string_ostream out(result);
  printHTMLEscaped(plain, out);
  return result;
}

std::string badge(StringRef tier) {
  return formatv("<span class=\"badge {0}\">{0}</span>", tier);
}

/// Bugs weigh most, advice least.
unsigned weight(StringRef tier) {
  return tier == "bug" ? 9 : tier == "cost" ? 3 : 1;
}

constexpr StringRef tiers[] = {"bug", "cost", "advice"};

class HtmlWriter {
public:
  HtmlWriter(const Report &report, Sources &sources, raw_ostream &out)
      : report(report), sources(sources), out(out) {
    for (auto [index, finding] : enumerate(report.findings)) {
      byTier[tierOf(finding.check)].push_back(index);
      byCheck[finding.check].push_back(index);
      byFile[finding.message.where.file].push_back(index);
    }
  }

  void write() {
    writeHead();
    writeSummary();
    out << "<main id=\"findings\">\n";
    writeProblems();
    if (report.findings.empty())
      out << "<p class=\"none\">No findings.</p>\n";
    for (StringRef tier : tiers)
      writeTier(tier);
    writeFiles();
    writeChecks();
    out << "</main>\n<footer><p>Heddle " HEDDLE_VERSION
           ". <code>heddle explain CHECK</code> shows the page of a check, "
           "<code>heddle fix</code> makes the safe fixes.</p></footer>\n"
        << "<script>" << htmlScript << "</script>\n</body>\n</html>\n";
  }

private:
  /// Whatever a source file may hold, no script but ours runs, and nothing is
  /// loaded.
  void writeHead() {
    auto digest = SHA256::hash(arrayRefFromStringRef(htmlScript));
    out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
           "'none'; style-src 'unsafe-inline'; script-src 'sha256-"
        << encodeBase64(digest)
        << "'\">\n<meta name=\"viewport\" content=\"width=device-width, "
           "initial-scale=1\">\n<title>"
        << counted(report.findings.size(), "finding") << " in "
        << escaped(projectName()) << "</title>\n<style>" << htmlStyle
        << "</style>\n</head>\n<body>\n"
           "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n";
  }

  StringRef projectName() const {
    return StringRef(report.root).rsplit('/').second;
  }

  void writeTile(size_t number, StringRef kind, StringRef label) {
    out << formatv("<li class=\"{0}\"><b>{1}</b><span>{2}</span></li>\n", kind,
                   number, label);
  }

  void writeSummary() {
    out << "<header>\n<h1>" << escaped(projectName()) << "</h1>\n"
        << "<p class=\"soft\">"
        << (report.comparison
                ? "What was introduced since <code>" +
                      escaped(report.comparison->with) + "</code>"
                : std::string("Scheduler and concurrency findings"))
        << ", in " << counted(report.units, "unit") << "</p>\n"
        << "<ul class=\"tiles\">\n";
    for (StringRef tier : tiers)
      writeTile(byTier[tier].size(), byTier[tier].empty() ? "" : tier,
                tier == "bug"    ? "bugs"
                : tier == "cost" ? "costs"
                                 : "advice");
    size_t safe = count_if(report.findings, [&](const Finding &finding) {
      const Fix *fix = report.usableFix(finding);
      return fix && fix->safe;
    });
    writeTile(safe, safe ? "good" : "", "safe fixes");
    if (report.comparison) {
      writeTile(report.comparison->fixed.size(), "good", "fixed");
      writeTile(report.comparison->known.size(), "", "known before");
    }
    if (report.accepted)
      writeTile(report.accepted->count, "", "accepted");
    out << "</ul>\n";
    if (!report.findings.empty()) {
      out << "<nav aria-label=\"Views\"><ul><li><a href=\"#findings\">By "
             "severity</a></li><li><a href=\"#files\">By file</a></li><li><a "
             "href=\"#checks\">By check</a></li></ul></nav>\n"
             "<div class=\"tools\" role=\"search\" hidden><input "
             "type=\"search\" placeholder=\"Narrow down: file, check, "
             "word\" aria-label=\"Narrow the findings down\">\n";
      for (StringRef tier : tiers)
        out << formatv("<label><input type=\"checkbox\" value=\"{0}\" "
                       "checked>{0}</label>\n",
                       tier);
      out << "<output class=\"soft\" aria-live=\"polite\"></output></div>\n";
    }
    out << "</header>\n";
  }

  void writeProblems() {
    if (report.problems.empty() && report.remarks.empty())
      return;
    out << "<h2>Not linted</h2>\n";
    for (const auto &[unit, problem] : report.problems) {
      out << "<article class=\"card bug\"><h3>" << escaped(report.path(unit))
          << " " << describe(problem) << "</h3><p>"
          << escaped(problem.message.text) << "</p>";
      if (!problem.message.where.file.empty()) {
        out << "<p class=\"place\">" << place(problem.message.where) << "</p>";
        writeSnippet(problem.message.where, 1);
      }
      out << "</article>\n";
    }
    for (const std::string &remark : report.remarks)
      out << "<p class=\"soft\">" << escaped(remark) << "</p>\n";
  }

  void writeTier(StringRef tier) {
    if (byTier[tier].empty())
      return;
    out << "<h2>"
        << (tier == "bug"    ? "Bugs: the program is wrong"
            : tier == "cost" ? "Costs: the program is slow"
                             : "Advice: it depends")
        << "</h2>\n";
    // The hottest files first.
    std::vector<size_t> order = byTier[tier];
    llvm::stable_sort(order, [&](size_t a, size_t b) {
      return heat(report.findings[a].message.where.file) >
             heat(report.findings[b].message.where.file);
    });
    for (size_t index : order)
      writeFinding(index);
  }

  unsigned heat(const std::string &file) {
    unsigned sum = 0;
    for (size_t index : byFile[file])
      sum += weight(tierOf(report.findings[index].check));
    return sum;
  }

  std::string place(const Span &where) {
    Position position = sources.locate(where);
    return formatv("{0}:{1}:{2}", escaped(report.path(where.file)),
                   position.line, position.column);
  }

  void writeFinding(size_t index) {
    const Finding &finding = report.findings[index];
    StringRef tier = tierOf(finding.check);
    out << formatv("<article class=\"card finding {0}\" id=\"f{1}\" "
                   "data-tier=\"{0}\">\n<h3>{2}</h3>\n<div class=\"meta\">{3}"
                   "<a href=\"#{4}\"><code>{4}</code></a><span "
                   "class=\"place\">{5}</span></div>\n",
                   tier, index, escaped(finding.message.text), badge(tier),
                   escaped(finding.check), place(finding.message.where));
    writeSnippet(finding.message.where, 2);
    if (!finding.notes.empty()) {
      out << "<ol class=\"story\">\n";
      for (const Message &note : finding.notes) {
        out << "<li>" << escaped(note.text);
        if (!note.where.file.empty()) {
          out << " <span class=\"place\">" << place(note.where) << "</span>";
          writeSnippet(note.where, 0);
        }
        out << "</li>\n";
      }
      out << "</ol>\n";
    }
    for (const Fix &fix : finding.fixes)
      if (!report.whyNot(fix))
        writeFix(fix);
    out << "</article>\n";
  }

  void writeSnippet(const Span &where, unsigned around) {
    if (!sources.canRead(where.file))
      return;
    unsigned line = sources.locate(where).line;
    out << "<pre tabindex=\"0\">";
    for (unsigned at = line - std::min(line - 1, around); at <= line + around;
         ++at) {
      if (at > line && !sources.hasLine(where.file, at))
        break;
      out << formatv("<span{0}><i>{1}</i>{2}</span>",
                     at == line ? " class=\"at\"" : "", at,
                     escaped(sources.line(where.file, at)));
    }
    out << "</pre>\n";
  }

  void writeFix(const Fix &fix) {
    out << "<details><summary>"
        << (fix.safe ? std::string("Fix, safe")
                     : "Fix, to review: " + escaped(fix.description))
        << "</summary>\n<pre tabindex=\"0\">";
    for (auto edits = ArrayRef(fix.edits); !edits.empty();) {
      const std::string &file = edits.front().where.file;
      ArrayRef<Edit> ofFile = edits.take_while(
          [&](const Edit &edit) { return edit.where.file == file; });
      edits = edits.drop_front(ofFile.size());
      std::string patch;
      raw_string_ostream stream(patch);
      std::string before = sources.text(file).str();
      printDiff(report.path(file), before, edited(before, ofFile), stream);
      SmallVector<StringRef> lines;
      StringRef(patch).rtrim('\n').split(lines, '\n');
      for (StringRef line : lines) {
        StringRef kind = line.starts_with("---") || line.starts_with("+++") ||
                                 line.starts_with("@@")
                             ? "hunk"
                         : line.starts_with("+") ? "add"
                         : line.starts_with("-") ? "del"
                                                 : "same";
        out << "<span class=\"" << kind << "\">" << escaped(line) << "</span>";
      }
    }
    out << "</pre></details>\n";
  }

  static std::string edited(std::string text, ArrayRef<Edit> edits) {
    for (const Edit &edit : reverse(edits))
      if (edit.where.offset <= text.size())
        text.replace(edit.where.offset, edit.where.length, edit.text);
    return text;
  }

  void writeLinks(ArrayRef<size_t> indices, bool withFile) {
    out << "<td><div class=\"links\">";
    for (size_t index : indices) {
      const Span &where = report.findings[index].message.where;
      unsigned line = sources.locate(where).line;
      out << formatv("<a href=\"#f{0}\">{1}{2}</a>", index,
                     withFile ? escaped(report.path(where.file)) + ":" : "",
                     line);
    }
    out << "</div></td>";
  }

  void writeFiles() {
    if (byFile.empty())
      return;
    out << "<h2 id=\"files\">By file, the hottest first</h2>\n"
           "<div class=\"table\"><table><thead><tr><th>File</th><th "
           "class=\"wide\">Heat</th><th class=\"n\">Findings</th><th>"
           "Lines</th></tr></thead><tbody>\n";
    std::vector<std::pair<unsigned, std::string>> order;
    for (const auto &[file, indices] : byFile)
      order.emplace_back(heat(file), file);
    llvm::stable_sort(
        order, [](const auto &a, const auto &b) { return a.first > b.first; });
    for (const auto &[sum, file] : order) {
      out << "<tr><th scope=\"row\"><code>" << escaped(report.path(file))
          << "</code></th><td class=\"wide\"><div class=\"heat\" "
             "aria-hidden=\"true\">";
      for (StringRef tier : tiers) {
        unsigned part = 0;
        for (size_t index : byFile[file])
          if (tierOf(report.findings[index].check) == tier)
            part += weight(tier);
        if (part)
          out << formatv("<span class=\"{0}\" style=\"width:{1}%\"></span>",
                         tier, std::max(1u, 100 * part / order.front().first));
      }
      out << "</div></td><td class=\"n\">" << byFile[file].size() << "</td>";
      writeLinks(byFile[file], /*withFile=*/false);
      out << "</tr>\n";
    }
    out << "</tbody></table></div>\n";
  }

  void writeChecks() {
    if (byCheck.empty())
      return;
    out << "<h2 id=\"checks\">By check</h2>\n";
    for (const auto &[check, indices] : byCheck) {
      const checks::CheckInfo *info = checks::findCheck(check);
      out << formatv("<article class=\"card {0}\" id=\"{1}\"><h3><code>{1}"
                     "</code></h3><div class=\"meta\">{2}<span>{3}</span>"
                     "</div>\n<table><tbody><tr>",
                     tierOf(check), escaped(check), badge(tierOf(check)),
                     info ? escaped(info->summary) : "");
      writeLinks(indices, /*withFile=*/true);
      out << "</tr></tbody></table></article>\n";
    }
  }

  const Report &report;
  Sources &sources;
  raw_ostream &out;
  std::map<StringRef, std::vector<size_t>> byTier, byCheck;
  std::map<std::string, std::vector<size_t>> byFile;
};

} // namespace

void printHtml(const Report &report, Sources &sources, raw_ostream &out) {
  HtmlWriter(report, sources, out).write();
}

} // namespace heddle::tool
