# RUN: %python %s %root
"""Dependencies run one way: rules → rewrite, analysis → model, tool → framework.

The runtime includes nothing of the checks, and the checks nothing of the runtime.
"""

import pathlib
import re
import sys

# What each layer may include of ours, besides itself. Longest path wins.
ALLOWED = {
    "checks/model": set(),
    "checks/analysis": {"checks/model"},
    "checks/rewrite": {"checks/analysis", "checks/model"},
    "checks/framework": {"checks/analysis", "checks/model", "checks/rewrite"},
    "checks/rules": {"checks/framework", "checks/rewrite", "checks/analysis", "checks/model"},
    "checks": {"checks"},
    "tool": {"checks/framework"},
    "runtime": set(),
}
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)


def layer_of(path):
    fitting = [layer for layer in ALLOWED if path == layer or path.startswith(layer + "/")]
    return max(fitting, key=len, default=None)


def resolve(root, includer, name):
    """The repository path that an include names, or None if it is not ours."""
    for base in (includer.parent, root / "checks", root / "tool", root / "runtime/src", root / "runtime/include"):
        target = (base / name).resolve()
        if target.is_file() and target.is_relative_to(root):
            return str(target.relative_to(root))
    return None


def may_include(layer, target):
    if layer_of(target) == layer:
        return True
    return any(target == allowed or target.startswith(allowed + "/") for allowed in ALLOWED[layer])


def main(root):
    wrong = 0
    for path in sorted(p for d in ("checks", "tool", "runtime") for p in (root / d).rglob("*") if p.suffix in (".h", ".cpp")):
        layer = layer_of(str(path.relative_to(root)))
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            target = resolve(root, path, name)
            if target and not may_include(layer, target):
                wrong += 1
                print(f"{path.relative_to(root)}: includes {target}, which {layer} must not depend on")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
