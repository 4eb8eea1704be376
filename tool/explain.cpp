#include "check_selection.h"
#include "command.h"
#include "pages.h"

#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace heddle::checks;
using namespace llvm;

namespace heddle::tool {
namespace {

/// The page as it reads in a terminal: without the markers of its head.
void printPage(StringRef page) {
  while (!page.empty()) {
    auto [line, rest] = page.split('\n');
    page = rest;
    if (!line.starts_with("<!--"))
      outs() << line << "\n";
  }
}

ExitStatus runExplain(const Arguments &arguments) {
  if (arguments.positional.size() != 1)
    return fail("name one check: heddle explain CHECK\n  'heddle list' shows "
                "them all");
  std::string name = arguments.positional.front();
  if (!StringRef(name).starts_with("heddle-"))
    name = "heddle-" + name;
  const auto *check = find_if(
      allChecks(), [&](const RegisteredCheck &c) { return c.name == name; });
  if (check == allChecks().end())
    return fail("no check is called '" + arguments.positional.front() + "'" +
                didYouMean(name, checkNames()) +
                "\n  'heddle list' shows them all");
  StringRef page = pageOf(name);
  printPage(page.empty() ? StringRef(pageHead(*check)) : page);
  return Clean;
}

} // namespace

const Command explainCommand = {
    .name = "explain",
    .usage = "explain CHECK",
    .summary = "Shows a check's page: what it finds, why that costs, before "
               "and after, when not to.",
    .details = "",
    .options = {},
    .run = runExplain};

} // namespace heddle::tool
