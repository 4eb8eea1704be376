"""Measures what the checks add to the parse of a unit: docs/lint-speed.md.

    lint.py BUILD [--quick]

BUILD is a build directory with the plugin and its compile database in it. The
time of a check is what stock clang-tidy's own profile gives it; a fact that
several checks share counts for the first that asks. --quick: one round, and no
page.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

import scaling

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "lint-speed.md"
ROUNDS = 5
PARTS = {
    "the runtime": "runtime/src/",
    "the tests of the runtime": "test/runtime/",
    "the command": "tool/",
}
UNITS_OF_PART = 8
GOAL = 0.10


def units_of(build):
    """The first units of each part, as (part, file, compiler's arguments)."""
    for part, prefix in PARTS.items():
        found = 0
        for entry in json.loads((build / "compile_commands.json").read_text()):
            if not entry["file"].startswith(f"{ROOT}/{prefix}") or not entry["file"].endswith(".cpp") or found == UNITS_OF_PART:
                continue
            found += 1
            words = shlex.split(entry["command"])
            flags = [word for word in words if re.match(r"-(std|D|I|f(?!use-ld)|O|W|isystem)", word)]
            # -isystem and its directory are two words; so is a precompiled header.
            flags = [f"-isystem{words[i + 1]}" if word == "-isystem" else word for i, word in enumerate(words) if word in flags]
            yield part, entry["file"], flags


def cpu(command):
    """CPU seconds of `command`, which must succeed."""
    before = os.times()
    result = subprocess.run(command, capture_output=True, text=True)
    after = os.times()
    if result.returncode != 0:
        sys.exit(f"lint.py: {shlex.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return after.children_user + after.children_system - before.children_user - before.children_system


class Measurement:
    def __init__(self, build):
        version = re.search(r"^HEDDLE_LLVM_VERSION:\w+=(\d+)$", (build / "CMakeCache.txt").read_text(), re.M)[1]
        self.clang = f"clang++-{version}"
        self.compiler_plugin = build / "lib/libheddle-clang.so"
        self.tidy = [f"clang-tidy-{version}", "-load", build / "lib/libheddle-tidy.so", "--checks=-*,heddle-*", "--config={}",
                     "--quiet", "--enable-check-profile"]

    def parse(self, unit, flags):
        return cpu([self.clang, "-fsyntax-only", *flags, unit])

    def plugin(self, unit, flags):
        return cpu([self.clang, "-fsyntax-only", f"-fplugin={self.compiler_plugin}", *flags, unit])

    def checks(self, unit, flags):
        """CPU seconds of each check, and of the whole of clang-tidy."""
        with tempfile.TemporaryDirectory() as store:
            whole = cpu([*self.tidy, f"--store-check-profile={store}", unit, "--", *flags])
            (report,) = pathlib.Path(store).glob("*.json")
            profile = json.loads(report.read_text())["profile"]
        spent = collections.Counter()
        for key, seconds in profile.items():
            if matched := re.fullmatch(r"time\.clang-tidy\.(heddle-[\w-]+)\.(user|sys)", key):
                spent[matched[1]] += seconds
        return spent, whole


def median_ms(samples):
    return statistics.median(samples) * 1000


def page(parts, shares, parse_total, command):
    lines = [
        "# What linting costs", "",
        "Written by `./dev bench lint`. CPU time of stock clang-tidy with the plugin and all checks, beside `clang++ -fsyntax-only` on the",
        f"same units; medians of {ROUNDS} interleaved rounds, summed over the units.", "",
        "| units | parse | checks | checks ÷ parse | `clang++ -fplugin` ÷ parse | clang-tidy in all ÷ parse |",
        "| --- | --- | --- | --- | --- | --- |"]
    for part, (units, parse, checks, plugin, whole) in parts.items():
        lines.append(f"| {units} of {part} | {parse:.0f} ms | {checks:.0f} ms | {checks / parse:.3f} | {plugin / parse:.2f} | {whole / parse:.2f} |")
    total = sum(shares.values())
    met = "met" if total <= GOAL * parse_total else "missed"
    lines += ["", f"Goal: all checks together add at most {GOAL:.0%} to the parse. Over all units they add {total / parse_total:.1%}: {met}.", "",
              "## By check", "",
              "A fact that several checks share counts for the first that asks, in the order of their names.", "",
              "| check | CPU | share of the parse |", "| --- | --- | --- |"]
    for check, spent in sorted(shares.items(), key=lambda item: -item[1]):
        lines.append(f"| {check} | {spent:.1f} ms | {spent / parse_total:.2%} |")
    return "\n".join([*lines, "", *command]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="one round, and no page")
    options = parser.parse_args()
    measurement = Measurement(options.build.resolve())

    units = list(units_of(options.build.resolve()))
    samples = collections.defaultdict(list)
    for _ in range(1 if options.quick else ROUNDS):
        for _, unit, flags in units:
            samples[unit, "parse"].append(measurement.parse(unit, flags))
            samples[unit, "plugin"].append(measurement.plugin(unit, flags))
            spent, whole = measurement.checks(unit, flags)
            samples[unit, "whole"].append(whole)
            samples[unit, "checks"].append(sum(spent.values()))
            for check, seconds in spent.items():
                samples[unit, check].append(seconds)

    parts = {}
    for part in PARTS:
        own = [unit for of, unit, _ in units if of == part]
        parts[part] = (len(own), *(sum(median_ms(samples[unit, what]) for unit in own) for what in ("parse", "checks", "plugin", "whole")))
    shares = collections.Counter()
    for (_, what), seconds in samples.items():
        if what.startswith("heddle-"):
            shares[what] += median_ms(seconds)
    command = scaling.section(
        options.build.resolve() / "bin/heddle", ROOT / "runtime/include", measurement.clang,
        [(part, [(unit, flags) for of, unit, flags in units if of == part]) for part in PARTS],
        scaling.SIZES[:2] if options.quick else scaling.SIZES)
    text = page(parts, shares, sum(parse for _, parse, *_ in parts.values()), command)
    if options.quick:
        print(text)
    else:
        PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
