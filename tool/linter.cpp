#include "linter.h"

#include "merger.h"
#include "paths.h"
#include "progress.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Threading.h"

using namespace llvm;

namespace heddle::tool {

std::vector<Option> lintOptions() {
  return joinOptions(
      {{
           {"checks", "GLOB",
            "the checks to run, as globs with commas: 'timer-*,needless-pin';\n"
            "a leading '-' takes away: '-heddle-needless-pin'\n"
            "(default: what .clang-tidy says, else all but tier advice)"},
           {"tier", "TIER", "the least severe tier to run: bug, cost or advice",
            "bug|cost|advice"},
           {"fail-on", "TIER",
            "exit with 1 for findings of this tier or a worse one: bug\n"
            "(default), cost, advice or never",
            "bug|cost|advice|never"},
           {"j", "N", "units to work on at once (default: all processors)"},
       },
       cacheOptions()});
}

std::shared_ptr<const Contents> Linter::noEdits() {
  static const auto none = std::make_shared<const Contents>();
  return none;
}

Expected<Linter> Linter::make(const Project &project,
                              const Arguments &arguments) {
  auto checks =
      CheckSelection::parse(arguments.get("checks"), arguments.get("tier"));
  if (!checks)
    return checks.takeError();
  unsigned jobs = heavyweight_hardware_concurrency().compute_thread_count();
  if (arguments.has("j") &&
      (arguments.get("j").getAsInteger(10, jobs) || jobs == 0))
    return makeError("-j needs a number of units, 1 or more, not '" +
                     arguments.get("j") + "'");
  Expected<std::optional<Cache>> cache = Cache::open(arguments);
  if (!cache)
    return cache.takeError();
  return Linter(project, std::move(*checks), std::move(*cache), jobs);
}

std::vector<UnitResult>
Linter::lint(const std::vector<Unit> &units, StringRef verb,
             function_ref<Snapshot(const Unit &)> seenBy) {
  std::vector<UnitResult> results(units.size());
  std::vector<Request> requests;
  std::vector<size_t> asked;
  Snapshot files;
  std::optional<CacheLookup> lookup;
  for (auto [index, unit] : enumerate(units)) {
    Snapshot seen = seenBy(unit);
    if (cache && (!lookup || seen.edited != files.edited ||
                  seen.absent != files.absent)) {
      files = seen;
      lookup.emplace(*cache, project->root(), *files.edited, files.absent);
    }
    Request request{
        unit, checks, project->root().str(), seen.edited, seen.absent, "", ""};
    if (lookup) {
      request.cache = cache->path().str();
      request.cacheKey = lookup->keyOf(request);
      if (auto known = lookup->find(request.cacheKey)) {
        results[index] = std::move(*known);
        continue;
      }
    }
    requests.push_back(std::move(request));
    asked.push_back(index);
  }
  auto name = [&](size_t request) {
    return displayPath(requests[request].unit.file);
  };
  Progress progress(verb, requests.size());
  pool.run(requests, {[&](size_t request) { progress.started(name(request)); },
                      [&](size_t request, UnitResult result) {
                        progress.finished(name(request));
                        results[asked[request]] = std::move(result);
                      }});
  if (cache && !requests.empty())
    cache->prune();
  return results;
}

Linter::Results Linter::lint(ArrayRef<size_t> units, StringRef verb,
                             std::shared_ptr<const Contents> edited) {
  std::vector<Unit> chosen;
  for (size_t unit : units)
    chosen.push_back(project->units()[unit]);
  Results results;
  auto asEdited = [&](const Unit &) { return Snapshot{edited, {}}; };
  for (auto [unit, result] : zip(units, lint(chosen, verb, asEdited)))
    results.emplace(unit, std::move(result));
  return results;
}

Linter::Results Linter::lint(const Project::Selection &selection) {
  Results results = lint(selection.units, "linting");
  for (const std::string &header : selection.headers) {
    auto includesIt = [&](const UnitResult &result) {
      return any_of(result.dependencies, [&](const Dependency &dependency) {
        return dependency.file == header;
      });
    };
    auto isCovered = [&] {
      return any_of(results,
                    [&](auto &entry) { return includesIt(entry.second); });
    };
    for (size_t unit : project->likelyIncluders(header)) {
      if (isCovered())
        break;
      if (!results.count(unit))
        results.merge(
            lint({unit}, "linting " + displayPath(header) + " by way of"));
    }
    if (!isCovered())
      orphans.push_back(header);
  }
  return results;
}

Report Linter::report(const Results &results,
                      const Project::Selection &selection) const {
  Report report;
  report.root = project->root().str();
  report.project = project;
  report.units = results.size();
  report.cachedUnits = count_if(
      results, [](const auto &entry) { return entry.second.isCached; });
  StringSet<> headers;
  for (const std::string &header : selection.headers)
    headers.insert(header);

  Merger merger;
  for (const auto &[index, result] : results) {
    bool isMeant = is_contained(selection.units, index);
    std::vector<Finding> findings = result.findings;
    if (!isMeant)
      erase_if(findings, [&](const Finding &finding) {
        return !headers.contains(finding.message.where.file);
      });
    merger.add(findings);
    if (result.problems.empty())
      for (const Dependency &dependency : result.dependencies)
        report.linted.insert(dependency.file);
    for (const Problem &problem : result.problems)
      report.problems.push_back({project->units()[index].file, problem});
  }
  report.findings = merger.take();
  for (const std::string &orphan : orphans)
    report.problems.push_back(
        {orphan,
         {"missing",
          {"no unit of the compile database includes this header", {}, {}},
          {},
          ""}});
  return report;
}

} // namespace heddle::tool
