"""Feeds the heddle command what is almost right: reports, baselines, configuration, databases, sources.

usage: fuzz.py BUILD [--data N] [--sources N] [--seed N]

Nothing may crash or hang, whatever comes: the exit status is 0, 1 or 2, and with 2 stderr says why.
A mutant that breaks this stays in BUILD/fuzz.
"""
import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--data", type=int, default=400)
parser.add_argument("--sources", type=int, default=400)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

root = pathlib.Path(__file__).resolve().parents[2]
heddle = (arguments.build / "bin/heddle").resolve()
work = arguments.build.resolve() / "fuzz"
shutil.rmtree(work, ignore_errors=True)
work.mkdir()
chance = random.Random(arguments.seed)
faults = []

SOURCE = """#include "heddle/memory.h"
void a(int n) {
  for (int i = 0; i < n; ++i)
    heddle::collect();
}
"""
FLAGS = ["-std=c++20", f"-I{root}/runtime/include"]
ODD = [b"", b"\0", b"\xff\xfe", b"-1", b"1e999", b"99999999999999999999", b"{", b"]", b'"', b"\\u", b"null", b"true",
       b"\n", b"\r", b"%s", b"../../..", b"<<<<<<<", b"[" * 2000]


def mutate(data):
    """A few edits of bytes: cut, doubled, swapped, replaced."""
    for _ in range(chance.randint(1, 3)):
        begin = chance.randrange(len(data) + 1)
        end = min(len(data), begin + chance.choice([1, 2, 8, 40]))
        kind = chance.randrange(5)
        if kind == 0:
            data = data[:begin] + data[end:]
        elif kind == 1:
            data = data[:end] + data[begin:end] * chance.choice([1, 3]) + data[end:]
        elif kind == 2:
            data = data[:begin] + chance.choice(ODD) + data[end:]
        elif kind == 3:
            data = data[:begin]
        else:
            data = data[:begin] + bytes([chance.randrange(256)]) + data[begin + 1:]
    return data


def mutate_tokens(text):
    """Edits of tokens, which parse more often."""
    tokens = re.findall(r"\s+|\w+|[^\w\s]", text)
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        kind = chance.randrange(5)
        if kind == 0:
            tokens[at] = ""
        elif kind == 1:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == 2:
            tokens[at] = tokens[at] + " " + tokens[at]
        elif kind == 3:
            tokens[at] = tokens[other]
        else:
            tokens = tokens[:max(at, len(tokens) // 2)]
    return "".join(tokens)


def run(*words, statuses=(0, 1, 2), seconds=120):
    try:
        done = subprocess.run([heddle, *words], cwd=work, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, "it hangs"
    if done.returncode not in statuses:
        return done, f"status {done.returncode}: {done.stderr[-400:].decode(errors='replace')}"
    if done.returncode == 2 and not done.stderr.strip():
        return done, "status 2 without a word"
    return done, ""


def judge(name, fault, *files):
    if not fault:
        return
    kept = work / f"fault{len(faults)}"
    kept.mkdir()
    for file in files:
        shutil.copy(file, kept)
    faults.append(f"{name}, {kept.name}: {fault}")


def fuzz_data():
    source = work / "a.cpp"
    source.write_text(SOURCE)
    (work / ".git").mkdir()
    database = work / "compile_commands.json"
    right = {
        "compile_commands.json": json.dumps(
            [{"directory": str(work), "file": "a.cpp", "arguments": ["clang++", *FLAGS, "-c", "a.cpp"]}]).encode(),
        ".clang-tidy": b"Checks: 'heddle-*'\nCheckOptions:\n  heddle.Roles: 'spawns: go'\n"
                       b"  - key: heddle-timer-in-loop.Threshold\n    value: 3\nWarningsAsErrors: ''\n",
    }
    database.write_bytes(right["compile_commands.json"])
    right["report.json"] = subprocess.run([heddle, "lint", "--format", "json"], cwd=work, capture_output=True).stdout
    subprocess.run([heddle, "baseline", "--file", "known"], cwd=work, check=True, capture_output=True)
    right["known"] = (work / "known").read_bytes()
    commands = {
        "compile_commands.json": ["lint"],
        ".clang-tidy": ["lint"],
        "report.json": ["merge", "report.json", "--format"],
        "known": ["lint", "--baseline", "known"],
    }
    names = ["report.json"] * 6 + ["known"] * 2 + ["compile_commands.json", ".clang-tidy"]
    for index in range(arguments.data):
        name = chance.choice(names)
        (work / name).write_bytes(mutate(right[name]))
        words = list(commands[name])
        if name == "report.json":
            words.append(chance.choice(["text", "json", "sarif", "github", "gitlab", "checkstyle", "html"]))
        judge(" ".join(words), run(*words)[1], work / name)
        if name == ".clang-tidy":
            (work / name).unlink()
        else:
            (work / name).write_bytes(right[name])


def fuzz_sources():
    """Many to a process: a crash is a problem of its own unit, and named."""
    seeds = sorted((root / "test/rules").glob("*.cpp"))
    folder = work / "sources"
    folder.mkdir()
    for begin in range(0, arguments.sources, 50):
        entries = []
        for index in range(begin, min(begin + 50, arguments.sources)):
            file = folder / f"m{index}.cpp"
            file.write_text(mutate_tokens(chance.choice(seeds).read_text()))
            entries.append({"directory": str(folder), "file": file.name,
                            "arguments": ["clang++", *FLAGS, f"-I{root}/test/rules", "-c", file.name]})
        (folder / "compile_commands.json").write_text(json.dumps(entries))
        done, fault = run("lint", "-p", str(folder), "--tier", "advice", "--format", "json", seconds=600)
        judge("sources", fault)
        for problem in json.loads(done.stdout)["problems"] if done and done.stdout else []:
            if problem["kind"] == "crash":
                judge("sources", f"{problem['message']} {problem.get('check', '')} "
                      f"{[note['message'] for note in problem['notes']]}", work / problem["unit"])


fuzz_data()
fuzz_sources()
print(f"{arguments.data} mutants of data, {arguments.sources} of sources, {len(faults)} faults")
for fault in faults:
    print(fault)
sys.exit(bool(faults))
