#include "check_selection.h"

#include "command.h"
#include "paths.h"

#include "framework/enabled.h"

#include "clang-tidy/GlobList.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/SourceMgr.h"

using namespace clang::tidy;
using namespace heddle::checks;
using namespace llvm;

namespace heddle::tool {
namespace {

SmallVector<StringRef> split(StringRef globs) {
  SmallVector<StringRef> items;
  SplitString(globs, items, ", \n\t");
  return items;
}

Tier tierOf(StringRef word) {
  return word == "bug"      ? Tier::Bug
         : word == "advice" ? Tier::Advice
                            : Tier::Cost;
}

} // namespace

SmallVector<StringRef> checkNames() {
  return map_to_vector(allChecks(),
                       [](const RegisteredCheck &c) { return c.name; });
}

Expected<CheckSelection> CheckSelection::parse(StringRef globs,
                                               StringRef tier) {
  CheckSelection result;
  result.tier = tier;
  for (StringRef item : split(globs)) {
    bool negative = item.consume_front("-");
    std::string glob = item.starts_with(namePrefix) || item.starts_with("*")
                           ? item.str()
                           : (namePrefix + item).str();
    GlobList list(glob);
    if (none_of(checkNames(),
                [&](StringRef name) { return list.contains(name); }))
      return makeError("no check is called '" + item + "'" +
                       didYouMean(glob, checkNames()) +
                       "\n  'heddle list' shows them all");
    result.globs += (result.globs.empty() ? "" : ",") +
                    std::string(negative ? "-" : "") + glob;
  }
  return result;
}

std::string CheckSelection::globsFor(StringRef configured) const {
  Tier leastSevere = tierOf(tier);
  std::string result = "-*";
  if (globs.empty()) {
    result += "," + enabledChecks(configured, leastSevere);
  } else {
    bool fromAll = StringRef(globs).starts_with("-");
    result += (fromAll ? globsOfTier(leastSevere) : "") + "," + globs;
  }

  if (!tier.empty())
    for (const RegisteredCheck &check : allChecks())
      if (check.info->tier > leastSevere)
        result += (",-" + check.name).str();
  return result;
}

json::Value toJSON(const CheckSelection &selection) {
  return json::Object{{"globs", selection.globs}, {"tier", selection.tier}};
}

bool fromJSON(const json::Value &value, CheckSelection &selection,
              json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("globs", selection.globs) &&
         map.map("tier", selection.tier);
}

Configuration::Configuration(CheckSelection selection,
                             IntrusiveRefCntPtr<vfs::FileSystem> files)
    : FileOptionsProvider({}, ClangTidyOptions::getDefaults(), {},
                          std::move(files)),
      selection(std::move(selection)) {
  ConfigHandlers = {
      {".clang-tidy", [this](MemoryBufferRef text) { return read(text); }}};
}

std::vector<Configuration::OptionsSource>
Configuration::getRawOptions(StringRef file) {
  std::vector<OptionsSource> sources = FileOptionsProvider::getRawOptions(file);
  std::string configured;
  for (auto &[options, origin] : sources) {
    if (options.Checks)
      configured += *options.Checks + ",";
    options.Checks.reset();
  }
  ClangTidyOptions checks;
  checks.Checks = selection.globsFor(configured);
  sources.emplace_back(std::move(checks), "heddle");
  return sources;
}

ErrorOr<ClangTidyOptions> Configuration::read(MemoryBufferRef text) {
  std::string file = realPath(text.getBufferIdentifier());
  texts.emplace_back(file, text.getBuffer().str());
  size_t before = found.size();
  ErrorOr<ClangTidyOptions> options =
      parseConfigurationWithDiags(text, [&](const SMDiagnostic &diagnostic) {
        const char *at = diagnostic.getLoc().getPointer();
        unsigned offset = at ? at - text.getBufferStart() : 0;
        found.push_back({{file, offset, 0}, diagnostic.getMessage().str()});
      });
  if (options)
    checkOptionNames(*options);
  else if (found.size() == before)
    found.push_back({{file, 0, 0}, options.getError().message()});
  return options;
}

void Configuration::checkOptionNames(const ClangTidyOptions &options) {
  auto mistake = [&](const Twine &text) {
    std::string message = text.str();
    found.push_back({placeOf(message), message});
  };
  for (StringRef key : options.CheckOptions.keys()) {
    if (!key.starts_with(namePrefix))
      continue;
    auto [name, option] = key.split('.');
    const CheckInfo *check = findCheck(name);
    if (!check) {
      mistake("'" + key + "': there is no such check" +
              didYouMean(name, checkNames()));
      continue;
    }
    auto names = map_to_vector(check->options,
                               [](const OptionInfo &o) { return o.name; });
    if (!is_contained(names, option))
      mistake("'" + key + "': the check has no such option" +
              didYouMean(option, names));
  }
}

Span Configuration::placeOf(StringRef message) const {
  StringRef quoted = message.split('\'').second.split('\'').first;
  SmallVector<StringRef> match;
  for (const auto &[file, text] : texts)
    if (Regex("(" + Regex::escape(quoted) + ")[^A-Za-z0-9_-]")
            .match(text, &match))
      return {file, unsigned(match[1].data() - text.data()), 0};
  return {};
}

} // namespace heddle::tool
