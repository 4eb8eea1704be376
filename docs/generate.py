"""Writes what follows from what the checks say of themselves: the heads of their
pages, the index, and the presets for `.clang-tidy`.

    python3 docs/generate.py [--check] [HEDDLE]

HEDDLE is the command to ask, build/release/bin/heddle if none is named. With
--check nothing is written: the exit status is 1 if something would be.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

DOCS = pathlib.Path(__file__).parent
PRESETS = {"bug": ["bug"], "bug+cost": ["bug", "cost"], "all": ["bug", "cost", "advice"]}
HEAD = re.compile(r"\A<!-- generated -->\n.*?<!-- /generated -->\n", re.S)


def index(checks):
    rows = "\n".join(
        f"| [{check['name']}]({check['name'].removeprefix('heddle-')}.md) | {check['tier']} | {check['fix']} | {check['summary']} |"
        for check in checks)
    return f"""# The checks

**Tier**: `bug` is wrong, leaks or can hang; `cost` is correct but slow; `advice` depends on the deployment and is off unless
asked for. **Fix**: `S` is safe, the same meaning for every input, and what `--fix` applies; `R` needs review, and only
`--fix-notes`, `heddle fix --unsafe` or a person picks it.

| check | tier | fix | finds |
|---|---|---|---|
{rows}
"""


def preset(tiers, checks):
    chosen = [check for check in checks if check["tier"] in tiers]
    options = "".join(
        f"  {check['name']}.{option['name']}: {json.dumps(option['default'])} # {option['doc']}\n"
        for check in chosen for option in check["options"])
    names = ",\n".join("  " + check["name"] for check in chosen)
    return (f"# The checks of tier {' and '.join(tiers)}, with every option at its default: copy to .clang-tidy.\n"
            f"Checks: >\n  -*,\n{names}\n" + (f"CheckOptions:\n{options}" if options else ""))


def generated(checks):
    """Yields (path, text it should have)."""
    for name, tiers in PRESETS.items():
        yield DOCS / "presets" / (name + ".clang-tidy"), preset(tiers, checks)
    yield DOCS / "checks/README.md", index(checks)
    for check in checks:
        path = DOCS / "checks" / (check["name"].removeprefix("heddle-") + ".md")
        body = path.read_text(encoding="utf-8") if path.exists() else ""
        yield path, check["head"] + HEAD.sub("", body)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("heddle", nargs="?", default=DOCS.parent / "build/release/bin/heddle")
    options = parser.parse_args()

    listed = subprocess.run([options.heddle, "list", "--format", "json"], capture_output=True, text=True, check=True)
    stale = 0
    for path, text in generated(json.loads(listed.stdout)):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"{path.relative_to(DOCS.parent)}: differs from what the checks say; mend with: python3 docs/generate.py")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
