#include "report/report.h"

#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace llvm;

namespace heddle::tool {
namespace {

/// Source text may hold anything; a terminal must not act on it.
std::string printable(StringRef text) {
  std::string result;
  for (char c : text)
    result += (unsigned(c) & 0xff) < 0x20 || c == 0x7f ? ' ' : c;
  return result;
}

/// A line of source as a terminal shows it, and where its bytes come to stand.
class ShownLine {
public:
  explicit ShownLine(StringRef line) {
    for (StringRef rest = line; !rest.empty();) {
      size_t size = 1;
      while (size < rest.size() && (rest[size] & 0xc0) == 0x80)
        ++size;
      columns.append(size, width);
      if (rest[0] == '\t') {
        unsigned step = tabWidth - width % tabWidth;
        shown.append(step, ' ');
        width += step;
      } else {
        shown += printable(rest.take_front(size));
        width +=
            std::max(1, sys::unicode::columnWidthUTF8(rest.take_front(size)));
      }
      rest = rest.drop_front(size);
    }
  }

  StringRef text() const { return shown; }
  unsigned column(size_t byte) const {
    return byte < columns.size() ? columns[byte] : width;
  }

private:
  static constexpr unsigned tabWidth = 8;
  std::string shown;
  SmallVector<unsigned, 128> columns;
  unsigned width = 0;
};

class TextPrinter {
public:
  TextPrinter(Sources &sources, raw_ostream &out)
      : sources(sources), out(out) {}

  void print(const Report &report, const Finding &finding) {
    StringRef tier = tierOf(finding.check);
    printHead(finding.message.where, finding.isError ? "error" : "warning",
              finding.isError ? raw_ostream::RED : raw_ostream::MAGENTA);
    out.changeColor(raw_ostream::SAVEDCOLOR, /*Bold=*/true)
        << printable(finding.message.text);
    out.resetColor() << " [" << finding.check << "] ";
    out.changeColor(raw_ostream::BLACK, /*Bold=*/true) << tier;
    out.resetColor() << "\n";
    printSnippet(finding.message);
    for (const Message &note : finding.notes)
      printNote(note);
    printFix(report, finding);
    out << "\n";
  }

  void printError(const Message &message) {
    printHead(message.where, "error", raw_ostream::RED);
    out << printable(message.text) << "\n";
    printSnippet(message);
  }

  void printNote(const Message &note) {
    if (note.where.file.empty()) {
      out << "      = " << printable(note.text) << "\n";
      return;
    }
    printHead(note.where, "note", raw_ostream::CYAN);
    out << printable(note.text) << "\n";
    printSnippet(note);
  }

  void printSummary(const Report &report) {
    std::set<StringRef> files;
    size_t safe = 0, review = 0;
    for (const Finding &finding : report.findings) {
      files.insert(finding.message.where.file);
      if (const Fix *fix = report.usableFix(finding))
        ++(fix->safe ? safe : review);
    }
    StringRef introduced = report.comparison ? " introduced" : "";
    if (report.findings.empty())
      out.changeColor(raw_ostream::GREEN) << "no findings" << introduced;
    else
      out.changeColor(raw_ostream::SAVEDCOLOR, /*Bold=*/true)
          << counted(report.findings.size(), "finding") << introduced;
    out.resetColor();
    if (!report.findings.empty())
      out << " (" << report.tierCounts() << ") in "
          << counted(files.size(), "file");
    out << ", " << lintedUnits(report) << " linted";
    if (report.cachedUnits)
      out << formatv(" ({0} unchanged)", report.cachedUnits);
    out << "\n";
    if (const auto &comparison = report.comparison)
      out << formatv("  since {0}: {1} fixed, {2} known\n", comparison->with,
                     comparison->fixed.size(), comparison->known.size());
    if (report.accepted)
      out << formatv("  {0} accepted by {1}\n", report.accepted->count,
                     displayPath(report.accepted->file));
    if (safe)
      out << formatv("  {0,3} with a safe fix:       heddle fix{1}\n", safe,
                     report.selectionWords);
    if (review)
      out << formatv("  {0,3} with a fix to review:  heddle fix --unsafe{1}\n",
                     review, report.selectionWords);
  }

private:
  static std::string lintedUnits(const Report &report) {
    std::set<StringRef> failed;
    for (const auto &[unit, problem] : report.problems)
      if (problem.kind == "parse" || problem.kind == "crash")
        failed.insert(unit);
    if (failed.empty())
      return counted(report.units, "unit");
    return formatv("{0} of {1}", report.units - failed.size(),
                   counted(report.units, "unit"));
  }

  void printHead(const Span &where, StringRef level,
                 raw_ostream::Colors color) {
    if (!where.file.empty()) {
      Position position = sources.locate(where);
      out.changeColor(raw_ostream::SAVEDCOLOR, /*Bold=*/true)
          << printable(displayPath(where.file)) << ":" << position.line << ":"
          << position.column << ": ";
    }
    out.changeColor(color, /*Bold=*/true) << level << ": ";
    out.resetColor();
  }

  void printSnippet(const Message &message) {
    if (message.where.file.empty() || !sources.canRead(message.where.file))
      return;
    Position caret = sources.locate(message.where);
    StringRef source = sources.line(message.where.file, caret.line);
    if (source.trim().empty())
      return;
    ShownLine line(source);
    std::string marks(line.column(source.size()) + 1, ' ');
    unsigned lineStart = message.where.offset - (caret.column - 1);
    for (const Span &range : message.ranges) {
      if (range.file != message.where.file)
        continue;
      unsigned begin = std::max(range.offset, lineStart) - lineStart;
      unsigned end =
          std::max(range.offset + range.length, lineStart) - lineStart;
      end = std::min<unsigned>(end, source.rtrim().size());
      for (unsigned i = line.column(begin); i < line.column(end); ++i)
        marks[i] = '~';
    }
    marks[line.column(caret.column - 1)] = '^';
    out << format("%5u | ", caret.line) << line.text() << "\n      | ";
    out.changeColor(raw_ostream::GREEN, /*Bold=*/true)
        << StringRef(marks).rtrim();
    out.resetColor() << "\n";
  }

  void printFix(const Report &report, const Finding &finding) {
    if (finding.fixes.empty())
      return;
    out << "      = ";
    out.changeColor(raw_ostream::GREEN, /*Bold=*/true) << "fix: ";
    out.resetColor();
    const Fix *fix = report.usableFix(finding);
    if (!fix)
      out << "not made: " << *report.whyNot(finding.fixes.front()) << "\n";
    else if (fix->safe)
      out << "safe, by 'heddle fix'\n";
    else
      out << "to review, by 'heddle fix --unsafe': "
          << printable(fix->description) << "\n";
  }

  Sources &sources;
  raw_ostream &out;
};

} // namespace

void printText(const Report &report, Sources &sources, raw_ostream &out) {
  TextPrinter printer(sources, out);
  for (const Finding &finding : report.findings)
    printer.print(report, finding);
  printer.printSummary(report);
}

void printProblems(const Report &report, Sources &sources) {
  for (const std::string &remark : report.remarks)
    errs() << "heddle: note: " << printable(remark) << "\n";
  TextPrinter printer(sources, errs());
  std::set<std::tuple<std::string, unsigned, std::string>> told;
  std::set<std::pair<StringRef, StringRef>> headed;
  for (const auto &[unit, problem] : report.problems) {
    const Message &message = problem.message;
    if (!told.emplace(message.where.file, message.where.offset,
                      message.where.file.empty() ? unit + message.text
                                                 : message.text)
             .second)
      continue;
    StringRef what = describe(problem);
    std::string head = printable(displayPath(unit)) + " " + what.str();
    if (!problem.check.empty())
      head += " (" + problem.check + " was running)";
    if (message.where.file.empty())
      fail(head + ": " + printable(message.text));
    else if (headed.insert({unit, what}).second)
      fail(head);
    if (!message.where.file.empty())
      printer.printError(message);
    for (const Message &note : problem.notes)
      printer.printNote(note);
  }
}

} // namespace heddle::tool
