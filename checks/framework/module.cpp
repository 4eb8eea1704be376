#include "framework/check_info.h"
#include "framework/llvm_versions.h"

#include "clang-tidy/ClangTidyCheck.h"

namespace heddle::checks {
namespace {

class HeddleModule : public clang::tidy::ClangTidyModule {
  void
  addCheckFactories(clang::tidy::ClangTidyCheckFactories &factories) override {
    for (const RegisteredCheck &check : allChecks())
      factories.registerCheckFactory(check.name, check.info->make);
  }
};

clang::tidy::ClangTidyModuleRegistry::Add<HeddleModule>
    registration("heddle-module", "Anti-patterns of code on a task scheduler");

} // namespace
} // namespace heddle::checks
