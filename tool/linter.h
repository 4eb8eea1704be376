#pragma once

#include "cache.h"
#include "project.h"
#include "report/report.h"
#include "worker_pool.h"

namespace heddle::tool {

/// The options of every command that lints.
std::vector<Option> lintOptions();

/// How files are to be seen where that is not as they are on disk.
struct Snapshot {
  std::shared_ptr<const Contents> edited = std::make_shared<const Contents>();
  std::vector<std::string> absent;
};

/// Lints units of a project and puts what they say together.
class Linter {
public:
  static llvm::Expected<Linter> make(const Project &project,
                                     const Arguments &arguments);

  using Results = std::map<size_t, UnitResult>;

  /// The results of the units, by index. `verb` is what the progress line says.
  Results lint(llvm::ArrayRef<size_t> units, llvm::StringRef verb,
               std::shared_ptr<const Contents> edited = noEdits());

  /// The results of units, which need not be the project's, in their order.
  std::vector<UnitResult>
  lint(const std::vector<Unit> &units, llvm::StringRef verb,
       llvm::function_ref<Snapshot(const Unit &)> seenBy);

  /// The results of the selected units, and of one unit for each selected
  /// header. Headers that no unit includes are problems of the report.
  Results lint(const Project::Selection &selection);

  /// One report of the results: what several units say of a header is said
  /// once. Findings outside of the selection are left out.
  Report report(const Results &results,
                const Project::Selection &selection) const;

private:
  Linter(const Project &project, CheckSelection checks,
         std::optional<Cache> cache, unsigned jobs)
      : project(&project), checks(std::move(checks)), cache(std::move(cache)),
        pool(jobs) {}

  static std::shared_ptr<const Contents> noEdits();

  const Project *project;
  CheckSelection checks;
  std::optional<Cache> cache;
  WorkerPool pool;
  std::vector<std::string> orphans;
};

} // namespace heddle::tool
