#!/usr/bin/env python3
"""Runs the runtime's benchmarks beside those of its peers and reports the ratios.

Each benchmark runs in a process of its own, in rounds that interleave all programs, so that a busy moment of the
machine meets them all. The median of the rounds counts, and the spread is told. On one thread, where nothing waits for
another thread, it is the process's CPU time that counts: what else the machine does is not in it.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/benchmarks.md"

PROGRAMS = {"heddle": "heddle_bench", "go": "peer_go", "fiber": "peer_fiber", "tbb": "peer_tbb"}
NAMES = {"heddle": "Heddle", "go": "Go", "fiber": "Boost.Fiber", "tbb": "oneTBB"}
PEERS = [program for program in PROGRAMS if program != "heddle"]

TIMEOUT = 180


@dataclass(frozen=True)
class Unit:
    field: str
    scale: float
    suffix: str = ""


CPU = Unit("cpu", 1)
ELAPSED = Unit("elapsed", 1)
MB = Unit("peak", 1e-6, " MB")
BYTES = Unit("bytes", 1, " B")


@dataclass(frozen=True)
class Row:
    """One line of the table: what is measured, and what it has to reach beside the peers or absolutely."""

    work: str
    bench: str
    threads: int
    ratios: dict = field(default_factory=dict)
    at_most: float | None = None
    memory: Unit | None = None
    fits: bool = False

    @property
    def key(self):
        return f"{self.bench}/T:{self.threads}"

    @property
    def unit(self):
        return self.memory or (CPU if self.threads == 1 else ELAPSED)

    def goal(self):
        parts = [f"≤ {ratio:g} × {NAMES[peer]}" for peer, ratio in self.ratios.items()]
        if self.at_most is not None:
            parts.append(f"≤ {self.at_most:g}{self.unit.suffix}")
        if self.fits:
            parts.append("fits")
        return ", ".join(parts)


ROWS = [
    Row("spawn + join in batches of 1000", "spawn_join", 1, {"go": 0.15, "tbb": 1.0}),
    Row("the same", "spawn_join", 2, {"go": 0.25}),
    Row("1 M spawned at once, then joined, per task", "spawn_burst", 1, {"go": 0.15}),
    Row("the same, peak memory", "spawn_burst", 1, at_most=150, memory=MB),
    Row("spawn one, wait for it", "spawn_wait", 1, {"go": 0.25}),
    Row("unbuffered channel, round trip", "channel_round_trip", 1, {"go": 0.2}),
    Row("the same", "channel_round_trip", 2, {"go": 0.3}),
    Row("buffered channel (1024), 1 to 1, per item", "channel_buffered", 1, {"go": 0.5, "fiber": 0.8}),
    Row("the same", "channel_buffered", 2, {"go": 0.5, "fiber": 0.8}),
    Row("the same, 4 to 4", "channel_buffered_4_to_4", 2, {"fiber": 1.0}),
    Row("select over 2, per item", "select_2", 1, {"go": 0.4}),
    Row("mutex, free", "mutex_free", 1, {"go": 1.0}),
    Row("yield between two tasks, per yield", "yield_2", 1, {"go": 0.2}),
    Row("mutex, 4 tasks", "mutex_contended", 2, {"go": 0.5}),
    Row("semaphore ping-pong", "semaphore_ping_pong", 1, {"go": 0.2}),
    Row("fork-join recursion, per fork", "fork_join", 1, {"tbb": 0.7}),
    Row("the same", "fork_join", 2, {"tbb": 0.7}),
    Row("timer made and stopped", "timer_made_stopped", 1, {"go": 0.35}),
    Row("timer reset", "timer_reset", 1, {"go": 0.3}),
    Row("wait group, add + done", "wait_group", 1, {"go": 0.8}),
    Row("blocking section around an empty call", "section_blocking", 1, at_most=20),
    Row("foreign section around an empty call", "section_foreign", 1, at_most=20),
    Row("a parked task, resident", "parked", 1, at_most=4400, memory=BYTES),
    Row("1 M parked tasks, peak memory", "parked_million", 1, memory=MB, fits=True),
]

# Memory does not vary as time does, and these take gigabytes and seconds.
ONE_ROUND = {"parked", "parked_million"}


@dataclass(frozen=True)
class Scale:
    """A figure of Heddle's alone, for one N after the other."""

    work: str
    bench: str
    threads: int = 1
    memory: Unit | None = None

    @property
    def unit(self):
        return self.memory or (CPU if self.threads == 1 else ELAPSED)


SCALES = [
    Scale("spawn + join, per task", "scale_spawn"),
    Scale("tasks of 1 µs, half of them stolen, per task", "scale_steal", 2),
    Scale("yield among N tasks, per yield", "scale_yield"),
    Scale("timer made and stopped, N pending", "scale_timer_made_stopped"),
    Scale("timer reset, N pending", "scale_timer_reset"),
    Scale("resident for each of N parked tasks", "scale_parked", memory=BYTES),
    Scale("channel of N senders and N receivers, per value", "scale_channel"),
    Scale("the same", "scale_channel", 2),
    Scale("pool of N workers, per small job", "scale_pool"),
    Scale("the same", "scale_pool", 2),
    Scale("N workers over one channel instead, per small job", "scale_pool_by_channel"),
    Scale("the same", "scale_pool_by_channel", 2),
]
SCALE_ROUNDS = 3

# What is to be said of rows that miss their goal: a section for each, by hand.
REASONS = Path(__file__).with_name("reasons.md")


def execute(command):
    """Runs a program to its end: (its output, why it failed or None, its peak memory in bytes)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watchdog = threading.Timer(TIMEOUT, process.kill)
    watchdog.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    timed_out = not watchdog.is_alive()
    watchdog.cancel()
    reader.join()
    reason = None
    if timed_out:
        reason = f"took more than {TIMEOUT} s"
    elif process.returncode != 0:
        said = (errors[0].strip().splitlines() or ["no message"])[-1]
        reason = f"exit status {process.returncode}: {said}"
    return output, reason, usage.ru_maxrss * 1024


class Program:
    """Heddle's benchmarks, or those of one peer."""

    def __init__(self, path):
        self.path = path
        output, reason, _ = execute([path, "--benchmark_list_tests"])
        if reason:
            raise SystemExit(f"{path.name}: {reason}")
        self.listed = output.split()

    def has(self, key):
        return any(re.match(f"{re.escape(key)}(/|$)", name) for name in self.listed)

    def measure(self, key):
        """The figures of each benchmark whose name starts with `key`, or why there are none."""
        command = [self.path, f"--benchmark_filter=^{key}(/|$)", "--benchmark_format=json"]
        output, reason, peak = execute(command)
        if reason:
            return reason
        figures = {}
        for bench in json.loads(output)["benchmarks"]:
            if bench.get("error_occurred"):
                return bench["error_message"]
            items = bench["items_per_second"] * bench["real_time"] * 1e-9
            figures[bench["name"]] = {
                "elapsed": bench["real_time"] / items,
                "cpu": bench["cpu_time"] / items,
                "bytes": bench.get("bytes"),
                "peak": peak,
            }
        return figures


class Results:
    def __init__(self):
        self.figures = defaultdict(list)
        self.failures = {}

    def add(self, program, key, outcome):
        if isinstance(outcome, str):
            self.failures.setdefault((program, key), outcome)
        else:
            for name, figures in outcome.items():
                for unit, value in figures.items():
                    self.figures[program, short(name), unit].append(value)

    def median(self, program, key, unit):
        values = self.figures.get((program, key, unit.field))
        return statistics.median(values) * unit.scale if values else None

    def spread(self, program, key, unit):
        """Half the distance between the quartiles, relative to the median."""
        values = self.figures[program, key, unit.field]
        if len(values) < 3:
            return None
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return (high - low) / 2 / middle


def short(name):
    """A benchmark's name without what Google Benchmark appends to it."""
    return "/".join(part for part in name.split("/") if re.fullmatch(r"[a-z_]\w*|[TN]:\d+", part) and not part.endswith("_time"))


def key_pattern(scale):
    return f"{scale.bench}/T:{scale.threads}"


def measure_all(programs, rows, rounds, scales, progress):
    results = Results()
    keys = list(dict.fromkeys((row.bench, row.key) for row in rows))
    for number in range(rounds):
        for bench, key in keys:
            if number and bench in ONE_ROUND:
                continue
            for name, program in programs.items():
                if program.has(key) and (name, key) not in results.failures:
                    progress(f"round {number + 1} of {rounds}: {key}, {NAMES[name]}")
                    results.add(name, key, program.measure(key))
        for scale in scales if number < SCALE_ROUNDS else []:
            key = key_pattern(scale)
            if programs["heddle"].has(key):
                progress(f"round {number + 1} of {rounds}: {key}")
                results.add("heddle", key, programs["heddle"].measure(key))
    progress("")
    return results


def number(value):
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def cell(results, programs, program, row):
    if program not in programs:
        return "not installed"
    if (program, row.key) in results.failures:
        return "failed"
    value = results.median(program, row.key, row.unit)
    if value is None:
        return "–"
    spread = results.spread(program, row.key, row.unit)
    return number(value) + row.unit.suffix + (f" ±{spread:.0%}" if spread is not None else "")


def ratio(results, row, peer):
    ours = results.median("heddle", row.key, row.unit)
    theirs = results.median(peer, row.key, row.unit)
    return ours / theirs if ours and theirs else None


def verdict(results, row):
    ours = results.median("heddle", row.key, row.unit)
    if ours is None:
        return "no"
    reached = [] if row.at_most is None else [ours <= row.at_most]
    for peer, goal in row.ratios.items():
        value = ratio(results, row, peer)
        if value is None:
            return "–"
        reached.append(value <= goal)
    return "yes" if all(reached) else "no"


def table(head, lines):
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def main_table(results, programs, rows):
    head = ["work", "T", *NAMES.values(), *(f"Heddle ÷ {NAMES[peer]}" for peer in PEERS), "to reach", "reached"]
    lines = []
    for row in rows:
        cells = [cell(results, programs, program, row) for program in PROGRAMS]
        ratios = [number(ratio(results, row, peer)) for peer in PEERS]
        lines.append([row.work, str(row.threads), *cells, *ratios, row.goal(), verdict(results, row)])
    return table(head, lines)


def scale_tables(results, scales):
    """A table for each run of rows that are measured for the same N."""
    measured = defaultdict(list)
    for scale in scales:
        found = re.compile(re.escape(key_pattern(scale)) + r"/N:(\d+)")
        names = {name for program, name, _ in results.figures if program == "heddle"}
        counts = sorted(int(match.group(1)) for match in map(found.fullmatch, names) if match)
        if counts:
            measured["few" if counts[-1] < 1000 else "many"].append((scale, counts))
    tables = []
    for group in measured.values():
        columns = sorted({count for _, counts in group for count in counts})
        lines = []
        for scale, _ in group:
            medians = [results.median("heddle", f"{key_pattern(scale)}/N:{count}", scale.unit) for count in columns]
            lines.append([scale.work, str(scale.threads), *map(number, medians)])
        tables.append(table(["work", "T", *(f"{count:,}".replace(",", " ") for count in columns)], lines))
    return "\n\n".join(tables)


def reasons(results, rows):
    """For each row that missed its goal, its section of REASONS."""
    sections = {}
    for section in re.split(r"^## ", REASONS.read_text(), flags=re.MULTILINE)[1:]:
        key, _, text = section.partition("\n")
        sections[key.strip()] = text.strip()
    lines = []
    for row in rows:
        if verdict(results, row) == "no":
            # One section speaks for all numbers of threads unless one names its own.
            said = sections.get(row.key) or sections.get(row.bench, "Not looked into yet.")
            lines += [f"**{row.bench}**, T = {row.threads}. {said}", ""]
    return lines


def first_match(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else None


def package_version(package):
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return asked.stdout if asked.returncode == 0 else "of unknown version"


def environment(build, programs):
    memory = int(first_match(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())) / 1e6
    processor = first_match(r"^model name\s*:(.*)", Path("/proc/cpuinfo").read_text()) or platform.machine()
    machine = f"{processor}, {os.cpu_count()} processors, {memory:.0f} GB, Linux {platform.release()}"

    cache = (build / "CMakeCache.txt").read_text()
    compiler = first_match(r"^CMAKE_CXX_COMPILER:\w+=(.*)", cache)
    built = first_match(r"^CMAKE_BUILD_TYPE:\w+=(.*)", cache)
    said = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    versions = [f"{said}, {built}"]
    if "go" in programs:
        versions.append(subprocess.run(["go", "version"], capture_output=True, text=True).stdout.split()[2])
    if "fiber" in programs:
        versions.append(f"Boost.Fiber {package_version('libboost-fiber-dev')}")
    if "tbb" in programs:
        versions.append(f"oneTBB {package_version('libtbb-dev')}")
    return machine, versions


def notes(results, programs):
    lines = [f"{NAMES[name]} is not installed here." for name in PROGRAMS if name not in programs]
    for (program, key), reason in results.failures.items():
        lines.append(f"{NAMES[program]} failed on `{key}`: {reason}.")
    return lines


def render(build, programs, results, rows, scales, rounds, load):
    machine, versions = environment(build, programs)
    goals = [verdict(results, row) for row in rows]
    lines = [
        "# Benchmarks",
        "",
        "Written by `./dev bench runtime`, from one run. The figures move with the machine, the ratios less.",
        "",
        f"- Machine: {machine}; load before the run {load[0]:.1f}, after it {os.getloadavg()[0]:.1f}.",
        f"- Built with: {'; '.join(versions)}.",
        f"- {rounds} interleaved round{'s' * (rounds != 1)}, a process for each figure; memory that is parked, 1 round.",
        "- Medians, in nanoseconds unless they say otherwise; ±: half the distance between the quartiles.",
        "- T: threads that run tasks. On one, CPU time of the process; on two, time that passed.",
        "- –: the peer has no such thing.",
        *(f"- {note}" for note in notes(results, programs)),
        "",
        main_table(results, programs, rows),
        "",
        f"{goals.count('yes')} of {len(goals)} reached.",
    ]
    if missed := reasons(results, rows):
        lines += ["", "## What is missed, and why", "", *missed[:-1]]
    if scales:
        about = "Heddle alone, by N; ns, or bytes of memory. Caches end: some 10 000 nodes or stacks fill the second level."
        lines += ["", "## As the work grows", "", about, "", scale_tables(results, scales)]
    return "\n".join(lines) + "\n"


def kept(page):
    """The section of the page that http/run.py writes."""
    found = re.search(r"^## HTTP$.*?(?=^## |\Z)", page.read_text() if page.exists() else "", re.MULTILINE | re.DOTALL)
    return f"\n{found.group(0)}" if found else ""


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="where it was built with HEDDLE_BUILD_BENCH=ON")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="one round, to see that it works; writes no page")
    parser.add_argument("--only", metavar="REGEX", help="these benchmarks; writes no page")
    parser.add_argument("--output", type=Path, help=f"the page to write, instead of {PAGE.relative_to(ROOT)}")
    return parser.parse_args()


def main():
    options = parse()
    rounds = 1 if options.quick else options.rounds
    load = os.getloadavg()
    wanted = re.compile(options.only or "")
    rows = [row for row in ROWS if wanted.search(row.bench)]
    scales = [scale for scale in SCALES if wanted.search(scale.bench)]

    paths = {name: options.build.resolve() / "bin" / file for name, file in PROGRAMS.items()}
    programs = {name: Program(path) for name, path in paths.items() if path.exists()}
    if "heddle" not in programs:
        raise SystemExit(f"{paths['heddle']} is missing: build the target heddle_benchmarks")

    terminal = sys.stderr.isatty()

    def progress(text):
        if terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    results = measure_all(programs, rows, rounds, scales, progress)
    page = render(options.build, programs, results, rows, scales, rounds, load)
    print(page, end="")
    output = options.output or (None if options.quick or options.only else PAGE)
    if output:
        output.write_text(page + kept(output))
    return 1 if any(program == "heddle" for program, _ in results.failures) else 0


if __name__ == "__main__":
    sys.exit(main())
