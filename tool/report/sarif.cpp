#include "report/report.h"

#include "pages.h"
#include "paths.h"

#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace heddle::tool {
namespace {

constexpr StringRef rootName = "%SRCROOT%";

/// A path as a URI has it.
std::string uri(StringRef path) {
  std::string result;
  for (char c : path)
    if (isAlnum(c) || StringRef("/-._~!$&'()*+,;=@").contains(c))
      result += c;
    else
      (result += "%") += utohexstr((unsigned char)c, false, 2);
  return result;
}

/// Version 2.1.0 of the OASIS standard. Columns count code points.
class SarifWriter {
public:
  SarifWriter(const Report &report, Sources &sources, raw_ostream &out)
      : report(report), sources(sources), json(out, /*IndentSize=*/2) {
    for (const Finding &finding : report.findings)
      rules.try_emplace(finding.check, 0);
    for (auto [index, rule] : enumerate(rules))
      rule.second = index;
  }

  void write() {
    json.object([&] {
      json.attribute("$schema",
                     "https://json.schemastore.org/sarif-2.1.0.json");
      json.attribute("version", "2.1.0");
      json.attributeArray("runs", [&] { json.object([&] { writeRun(); }); });
    });
  }

private:
  void writeRun() {
    json.attributeObject("tool", [&] {
      json.attributeObject("driver", [&] {
        json.attribute("name", "Heddle");
        json.attribute("version", HEDDLE_VERSION);
        json.attributeArray("rules", [&] {
          for (const auto &[rule, index] : rules)
            json.object([&] { writeRule(rule); });
        });
      });
    });
    json.attributeObject("originalUriBaseIds", [&] {
      json.attributeObject(rootName, [&] {
        json.attribute("uri", "file://" + uri(report.root) + "/");
      });
    });
    json.attribute("columnKind", "unicodeCodePoints");
    json.attributeArray("invocations", [&] {
      json.object([&] {
        json.attribute("executionSuccessful", report.problems.empty());
        json.attributeArray("toolExecutionNotifications", [&] {
          for (const auto &[unit, problem] : report.problems)
            json.object([&] { writeNotification(unit, problem); });
        });
      });
    });
    json.attributeArray("results", [&] {
      for (auto [finding, fingerprint] :
           zip(report.findings, report.numberedFingerprints()))
        json.object([&] { writeResult(finding, fingerprint); });
    });
  }

  void writeRule(StringRef name) {
    json.attribute("id", name);
    const checks::CheckInfo *info = checks::findCheck(name);
    if (!info)
      return;
    writeText("shortDescription", info->summary);
    json.attributeObject("help", [&] {
      json.attribute("text", ("heddle explain " + name).str());
      if (StringRef page = pageOf(name); !page.empty())
        json.attribute("markdown", json::fixUTF8(page));
    });
    json.attributeObject("defaultConfiguration", [&] {
      json.attribute("level", info->tier == checks::Tier::Bug    ? "error"
                              : info->tier == checks::Tier::Cost ? "warning"
                                                                 : "note");
    });
    json.attributeObject("properties", [&] {
      json.attribute("tier", checks::spelling(info->tier));
      json.attributeArray("tags", [&] { json.value("concurrency"); });
    });
  }

  void writeNotification(StringRef unit, const Problem &problem) {
    json.attribute("level", "error");
    std::string text =
        (report.path(unit) + " " + describe(problem) + ": ").str();
    writeText("message", text + problem.message.text);
    json.attributeArray("locations", [&] {
      json.object([&] {
        Span where = problem.message.where;
        json.attributeObject("physicalLocation", [&] {
          writeFile(where.file.empty() ? unit : StringRef(where.file));
          if (!where.file.empty())
            writeRegion("region", where);
        });
      });
    });
  }

  void writeResult(const Finding &finding, StringRef fingerprint) {
    json.attribute("ruleId", finding.check);
    json.attribute("ruleIndex", rules[finding.check]);
    json.attribute("level", bySeverity(finding, "error", "warning", "note"));
    std::string text = finding.message.text;
    for (const Message &note : finding.notes)
      if (note.where.file.empty())
        text += "\n" + note.text;
    writeText("message", text);
    json.attributeArray("locations", [&] {
      json.object([&] { writeLocation(finding.message.where); });
    });
    json.attributeArray("relatedLocations", [&] {
      for (const Message &note : finding.notes)
        if (!note.where.file.empty())
          json.object([&] {
            writeLocation(note.where);
            writeText("message", note.text);
          });
    });
    json.attributeObject("partialFingerprints",
                         [&] { json.attribute("heddle/v1", fingerprint); });
    if (report.comparison)
      json.attribute("baselineState", "new");
    json.attributeArray("fixes", [&] {
      for (const Fix &fix : finding.fixes)
        if (!report.whyNot(fix))
          json.object([&] { writeFix(fix); });
    });
    json.attributeObject(
        "properties", [&] { json.attribute("tier", tierOf(finding.check)); });
  }

  void writeFix(const Fix &fix) {
    writeText("description", fix.safe ? "safe" : fix.description);
    json.attributeArray("artifactChanges", [&] {
      for (auto edits = ArrayRef(fix.edits); !edits.empty();) {
        ArrayRef<Edit> ofFile = edits.take_while([&](const Edit &edit) {
          return edit.where.file == edits.front().where.file;
        });
        edits = edits.drop_front(ofFile.size());
        json.object([&] {
          writeFile(ofFile.front().where.file);
          json.attributeArray("replacements", [&] {
            for (const Edit &edit : ofFile)
              json.object([&] {
                writeRegion("deletedRegion", edit.where);
                writeText("insertedContent", edit.text);
              });
          });
        });
      }
    });
  }

  void writeLocation(const Span &where) {
    json.attributeObject("physicalLocation", [&] {
      writeFile(where.file);
      writeRegion("region", where);
    });
  }

  void writeFile(StringRef file) {
    json.attributeObject("artifactLocation", [&] {
      if (isUnder(file, report.root)) {
        json.attribute("uri", uri(relativeTo(file, report.root)));
        json.attribute("uriBaseId", rootName);
      } else {
        json.attribute("uri", "file://" + uri(file));
      }
    });
  }

  void writeRegion(StringRef name, const Span &where) {
    json.attributeObject(name, [&] {
      Position begin = sources.locate(where);
      json.attribute("startLine", begin.line);
      json.attribute("startColumn", column(where.file, begin));
      if (name == "region")
        return;
      Position end =
          sources.locate({where.file, where.offset + where.length, 0});
      json.attribute("endLine", end.line);
      json.attribute("endColumn", column(where.file, end));
    });
  }

  unsigned column(StringRef file, Position position) {
    StringRef before =
        sources.line(file, position.line).take_front(position.column - 1);
    // A line that is shorter than its column cannot be read: bytes must do.
    unsigned missing = position.column - 1 - before.size();
    return 1 + missing +
           count_if(before, [](char c) { return (c & 0xc0) != 0x80; });
  }

  void writeText(StringRef name, StringRef text) {
    json.attributeObject(name,
                         [&] { json.attribute("text", json::fixUTF8(text)); });
  }

  const Report &report;
  Sources &sources;
  json::OStream json;
  std::map<StringRef, size_t> rules;
};

} // namespace

void printSarif(const Report &report, Sources &sources, raw_ostream &out) {
  SarifWriter(report, sources, out).write();
  out << "\n";
}

} // namespace heddle::tool
