#!/usr/bin/env python3
"""Tests a rule on one file.

  check_rule.py --build BUILD --llvm N --temp T FILE RULE [-- FLAG...]

FILE, linted by stock clang-tidy with the plugin, must give the messages that it
says, and no warning else:

  // CHECK-MESSAGES: :[[@LINE-1]]:3: warning: … [heddle-rule]
  // CHECK-NOTES: :[[@LINE-1]]:3: note: …

CHECK-NOTES lines, if there are any, are checked against warnings and notes
together, in order. The fixes are applied to copies of FILE, the safe ones
(CHECK-FIXES) and those for review with them (CHECK-REVIEW). Every fixed file
must compile with all warnings, and linted again have no fixable finding left,
and none that was not there before. `--option KEY=VALUE` sets an option of the
rule; `--prefix X` uses CHECK-X-… for a second RUN line with other options.

Headers beside FILE in Inputs/ are copied along and fixed with it.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# A round's fixes do not overlap; what they left out comes in the next.
MAX_ROUNDS = 5


def fail(what, *details):
    print("\n".join(["check_rule: " + what, *map(str, details)]))
    sys.exit(1)


class RuleTest:
    def __init__(self, options):
        self.rule = "heddle-" + options.rule
        self.test = pathlib.Path(options.file).resolve()
        self.text = self.test.read_text(encoding="utf-8")
        self.prefix = f"CHECK-{options.prefix}-" if options.prefix else "CHECK-"
        self.temp = pathlib.Path(str(options.temp) + ".dir")
        self.bin = f"/usr/lib/llvm-{options.llvm}/bin"
        self.plugin = f"{options.build}/lib/libheddle-tidy.so"
        self.flags = ["-std=c++20", f"-I{ROOT}/runtime/include", "-Wall", "-Wextra", "-Wno-unused",
                      "-Wno-unused-parameter", "-Wthread-safety", *options.flags]
        self.config = json.dumps({"CheckOptions": {
            key if key.startswith("heddle.") else f"{self.rule}.{key}": value
            for key, value in (option.split("=", 1) for option in options.option)}})
        shutil.rmtree(self.temp, ignore_errors=True)

    def copy(self, name):
        """A fresh copy of the test without its expectations, which would else
        match themselves. For messages the lines keep their numbers."""
        directory = self.temp / name
        directory.mkdir(parents=True)
        # The mark of a project: what lies outside of it is not edited.
        (directory / ".clang-tidy").write_text("Checks: '-*'\n")
        inputs = self.test.parent / "Inputs"
        if inputs.exists():
            shutil.copytree(inputs, directory / "Inputs")
        file = directory / self.test.name
        blank = "" if name != "messages" else r"\n"
        text = re.sub(r"^[ \t]*// *(RUN|CHECK[A-Z-]*):.*\n", blank, self.text, flags=re.M)
        file.write_text(text, encoding="utf-8")
        return file

    def lint(self, file, *arguments, checks="heddle-*"):
        """The diagnostics of a run, and what it printed."""
        report = file.with_suffix(".yaml")
        report.unlink(missing_ok=True)
        run = subprocess.run(
            [f"{self.bin}/clang-tidy", "-load", self.plugin, f"--checks=-*,{checks}", f"--config={self.config}",
             "--header-filter=.*", "--quiet", f"--export-fixes={report}", *arguments, file, "--", *self.flags],
            capture_output=True, text=True)
        if run.returncode != 0 or "error:" in run.stdout:
            fail(f"clang-tidy gave status {run.returncode}", run.stdout, run.stderr)
        found = yaml.safe_load(report.read_text())["Diagnostics"] if report.exists() else []
        return found, run.stdout

    def file_check(self, file, against, prefixes, *arguments):
        run = subprocess.run(
            [f"{self.bin}/FileCheck", f"--input-file={file}", str(against), f"--check-prefixes={','.join(prefixes)}",
             "--strict-whitespace", "--allow-empty", "--dump-input-context=20", *arguments],
            capture_output=True, text=True)
        if run.returncode != 0:
            fail(f"{' and '.join(prefixes)} of {against.name} do not hold of {file}", run.stderr)

    def has(self, kind):
        return re.search(rf"^\s*// *{self.prefix}{kind}(-NEXT|-NOT|-SAME|-DAG|-LABEL|-EMPTY)?:", self.text, re.M)

    def check_messages(self):
        file = self.copy("messages")
        found, output = self.lint(file, checks=self.rule)
        messages = [line for line in output.splitlines() if re.search(r":\d+:\d+: (warning|note|error): ", line)]
        notes = self.has("NOTES")
        if not notes:
            messages = [line for line in messages if ": note: " not in line]
        shown = file.with_suffix(".messages")
        shown.write_text("".join(line + "\n" for line in messages))
        prefixes = [self.prefix + kind for kind in ("MESSAGES", "NOTES") if self.has(kind)]
        if prefixes:
            self.file_check(shown, self.test, prefixes, "--implicit-check-not={{warning|error}}:")
        elif messages:
            fail("warnings that nothing expects", *messages)
        return found

    def check_fixes(self, kind, flag, fixable, ours, before):
        """Applies fixes until there are none and judges the outcome."""
        if not fixable:
            if self.has(kind):
                fail(f"{self.prefix}{kind} expects a fix, but there is none")
            return
        file = self.copy(kind.lower())
        for _ in range(MAX_ROUNDS):
            self.lint(file, flag, checks=self.rule)
            left, _ = self.lint(file, checks=self.rule)
            if not any(fixes(finding, kind) for finding in left):
                break
        else:
            fail(f"after {MAX_ROUNDS} rounds of fixes there are still some to make in {file}")
        if not self.has(kind):
            fail(f"there are fixes, but no {self.prefix}{kind} says what they give", file.read_text())
        self.file_check(file, self.test, [self.prefix + kind])

        compiled = subprocess.run([f"{self.bin}/clang++", "-fsyntax-only", "-Werror", *self.flags, file],
                                  capture_output=True, text=True)
        if compiled.returncode != 0:
            fail(f"the fixed file {file} does not compile", compiled.stderr)

        # One fix may mend what several findings tell of.
        if len(left) > len(ours) - fixable:
            fail(f"of {len(ours)} findings, {fixable} with a fix, the fixes in {file} leave {len(left)}")
        after, output = self.lint(file)
        added = counts(after) - counts(before)
        added.pop(self.rule, None)
        if added:
            fail(f"the fixes in {file} bring {dict(added)}", output)

    def run(self):
        ours = self.check_messages()
        everything, _ = self.lint(self.copy("before"))
        safe = sum(fixes(finding, "FIXES") for finding in ours)
        for kind, flag in (("FIXES", "--fix"), ("REVIEW", "--fix-notes")):
            fixable = sum(fixes(finding, kind) for finding in ours)
            if kind == "FIXES" or fixable > safe or self.has(kind):
                self.check_fixes(kind, flag, fixable, ours, everything)


def counts(findings):
    return collections.Counter(finding["DiagnosticName"] for finding in findings)


def fixes(finding, kind):
    """Whether a finding has a fix that applying those of `kind` applies."""
    if finding["DiagnosticMessage"]["Replacements"]:
        return True
    noted = [note for note in finding.get("Notes", []) if note["Replacements"]]
    return kind == "REVIEW" and len(noted) == 1


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        flags = arguments[arguments.index("--") + 1 :]
        arguments = arguments[: arguments.index("--")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--temp", required=True)
    parser.add_argument("--prefix")
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("file")
    parser.add_argument("rule")
    options = parser.parse_args(arguments)
    options.flags = flags
    RuleTest(options).run()


if __name__ == "__main__":
    main()
