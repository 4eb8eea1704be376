#include "command.h"
#include "unit_runner.h"

#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/raw_ostream.h"

#include <iostream>
#include <unistd.h>

using namespace llvm;

namespace heddle::tool {
namespace {

/// Answers requests, a line each, until there are no more. Answers have a
/// descriptor of their own: clang may print to stdout.
ExitStatus runWorker(const Arguments &) {
  EnablePrettyStackTrace();
  raw_fd_ostream answers(dup(STDOUT_FILENO), /*shouldClose=*/true);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  for (std::string line; std::getline(std::cin, line);) {
    Request request;
    json::Path::Root root;
    Expected<json::Value> value = json::parse(line);
    if (!value)
      return fail(value.takeError());
    if (!fromJSON(*value, request, root))
      return fail(root.getError());
    answers << toJSON(lintUnit(request)) << "\n";
    answers.flush();
  }
  return Clean;
}

} // namespace

const Command workerCommand = {.name = "worker",
                               .usage = "worker",
                               .summary = "",
                               .details = "",
                               .options = {},
                               .run = runWorker};

} // namespace heddle::tool
