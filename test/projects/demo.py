#!/usr/bin/env python3
"""Lints a service, fixes a copy of it, and runs both to compare them."""

import argparse
import difflib
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

SEED = 20260301
TIME_LIMIT = 120

COLOURS = sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Failure(Exception):
    pass


def coloured(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOURS else text


def heading(text):
    print("\n" + coloured("1", text), flush=True)


def command(*arguments, environment={}):
    """Runs a step that has nothing to say unless it fails."""
    done = subprocess.run(arguments, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise Failure(f"{done.stdout[-4000:]}\nfailed: {' '.join(map(str, arguments))}")


def show(*arguments, cwd, expect):
    """Runs a step whose output is for the reader."""
    done = subprocess.run(arguments, cwd=cwd)
    if done.returncode not in expect:
        raise Failure(f"failed with status {done.returncode}: {' '.join(map(str, arguments))}")


class Tree:
    """A copy of the service, and where it is built."""

    def __init__(self, name, scratch):
        self.name = name
        self.scratch = scratch
        self.source = scratch / name
        self.build = self.source / "build"

    def copy_from(self, project):
        shutil.copytree(project, self.source)

    def configure(self, runtime):
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        command("cmake", "-G", "Ninja", "-S", self.source, "-B", self.build, f"-Dheddle_ROOT={runtime}",
                "-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22", *launcher)

    def compile(self):
        # With paths that are the same in both trees, ccache compiles what no fix
        # touched once.
        command("cmake", "--build", self.build, environment={"CCACHE_BASEDIR": str(self.scratch)})

    def sources(self):
        return sorted(path.relative_to(self.source) for path in self.source.rglob("src/*"))


class Run:
    """One run of a built service, watched from outside."""

    def __init__(self, tree, log, inventory, output):
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir()
        self.output = output
        self.memory_kb = self.threads = 0
        arguments = [tree.build / "ingest", "--input", log, "--inventory", inventory, "--output", output]
        started = time.monotonic()
        process = subprocess.Popen(arguments)
        while process.poll() is None:
            self.sample(process.pid)
            if time.monotonic() - started > TIME_LIMIT:
                process.kill()
                raise Failure(f"the service {tree.name} the fix did not end within {TIME_LIMIT} s")
            time.sleep(0.001)
        self.seconds = time.monotonic() - started
        if process.returncode != 0:
            raise Failure(f"the service {tree.name} the fix ended with status {process.returncode}")

    def sample(self, pid):
        # VmHWM rather than the rusage of a child, which starts from what this
        # interpreter itself had resident when it forked.
        try:
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        except (FileNotFoundError, ProcessLookupError):
            return
        if "VmHWM" in status:
            self.memory_kb = max(self.memory_kb, int(status["VmHWM"].split()[0]))
            self.threads = max(self.threads, int(status["Threads"]))

    def results(self):
        """Everything that the service promises to be the same for the same lines."""
        return {path.name: path.read_bytes() for path in self.output.iterdir() if path.name.startswith(("report", "svc-"))}


def print_diff(before, after):
    for path in before.sources():
        old = (before.source / path).read_text().splitlines(keepends=True)
        new = (after.source / path).read_text().splitlines(keepends=True)
        for line in difflib.unified_diff(old, new, f"before/{path}", f"after/{path}", n=2):
            colour = {"-": "31", "+": "32", "@": "36"}.get(line[0])
            text = line.rstrip("\n")
            print(coloured(colour, text) if colour else text)


def check_results(run, reference):
    if run.results() != reference:
        raise Failure("the results differ:\n" + "".join(difflib.unified_diff(
            reference["report.txt"].decode().splitlines(keepends=True),
            run.results()["report.txt"].decode().splitlines(keepends=True), "expected", "got", n=0))[:2000])


def print_table(runs, lines):
    def medians(of):
        return [statistics.median(of(run) for run in runs[name]) for name in ("before", "after")]

    def row(label, values, unit, better, ratio):
        verdict = f"{ratio:.1f} × {better}" if ratio >= 1.05 else f"{1 / ratio:.1f} × worse" if ratio <= 0.95 else "same"
        cells = "".join(f"{value:>13,.0f} {unit:<8}" for value in values)
        print(f"  {label:<14}{cells}{coloured('1', verdict)}")

    print(f"  {'':<14}{'before':>13} {'':<8}{'after':>13}")
    speed = medians(lambda run: lines / run.seconds)
    memory = medians(lambda run: run.memory_kb / 1024)
    threads = medians(lambda run: run.threads)
    row("throughput", speed, "lines/s", "faster", speed[1] / speed[0])
    row("peak memory", memory, "MiB", "less", memory[0] / memory[1])
    row("peak threads", threads, "", "fewer", threads[0] / threads[1])


def demo(heddle, build, source, scratch, lines, rounds):
    project = source / "test/projects/ingest"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    before, after = Tree("before", scratch), Tree("after", scratch)
    runtime = scratch / "runtime"
    command("cmake", "--install", build / "runtime", "--prefix", runtime)
    for tree in (before, after):
        tree.copy_from(project)
        tree.configure(runtime)

    size = sum((before.source / path).read_text().count("\n") for path in before.sources())
    heading(f"1. Lint a log ingest service: {size:,} lines, {len(before.sources())} files")
    show(heddle, "lint", "-p", before.build, "src", cwd=before.source, expect=(0, 1))

    heading("2. Fix a copy of it, also where a fix changes timing or limits and asks for review (--unsafe)")
    show(heddle, "fix", "--unsafe", "-p", after.build, "src", cwd=after.source, expect=(0, 1))
    print()
    print_diff(before, after)

    heading("3. Build both with -O2")
    started = time.monotonic()
    for tree in (before, after):
        tree.compile()
    log, inventory = scratch / "log", scratch / "inventory"
    command(before.build / "generate-logs", str(lines), str(SEED), log, inventory)
    print(f"  {time.monotonic() - started:.0f} s, with {log.stat().st_size >> 20} MiB of log lines to try them on")

    heading(f"4. Run both on {lines:,} lines")
    runs = {"before": [], "after": []}
    reference = None
    for _ in range(rounds):
        for tree in (before, after):
            run = Run(tree, log, inventory, scratch / f"{tree.name}-output")
            reference = reference or run.results()
            check_results(run, reference)
            runs[tree.name].append(run)
    print(f"  same results in all {2 * rounds} runs: a report of {len(reference['report.txt']):,} bytes "
          f"and {len(reference) - 1} files, byte for byte")
    print(f"  median of {rounds} runs each, taken in turns:\n")
    print_table(runs, lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("heddle", type=Path, help="the heddle command")
    parser.add_argument("build", type=Path, help="the build directory that it comes from")
    parser.add_argument("source", type=Path, help="the source directory of heddle")
    parser.add_argument("--lines", type=int, default=1_000_000, help="how many log lines to run on")
    parser.add_argument("--rounds", type=int, default=3, help="how often to run both")
    parser.add_argument("--scratch", type=Path, help="where to work; in the build directory if not named")
    arguments = parser.parse_args()
    try:
        started = time.monotonic()
        build = arguments.build.resolve()
        scratch = (arguments.scratch or build / "demo").resolve()
        demo(arguments.heddle.resolve(), build, arguments.source.resolve(), scratch, arguments.lines, arguments.rounds)
        print(f"\n{time.monotonic() - started:.0f} s in all")
    except (Failure, OSError) as failure:
        sys.stdout.flush()
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
