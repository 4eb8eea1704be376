"""Proves the exercises: a pitfall is found, its fix mends it, and what it gains.

A row is a directory with `row.json` in it. `before.cpp` holds the pitfall,
`after.cpp` is what the fix makes of it, `expected.txt` is what both print.

  harness.py check BUILD [ROW...]    prove rows (all, if none is named)
  harness.py update BUILD [ROW...]   write after.cpp and expected.txt anew
  harness.py bench BUILD [ROW...]    measure, and write their lines of docs/exercises.md
  harness.py bench BUILD --quick     one round of each, and no page

BUILD is a build directory with the runtime and the plugin in it. A row is named
by its directory, as A01 or as a path.
"""

import argparse
import concurrent.futures
import contextlib
import difflib
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "exercises.md"
ROUNDS = 7
TIMEOUT = 120


class Failure(Exception):
    """What is wrong with a row, in words for a person."""


def succeed(command, what):
    """Returns what `command` printed, or fails with it."""
    command = [str(word) for word in command]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Failure(f"{what}: not done after {TIMEOUT} s\n{' '.join(command)}") from None
    if result.returncode != 0:
        raise Failure(f"{what}: status {result.returncode}\n{' '.join(command)}\n{result.stdout}{result.stderr}")
    return result.stdout


class Tools:
    """The compilers and libraries of one build directory."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        cache = self.build / "CMakeCache.txt"
        if not cache.exists():
            raise Failure(f"{build} is no build directory; ./dev build makes build/release")
        version = re.search(r"^HEDDLE_LLVM_VERSION:\w+=(\d+)$", cache.read_text(), re.M)[1]
        self.tidy = f"clang-tidy-{version}"
        self.compilers = {".c": [f"clang-{version}", "-std=c17"], ".cpp": [f"clang++-{version}", "-std=c++20"]}
        self.plugin = self.build / "lib" / "libheddle-tidy.so"
        self.runtime = self.build / "lib" / "libheddle.a"
        self.includes = ["-I", ROOT / "runtime" / "include"]

    def lint(self, source, checks, fix=None):
        """Returns the findings of `checks` in `source`; applies `fix`, S or R."""
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch) / "fixes.yaml"
            succeed(
                [self.tidy, "-load", self.plugin, f"--checks=-*,{checks}", "--config={}", "--header-filter=.*", "--quiet"]
                + [f"--export-fixes={report}"]
                + {None: [], "S": ["--fix"], "R": ["--fix-notes"]}[fix]
                + [source, "--", "-std=c++20"] + self.includes,
                f"clang-tidy on {source.name}")
            diagnostics = yaml.safe_load(report.read_text())["Diagnostics"] if report.exists() else []
            return [finding(diagnostic, source) for diagnostic in diagnostics] if not fix else []

    def compile(self, row, stem):
        """Builds `stem`.cpp of the row, with its C sources; returns the program."""
        out = self.build / "exercises" / row.name
        out.mkdir(parents=True, exist_ok=True)
        launcher = [shutil.which("ccache")] if shutil.which("ccache") else []
        objects = []
        for source in [row.path / f"{stem}.cpp", *sorted(row.path.glob("*.c"))]:
            objects.append(out / f"{stem}-{source.stem}.o")
            succeed(
                launcher + self.compilers[source.suffix]
                + ["-O2", "-DNDEBUG", "-Wall", "-Wextra", "-Werror", "-pthread", "-c", source, "-o", objects[-1]]
                + self.includes,
                f"compile {source.name}")
        program = out / stem
        succeed(
            [self.compilers[".cpp"][0], "-fuse-ld=lld", "-pthread", *objects, self.runtime, "-o", program],
            f"link {stem}")
        return program


def finding(diagnostic, source):
    """The line, check and fix (S, R or none) of one exported diagnostic."""
    message = diagnostic["DiagnosticMessage"]
    path = pathlib.Path(message["FilePath"])
    text = path.read_bytes()
    fix = None
    if message["Replacements"]:
        fix = "S"
    elif any(note["Replacements"] for note in diagnostic.get("Notes", [])):
        fix = "R"
    place = {} if path.samefile(source) else {"file": path.name}
    return place | {
        "line": text[: message["FileOffset"]].count(b"\n") + 1,
        "check": diagnostic["DiagnosticName"].removeprefix("heddle-"),
        "fix": fix,
    }


def describe(findings):
    if not findings:
        return "  none"
    return "\n".join(f"  {f.get('file', 'line')} {f['line']}: {f['check']}, fix {f['fix'] or 'none'}" for f in findings)


def difference(expected, actual):
    """The lines that differ, as a diff; empty if none do."""
    lines = (text.splitlines(keepends=True) for text in (expected, actual))
    return "".join(difflib.unified_diff(*lines, "expected", "actual"))


class Row:
    def __init__(self, path):
        self.path = path
        self.name = path.name
        try:
            self.facts = json.loads((path / "row.json").read_text())
        except FileNotFoundError:
            raise Failure(f"no exercise {self.name}: {path / 'row.json'} is missing") from None

    @property
    def seed(self):
        """The exercise's name in the catalogue: A1 for A01."""
        return self.name[0] + str(int(self.name[1:]))

    @property
    def fix(self):
        return self.facts["findings"][0]["fix"]

    def findings(self):
        return [{"check": self.facts["check"], **expected} for expected in self.facts["findings"]]

    @contextlib.contextmanager
    def copy(self, stem):
        """A copy of `stem`.cpp, with what it includes, that may be edited."""
        with tempfile.TemporaryDirectory() as scratch:
            tree = pathlib.Path(scratch) / self.name
            shutil.copytree(self.path, tree)
            for header in HERE.glob("*.h"):
                shutil.copy(header, scratch)
            yield tree / f"{stem}.cpp"

    def fixed(self, tools):
        """What the fix makes of before.cpp."""
        with self.copy("before") as source:
            tools.lint(source, f"heddle-{self.facts['check']}", self.fix)
            return source.read_text()

    def check(self, tools):
        def expect(stem, expected):
            with self.copy(stem) as source:
                found = tools.lint(source, "heddle-*")
            if found != expected:
                raise Failure(f"findings in {stem}.cpp\nexpected:\n{describe(expected)}\nfound:\n{describe(found)}")

        expect("before", self.findings())
        after = self.path / "after.cpp"
        committed = after.read_text() if after.exists() else ""
        if fixed := difference(committed, self.fixed(tools)):
            remake = f"python3 {os.path.relpath(__file__)} update {os.path.relpath(tools.build)} {self.name}"
            raise Failure(f"after.cpp is not what the fix gives\n{fixed}To take what it gives: {remake}")
        expect("after", [])
        for stem in ("before", "after"):
            printed = succeed([tools.compile(self, stem)], f"run {stem}")
            if other := difference((self.path / "expected.txt").read_text(), printed):
                raise Failure(f"{stem} does not print expected.txt\n{other}")
        check_page(self)

    def update(self, tools):
        (self.path / "after.cpp").write_text(self.fixed(tools))
        # The pitfall may be one that spoils the result: the mended program tells.
        (self.path / "expected.txt").write_text(succeed([tools.compile(self, "after")], "run after"))


def rows(names):
    if not names:
        names = sorted(path.parent.name for path in HERE.glob("*/row.json"))
    return [Row(HERE / pathlib.Path(name).name) for name in names]


# Measuring


def run(program, sampled):
    """Runs `program`; returns its seconds, peak bytes and peak threads.

    The peaks come from sampling, which takes time from the program: what is
    timed is not sampled. (What wait4 reports as peak memory starts from the size
    of the process that forked.)
    """
    memory = threads = 0
    start = time.monotonic()
    child = subprocess.Popen([program], stdout=subprocess.DEVNULL)
    if sampled:
        status = pathlib.Path(f"/proc/{child.pid}/status")
        while child.poll() is None:
            with contextlib.suppress(OSError, TypeError):
                text = status.read_text()
                memory = max(memory, int(re.search(r"^VmHWM:\s+(\d+)", text, re.M)[1]) * 1024)
                threads = max(threads, int(re.search(r"^Threads:\s+(\d+)", text, re.M)[1]))
            time.sleep(0.001)
    if child.wait() != 0:
        raise Failure(f"{program}: status {child.returncode}")
    return time.monotonic() - start, memory, threads


def measure(programs, rounds):
    """Medians of interleaved runs: a dictionary of seconds, memory and threads for each program."""
    samples = {program: {"seconds": [], "memory": [], "threads": []} for program in programs}
    for sampled, times in ((False, rounds), (True, (rounds + 2) // 3)):
        for _ in range(times):
            for program in programs:
                seconds, memory, threads = run(program, sampled)
                if sampled:
                    samples[program]["memory"].append(memory)
                    samples[program]["threads"].append(threads)
                else:
                    samples[program]["seconds"].append(seconds)
    return [{key: statistics.median(values) for key, values in samples[program].items()} for program in programs]


def in_milliseconds(figures):
    return f"{figures['seconds'] * 1e3:.0f}"


def in_megabytes(figures):
    return f"{figures['memory'] / 1e6:.3g}"


def in_threads(figures):
    return f"{figures['threads']:.0f}"


UNITS = {"time": ("ms", in_milliseconds), "memory": ("MB", in_megabytes), "threads": ("threads", in_threads)}


def summary(before, after, units):
    parts = []
    for unit in units:
        name, show = UNITS[unit]
        parts.append(f"{show(before)} → {show(after)} {name}")
        if unit == "time":
            ratio = before["seconds"] / after["seconds"]
            parts[-1] += f" ({ratio:.{2 if ratio < 2 else 1 if ratio < 10 else 0}f}×)"
    return ", ".join(parts)


# The page


def metadata(row):
    """What the page says of a row besides the figures."""
    return [
        f"[{row.seed}](../test/exercises/{row.name})",
        f"[{row.facts['check']}](checks/{row.facts['check']}.md)",
        row.facts["tier"],
        row.fix,
        row.facts["claim"],
    ]


def page(lines):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.M)
    machine = f"{len(os.sched_getaffinity(0))} processors, {model[1] if model else platform.machine()}"
    head = f"""# The exercises, before and after

Written by `./dev bench exercises`. Each row is a program with one pitfall in `test/exercises`, and what the check's own fix
makes of it. Both print the same; a test proves that, and that the check is silent afterwards.

Measured on {machine}: medians of {ROUNDS} interleaved runs of whole programs,
before → after; × is the ratio of the medians. Peaks are sampled in runs of their own. What the exercise claims is for its Go
original, on another machine. Fix S is applied by `--fix`, R after review.

"""
    cells = [["row", "check", "tier", "fix", "the exercise claims", "measured"], ["---"] * 6, *lines]
    return head + "".join("| " + " | ".join(line) + " |\n" for line in cells)


def check_page(row):
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    start = "| " + " | ".join(metadata(row)) + " | "
    if not any(line.startswith(start) for line in lines):
        raise Failure(f"docs/exercises.md has no line\n{start}…\nRun ./dev bench exercises")


def recorded():
    """The lines of the page by row, without those of rows that are gone."""
    text = PAGE.read_text() if PAGE.exists() else ""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| [")]
    present = {metadata(row)[0] for row in rows([])}
    return {line[0]: line for line in lines if line[0] in present}


def bench(tools, chosen, rounds, write):
    for row in chosen:
        programs = [tools.compile(row, stem) for stem in ("before", "after")]
        before, after = measure(programs, rounds)
        measured = summary(before, after, row.facts["measures"])
        print(f"{row.seed:4} {row.facts['check']:28} {measured}", flush=True)
        if write:
            lines = recorded()
            lines[metadata(row)[0]] = [*metadata(row), measured]
            order = [metadata(row)[0] for row in rows([])]
            PAGE.write_text(page(sorted(lines.values(), key=lambda line: order.index(line[0]))))


def each(action, tools, chosen):
    """Does `action` to each row; returns whether all of them went well."""
    good = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for row, result in [(row, pool.submit(action, row, tools)) for row in chosen]:
            try:
                result.result()
            except Failure as failure:
                print(f"{row.name}: {failure}", file=sys.stderr)
                good = False
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["check", "update", "bench"])
    parser.add_argument("build")
    parser.add_argument("row", nargs="*")
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        tools = Tools(arguments.build)
        if arguments.verb == "bench":
            rounds = 1 if arguments.quick else ROUNDS
            bench(tools, rows(arguments.row), rounds, write=not arguments.quick)
            return 0
        action = {"check": Row.check, "update": Row.update}[arguments.verb]
        return 0 if each(action, tools, rows(arguments.row)) else 1
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
