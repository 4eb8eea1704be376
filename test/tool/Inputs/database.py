"""Writes compile_commands.json for the sources of a directory.

usage: database.py DIR FLAGS [FILE...]    (default: all *.cpp)
"""
import json
import pathlib
import shlex
import sys

directory, flags, *files = sys.argv[1:]
root = pathlib.Path(directory).resolve()
files = files or sorted(str(p.relative_to(root)) for p in root.rglob("*.cpp"))
entries = [
    {"directory": str(root), "file": file, "command": f"clang++ {flags} -c {shlex.quote(file)}"}
    for file in files
]
(root / "compile_commands.json").write_text(json.dumps(entries, indent=1))
