"""Lints code that others wrote and compares with what was found before.

    corpus.py BUILD [--record]

A finding in this code is either one to defend in review or a mistake of ours,
so each that comes or goes since `expected.txt` is printed, and then the exit
status is 1. --record makes what was found the new `expected.txt`. BUILD is a
build directory with the heddle command in it.
"""

import argparse
import difflib
import json
import pathlib
import shutil
import subprocess
import sys

EXPECTED = pathlib.Path(__file__).resolve().parent / "expected.txt"
DOC = pathlib.Path("/usr/share/doc")
BOOST = DOC / "libboost1.74-doc/examples/libs"
BOOST_LIBRARIES = ("context", "coroutine2", "fiber", "interprocess", "lockfree", "process", "thread")

# Of each part: what is copied where, and the compiler's flags. Asio is nothing
# but headers; copied, they are no system headers and are linted too.
PARTS = {
    "googletest": (
        {"googletest": "/usr/src/googletest/googletest", "googlemock": "/usr/src/googletest/googlemock"},
        ["-std=c++17", *(f"-I{place}" for place in ("googletest", "googletest/include", "googlemock", "googlemock/include"))]),
    "asio": (
        {edition: DOC / "libasio-dev/examples" / edition for edition in ("cpp11", "cpp14", "cpp17")}
        | {"include/asio": "/usr/include/asio", "include/asio.hpp": "/usr/include/asio.hpp"},
        ["-std=c++20", "-Iinclude"]),
    "boost": ({library: BOOST / library for library in BOOST_LIBRARIES}, ["-std=c++17"]),
}


def copy_corpus(root):
    """Copies the sources to `root`, where a compile database lists them."""
    shutil.rmtree(root, ignore_errors=True)
    database = []
    for part, (sources, flags) in PARTS.items():
        for place, source in sources.items():
            source, copy = pathlib.Path(source), root / part / place
            if not source.exists():
                sys.exit(f"corpus.py: {source} is missing; './dev lint corpus' installs it")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
        for unit in sorted((root / part).rglob("*.cpp")) + sorted((root / part).rglob("*.cc")):
            database.append({
                "directory": str(root / part), "file": str(unit),
                "arguments": ["clang++", "-w", *flags, "-c", str(unit)]})
    (root / "compile_commands.json").write_text(json.dumps(database, indent=1))
    # Whoever copies what is not theirs says so, or git would take it for ours.
    (root / ".clang-tidy").write_text("Checks: 'heddle-*'\n")


def lint(build, root):
    """The lines of a record: each finding, and how many units were parsed."""
    result = subprocess.run(
        [build / "bin/heddle", "lint", "-p", root, "--root", root, "--tier", "advice", "--fail-on", "never", "--format", "json"],
        stdout=subprocess.PIPE, text=True)
    report = json.loads(result.stdout)
    crashes = [problem for problem in report["problems"] if problem["kind"] == "crash"]
    for crash in crashes:
        print(f"corpus.py: {crash['unit']}: {crash['message']}", file=sys.stderr)
    if crashes:
        sys.exit(1)
    units = report["summary"]["units"]
    yield f"{units - len(report['problems'])} of {units} units parsed"
    for found in report["findings"]:
        yield f"{found['file']}:{found['line']}: {found['message']} [{found['check']}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--record", action="store_true", help="take what is found as expected")
    options = parser.parse_args()

    root = options.build.resolve() / "corpus"
    copy_corpus(root)
    found = list(lint(options.build.resolve(), root))
    if options.record:
        EXPECTED.write_text("\n".join(found) + "\n")
        return 0
    expected = EXPECTED.read_text().splitlines()
    changes = list(difflib.unified_diff(expected, found, "recorded", "found", n=0, lineterm=""))
    print("\n".join(changes) if changes else f"as recorded: {found[0]}, {len(found) - 1} findings")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
