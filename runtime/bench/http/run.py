#!/usr/bin/env python3
"""Loads Heddle's HTTP server and Go's with wrk, in rounds that interleave the two, and reports medians and ratios.

Both say "hello, world" on all processors; wrk, on one thread, keeps the connections busy on the same machine.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/benchmarks.md"
HEADING = "## HTTP"

SERVERS = {"heddle": ("http_heddle", "Heddle"), "go": ("http_go", "Go's net/http")}
CONNECTIONS = (16, 64, 256)
SECONDS = 3
UNITS = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}


def load(program, connections, seconds):
    """Requests per second, the 99th percentile of the latency in ms, and CPU time a request in µs."""
    server = subprocess.Popen([program, str(os.cpu_count())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip()
        ran = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://{address}/"],
            capture_output=True, text=True, check=True, timeout=10 * seconds + 60)
        used = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    finally:
        server.kill()
        server.wait()
    if failed := re.search(r"(Socket errors|Non-2xx).*", ran.stdout):
        raise SystemExit(f"{Path(program).name}: {failed.group(0)}")
    rate = float(re.search(r"Requests/sec:\s*([\d.]+)", ran.stdout).group(1))
    requests = int(re.search(r"(\d+) requests in", ran.stdout).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(\w+)", ran.stdout).groups()
    ticks = int(used[11]) + int(used[12])
    return rate, float(value) * UNITS[unit], ticks / os.sysconf("SC_CLK_TCK") / requests * 1e6


def measure(programs, rounds, seconds):
    figures = defaultdict(list)
    for number in range(rounds):
        for connections in CONNECTIONS:
            for name, program in programs.items():
                if sys.stderr.isatty():
                    print(f"\r\033[Kround {number + 1} of {rounds}: {connections} connections, {name}", end="", file=sys.stderr)
                figures[connections, name].append(load(program, connections, seconds))
    return {key: [statistics.median(column) for column in zip(*values)] for key, values in figures.items()}


def render(medians, rounds, seconds):
    head = ["connections", "requests/s, Heddle", "Go", "ratio", "p99, Heddle", "Go", "ratio", "CPU a request, Heddle", "Go", "reached"]
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    for connections in CONNECTIONS:
        ours, theirs = medians[connections, "heddle"], medians[connections, "go"]
        cells = [str(connections)]
        for (a, b), unit in zip(zip(ours, theirs), ("", " ms", " µs")):
            form = "{:.0f}{}" if not unit else "{:.1f}{}"
            cells += [form.format(a, unit), form.format(b, unit)]
            if unit != " µs":
                cells.append(f"{a / b:.2f}")
        cells.append("yes" if ours[0] >= theirs[0] and ours[1] <= theirs[1] else "no")
        lines.append("| " + " | ".join(cells) + " |")
    go = subprocess.run(["go", "version"], capture_output=True, text=True).stdout.split()[2]
    return "\n".join([
        HEADING,
        "",
        f"Written by `./dev bench http`: \"hello\" from `http::Server` and from {go}'s `net/http`, on {os.cpu_count()} processors,",
        f"under the same generator (wrk, one thread, {seconds} s a figure, on the same processors); medians of {rounds} interleaved rounds.",
        f"Load of the machine after the run: {os.getloadavg()[0]:.1f}. To reach: at least Go's, in both figures.",
        "",
        *lines,
    ]) + "\n"


def put_in(page, section):
    """The page with its section on HTTP replaced, or with one at its end."""
    before, _, rest = page.partition(f"\n{HEADING}\n")
    following = re.search(r"^## ", rest, re.MULTILINE)
    after = "\n" + rest[following.start():] if following else ""
    return before.rstrip("\n") + "\n\n" + section + after


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="where the target heddle_http_benchmarks was built")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--quick", action="store_true", help="one round, to see that it works; writes no page")
    options = parser.parse_args()

    programs = {name: options.build.resolve() / "bin" / file for name, (file, _) in SERVERS.items()}
    for name, program in programs.items():
        if not program.exists():
            raise SystemExit(f"{SERVERS[name][1]}: {program} is missing: build the target heddle_http_benchmarks")
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed")
    rounds, seconds = (1, 1) if options.quick else (options.rounds, options.seconds)
    section = render(measure(programs, rounds, seconds), rounds, seconds)
    print(section, end="")
    if not options.quick:
        PAGE.write_text(put_in(PAGE.read_text(), section))


if __name__ == "__main__":
    main()
