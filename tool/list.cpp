#include "command.h"

#include "framework/check_info.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace heddle::checks;
using namespace llvm;

namespace heddle::tool {
namespace {

void printTable() {
  size_t width = 0;
  for (const RegisteredCheck &check : allChecks())
    width = std::max(width, check.name.size());
  for (const auto &[name, info] : allChecks())
    outs() << left_justify(name, width) << "  "
           << left_justify(spelling(info->tier), 6) << "  "
           << left_justify(spelling(info->fix), 4) << "  " << info->summary
           << "\n";
}

void printJsonList() {
  json::OStream json(outs(), /*IndentSize=*/2);
  json.array([&] {
    for (const auto &[name, info] : allChecks())
      json.object([&] {
        json.attribute("name", name);
        json.attribute("summary", info->summary);
        json.attribute("tier", spelling(info->tier));
        json.attribute("fix", spelling(info->fix));
        json.attribute("seeds", info->seeds);
        json.attribute("since", info->since);
        json.attributeArray("yields_to", [&] {
          for (StringRef specific : info->yieldsTo)
            json.value(("heddle-" + specific).str());
        });
        json.attribute("head", pageHead({name, info}));
        json.attributeArray("options", [&] {
          for (const OptionInfo &option : info->options)
            json.object([&] {
              json.attribute("name", option.name);
              json.attribute("type", spelling(option.type));
              json.attribute("default", option.defaultValue);
              json.attribute("doc", option.doc);
            });
        });
      });
  });
  outs() << "\n";
}

ExitStatus runList(const Arguments &arguments) {
  if (!arguments.positional.empty())
    return fail("'heddle list' takes no arguments; one check is shown by "
                "'heddle explain " +
                arguments.positional.front() + "'");
  arguments.get("format") == "json" ? printJsonList() : printTable();
  return Clean;
}

} // namespace

const Command listCommand = {
    .name = "list",
    .usage = "list [--format text|json]",
    .summary = "Shows every check: its name, tier, fixes (S safe, R to "
               "review) and what it finds.",
    .details = "",
    .options = {{"format", "FORMAT", "text (default) or json", "text|json"}},
    .run = runList};

} // namespace heddle::tool
