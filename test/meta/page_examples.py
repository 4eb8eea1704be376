# RUN: %python %s %root %heddle_plugin %t
"""In every page the `before` block makes its check fire, the `after` block does
not, and both compile against the real headers."""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```cpp (before|after)\n(.*?)^```", re.M | re.S)


def lint(root, plugin, check, source):
    """Returns (compiles, fires, output)."""
    result = subprocess.run(
        ["clang-tidy-22", f"-load={plugin}", f"--checks=-*,heddle-{check}", "--quiet", str(source), "--",
         "-std=c++20", "-Wall", "-Wno-unused", "-I", str(root / "runtime/include")],
        capture_output=True, text=True, check=False)
    output = result.stdout + result.stderr
    return "error:" not in output, f"[heddle-{check}]" in output, output


def check_page(root, plugin, scratch, page):
    """Returns what is wrong with a page, a line each."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    wrong = []
    for kind in ("before", "after"):
        if kind not in dict(blocks):
            wrong.append(f"{page.name}: no ```cpp {kind} block")
    for index, (kind, text) in enumerate(blocks):
        source = scratch / f"{page.stem}-{index}-{kind}.cpp"
        source.write_text(text, encoding="utf-8")
        compiles, fires, output = lint(root, plugin, page.stem, source)
        if not compiles:
            wrong.append(f"{page.name}: the {kind} block does not compile:\n{output}")
        elif fires != (kind == "before"):
            wrong.append(f"{page.name}: heddle-{page.stem} {'fires' if fires else 'is silent'} on its {kind} block")
    return wrong


def main(root, plugin, scratch):
    scratch.mkdir(parents=True, exist_ok=True)
    pages = sorted(page for page in (root / "docs/checks").glob("*.md") if page.stem != "README")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = sum(pool.map(lambda page: check_page(root, plugin, scratch, page), pages), [])
    print("\n".join(wrong))
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:4])))
