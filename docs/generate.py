"""Writes what the pages of the checks say of themselves: their heads and the index.

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


def pages(checks):
    """Yields (path, text it should have)."""
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
    for path, text in pages(json.loads(listed.stdout)):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"{path.relative_to(DOCS.parent)}: differs from what the checks say; mend with: python3 docs/generate.py")
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
