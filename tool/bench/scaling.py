"""Measures how the command's cost grows with the project, cold and warm.

Units are small and their headers light, so that there can be many: what is
measured is the command, not the parse. `real` compares with the compiler on
sources that people wrote.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

SIZES = (10, 100, 1000, 5000)
UNITS_OF_HEADER = 10

UNIT = """#include "part{header}.h"

int unit{number}(int n) {{
  int sum = 0;
  for (int i = 0; i < n; ++i)
    sum += part{header}(i);
  return sum;
}}
"""
HEADER = """#pragma once
#include "heddle/memory.h"
#include <cstddef>
inline int part{number}(int n) {{ return n + {number}; }}
"""


def generate(root, include, units):
    """A project of so many units, with a header for every ten of them."""
    for number in range(max(1, units // UNITS_OF_HEADER)):
        (root / f"part{number}.h").write_text(HEADER.format(number=number))
    entries = []
    for number in range(units):
        (root / f"unit{number}.cpp").write_text(UNIT.format(number=number, header=number % max(1, units // UNITS_OF_HEADER)))
        entries.append({"directory": str(root), "file": f"unit{number}.cpp",
                        "arguments": ["clang++", "-std=c++20", f"-I{include}", "-c", f"unit{number}.cpp"]})
    (root / "compile_commands.json").write_text(json.dumps(entries))


class Run:
    """CPU and wall seconds of a command, and the most memory that one of its
    processes had."""

    def __init__(self, *command, cwd):
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.output, errors = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            sys.exit(f"scaling.py: {shlex.join(map(str, command))}\n{self.output}{errors}")
        self.wall = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024


def measure(heddle, include, units):
    """Runs over a generated project: cold, warm, and after one file changed."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory) / "project"
        root.mkdir()
        generate(root, include, units)
        lint = [heddle, "lint", "-p", ".", "--root", ".", "--format", "json", "--cache", str(pathlib.Path(directory) / "cache")]
        cold = Run(*lint, cwd=root)
        warm = Run(*lint, cwd=root)
        with (root / "unit0.cpp").open("a") as file:
            file.write("int changed;\n")
        one = Run(*lint, cwd=root)
        for run, expected in ((cold, 0), (warm, units), (one, units - 1)):
            found = json.loads(run.output)["summary"]["cached"]
            if found != expected:
                sys.exit(f"scaling.py: {found} of {units} units were cached, expected {expected}")
    return cold, warm, one


def real(heddle, clang, units):
    """CPU seconds of the compiler and of one cold run over the same units."""
    parse = 0
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        entries = []
        for file, flags in units:
            parse += Run(clang, "-fsyntax-only", *flags, file, cwd=root).cpu
            entries.append({"directory": str(root), "file": file, "arguments": [clang, *flags, "-c", file]})
        (root / "compile_commands.json").write_text(json.dumps(entries))
        return parse, Run(heddle, "lint", "-p", ".", "--no-cache", "--format", "json", cwd=root)


def section(heddle, include, clang, parts, sizes=SIZES):
    """The part of docs/lint-speed.md that is about the command. `parts` are
    names and lists of (file, flags)."""
    lines = ["## The command as projects grow", "",
             "`heddle lint` over generated projects of small units. CPU of all its processes; memory of the largest of them.", "",
             "| units | cold, CPU | a unit | warm, CPU | warm, wall | one file changed, CPU | memory, cold | memory, warm |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for units in sizes:
        cold, warm, one = measure(heddle, include, units)
        lines.append(f"| {units} | {cold.cpu:.2f} s | {cold.cpu / units * 1000:.0f} ms | {warm.cpu:.2f} s | {warm.wall:.2f} s | {one.cpu:.2f} s "
                     f"| {cold.memory:.0f} MiB | {warm.memory:.0f} MiB |")
    lines += ["", "Over real sources, cold, beside `clang++ -fsyntax-only` on the same units:", "",
              "| | compiler, CPU | heddle lint, CPU | ratio |", "| --- | --- | --- | --- |"]
    for name, units in parts:
        parse, run = real(heddle, clang, units)
        lines.append(f"| {len(units)} of {name} | {parse:.1f} s | {run.cpu:.1f} s | {run.cpu / parse:.2f} |")
    return lines


if __name__ == "__main__":
    build, *sizes = sys.argv[1:]
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    import lint
    build = pathlib.Path(build).resolve()
    clang = lint.Measurement(build).clang
    every = list(lint.units_of(build))
    parts = [(part, [(file, flags) for of, file, flags in every if of == part]) for part in lint.PARTS]
    print("\n".join(section(build / "bin/heddle", lint.ROOT / "runtime/include", clang, parts, [int(size) for size in sizes] or SIZES)))
