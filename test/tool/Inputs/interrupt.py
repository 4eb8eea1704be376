"""Kills `heddle fix` at many moments, and looks at what is left of the files.

usage: interrupt.py DIR FLAGS HEDDLE
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

directory, flags, heddle = sys.argv[1:]
top = pathlib.Path(directory)
FILES = 60

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
    root.mkdir()
    for i in range(FILES):
        (root / f"part{i}.h").write_text(OLD.format(i))
    (root / "a.cpp").write_text(
        "".join(f'#include "part{i}.h"\n' for i in range(FILES)))
    (root / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(root), "file": "a.cpp",
          "command": f"clang++ {flags} -c a.cpp"}]))


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


def interrupt(name, number, moment):
    root = top / name
    make_project(root)
    process = subprocess.Popen(
        [heddle, "fix", "-p", str(root), "--root", str(root)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    moment(root, process)
    process.send_signal(number)
    process.wait()
    new = inspect(root)
    left = list(root.glob(".heddle*"))
    if number != signal.SIGKILL:
        assert not left, left
    shutil.rmtree(root)
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
    """When the first file is new; they are replaced from the last name on."""
    states = [(root / f"part{i}.h", (root / f"part{i}.h").stat().st_ino)
              for i in range(FILES)]
    while process.poll() is None:
        if any(path.stat().st_ino != inode for path, inode in states):
            return


seen = []
for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
    for i, moment in enumerate([after(0.05), after(0.5), when_writing(1),
                                when_writing(FILES // 2), when_replacing]):
        seen.append(interrupt(f"{number.name}-{i}", number, moment))
print("new files after each interrupt:", *seen)
