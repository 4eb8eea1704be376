#include "ci_setup.h"

using namespace llvm;

namespace heddle::tool {
namespace {

// The branch's name goes through the environment: in the text of a command it
// could be more than a name.
constexpr char githubWorkflow[] =
    R"(# What a pull request introduces, as annotations. Written by 'heddle init --ci github'.
name: heddle
on: pull_request
permissions:
  contents: read
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      # Install Heddle and what your build needs here.
      - name: configure
        run: cmake -S . -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
      - name: lint
        env:
          BASE: ${{ github.base_ref }}
        run: heddle lint -p build --since "origin/$BASE" --format github
)";

constexpr char gitlabJob[] =
    R"(# What a merge request introduces, as code quality. Written by 'heddle init --ci gitlab'.
heddle:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0
  script:
    # Install Heddle and what your build needs here.
    - cmake -S . -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
    - git fetch origin "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    - heddle lint -p build --since "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --format gitlab >heddle.json
  artifacts:
    when: always
    reports:
      codequality: heddle.json
)";

constexpr char preCommitHooks[] =
    R"(# What is staged, linted before each commit. Written by 'heddle init --pre-commit'.
repos:
  - repo: local
    hooks:
      - id: heddle
        name: heddle
        entry: heddle lint --staged
        language: system
        types_or: [c, c++]
        pass_filenames: false
)";

} // namespace

Setup ciSetup(StringRef service) {
  if (service == "github")
    return {{{".github/workflows/heddle.yml", githubWorkflow}},
            "next: say in it how Heddle is installed, and commit it\n"};
  return {{{".gitlab/heddle.yml", gitlabJob}},
          "next: say in it how Heddle is installed, commit it, and add to "
          ".gitlab-ci.yml\n\n  include:\n    - local: .gitlab/heddle.yml\n"};
}

Setup preCommitSetup() {
  return {{{".pre-commit-config.yaml", preCommitHooks}},
          "next: pre-commit install\n"};
}

} // namespace heddle::tool
