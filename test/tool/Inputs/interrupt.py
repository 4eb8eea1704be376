"""Kills `heddle fix` at many moments, and looks at what is left of a thousand
files.

usage: interrupt.py DIR FLAGS HEDDLE
"""
import json
import pathlib
import random
import signal
import subprocess
import sys
import time

directory, flags, heddle = sys.argv[1:]
top = pathlib.Path(directory)
FILES = 1000
UNITS = 4
KILLS = 16
SEED = 7

OLD = """#pragma once
#include "heddle/memory.h"
inline void drain{0}(int n) {{
  for (int i = 0; i < n; ++i) {{
    heddle::collect();
  }}
}}
"""
NEW = OLD.replace("    heddle::collect();\n", "")


def make_project(root):
    root.mkdir(exist_ok=True)
    for i in range(FILES):
        (root / f"part{i}.h").write_text(OLD.format(i))
    for unit in range(UNITS):
        (root / f"unit{unit}.cpp").write_text(
            "".join(f'#include "part{i}.h"\n' for i in range(unit, FILES, UNITS)))
    (root / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(root), "file": f"unit{unit}.cpp",
          "command": f"clang++ {flags} -c unit{unit}.cpp"} for unit in range(UNITS)]))


def inspect(root):
    """How many files are new. Any other than old and new is a failure."""
    new = 0
    for i in range(FILES):
        text = (root / f"part{i}.h").read_text()
        if text == NEW.format(i):
            new += 1
        else:
            assert text == OLD.format(i), text
    return new


def start(root):
    return subprocess.Popen(
        [heddle, "fix", "-p", str(root), "--root", str(root), "--cache", str(top / "cache")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fix_all(root):
    """Runs to the end, and tells how long that took."""
    begin = time.monotonic()
    assert start(root).wait() == 0
    assert inspect(root) == FILES
    return time.monotonic() - begin


def interrupt(root, number, moment):
    make_project(root)
    process = start(root)
    moment(root, process)
    process.send_signal(number)
    process.wait()
    new = inspect(root)
    left = list(root.glob(".heddle*"))
    if number != signal.SIGKILL:
        assert not left, left
    for path in left:
        path.unlink()
    return new


def after(seconds):
    return lambda root, process: time.sleep(seconds)


def when_writing(files):
    """When so many temporary files stand, or the program is done."""
    def wait(root, process):
        while process.poll() is None and len(list(root.glob(".heddle*"))) < files:
            pass
    return wait


def when_replacing(root, process):
    """When the first file is new."""
    states = [(root / f"part{i}.h", (root / f"part{i}.h").stat().st_ino)
              for i in range(FILES)]
    while process.poll() is None:
        if any(path.stat().st_ino != inode for path, inode in states):
            return


project = top / "project"
make_project(project)
fix_all(project)
make_project(project)
whole = fix_all(project)

chance = random.Random(SEED)
seen = []
for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
    for moment in (when_writing(1), when_writing(FILES // 2), when_replacing):
        seen.append(interrupt(project, number, moment))
for i in range(KILLS):
    number = (signal.SIGKILL, signal.SIGINT)[i % 2]
    seen.append(interrupt(project, number, after(chance.uniform(0, whole))))
    if i % 8 == 0:
        fix_all(project)
print("new files after each interrupt:", *seen)
