# Tests of the checks, the command, the exercises and the repository's rules.
#
# A test of a rule: `// RUN: %check_rule %s <rule>`, see support/check_rule.py.
import os

import lit.formats

config.name = "heddle"
config.test_format = lit.formats.ShTest()
config.suffixes = [".cpp", ".test"]
config.excludes = ["runtime", "support", "projects", "fuzz", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build, "test")

root = os.path.dirname(config.test_source_root)
runtime_flags = f"-std=c++20 -I{root}/runtime/include"
plugin = f"{config.build}/lib/libheddle-tidy.so"
version = config.llvm_version

config.substitutions += [
    ("%check_rule", f"%python {root}/test/support/check_rule.py --build {config.build} --llvm {version} --temp %t"),
    ("%clang_tidy", f"{config.llvm}/clang-tidy -load {plugin}"),
    ("%clang", f"{config.llvm}/clang++"),
    ("%heddle_plugin", plugin),
    ("%heddle", f"{config.build}/bin/heddle"),
    ("%dump_facts", f"{config.build}/bin/heddle-dump-facts"),
    ("%check_rewrite", f"{root}/test/support/check_rewrite.sh {config.llvm} {config.build}/bin/heddle-apply-rewrite %t '{runtime_flags}'"),
    ("%runtime_flags", runtime_flags),
    ("%build", config.build),
    ("%{llvm_bin}", config.llvm),
    ("%{support}", f"{root}/test/support"),
    ("%python", "python3"),
]
config.recursiveExpansionLimit = 3

# No test may find what an earlier run of it has left.
config.environment["HEDDLE_CACHE"] = ""
path = os.pathsep.join([config.llvm, config.environment.get("PATH", os.environ["PATH"])])
config.environment["PATH"] = path
for name in ("HOME", "CCACHE_DIR", "XDG_CACHE_HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
if os.path.exists(f"{config.build}/bin/heddle-clangd"):
    config.available_features.add("clangd")
