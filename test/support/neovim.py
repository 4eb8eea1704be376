"""A session in Neovim: a finding is shown, and its quick fix made.

usage: neovim.py BUILD DIR [PICTURES]

The editor is set up by `heddle init`, in DIR. With PICTURES, pictures of the
screen are written there: docs/guide/pictures.
"""

import json
import os
import pathlib
import subprocess
import sys

import screen

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = """#include "heddle/heddle.h"

#include <vector>

struct Line {};
struct Record {};
Record parse_record(const Line &line);

std::vector<Record> parse(const std::vector<Line> &lines) {
  std::vector<Record> parsed(lines.size());
  heddle::WaitGroup parsing;
  for (std::size_t i = 0; i < lines.size(); ++i)
    parsing.spawn([&, i] { parsed[i] = parse_record(lines[i]); });
  parsing.wait();
  return parsed;
}
"""


def prepare(build, directory):
    (directory / "project").mkdir(parents=True)
    source = directory / "project/decoder.cpp"
    source.write_text(SOURCE)
    (directory / "project/compile_commands.json").write_text(json.dumps([{
        "directory": str(source.parent), "file": str(source),
        "command": f"clang++ -std=c++20 -I{ROOT}/runtime/include -c {source}"}]))
    subprocess.run([f"{build}/bin/heddle", "init", "--editor", "neovim"], check=True, cwd=source.parent,
                   env=os.environ | {"XDG_CONFIG_HOME": str(directory / "config")})
    return source


def main(build, directory, pictures=None):
    build, directory = pathlib.Path(build).resolve(), pathlib.Path(directory).resolve()
    source = prepare(build, directory)

    def picture(name):
        if pictures:
            (pathlib.Path(pictures) / f"neovim-{name}.svg").write_text(screen.svg(terminal.text(colours=True)))

    # A socket's path must be short.
    terminal = screen.Screen(
        ["sh", "-c", f"cd '{source.parent}' && exec nvim --cmd 'set notermguicolors noswapfile shada=' {source.name}"],
        f"/tmp/heddle-{os.getpid()}.tmux", rows=22,
        environment=[("XDG_CONFIG_HOME", str(directory / "config")), ("XDG_DATA_HOME", str(directory / "data")),
                     ("XDG_STATE_HOME", str(directory / "data")), ("XDG_CACHE_HOME", str(directory / "cache")),
                     ("HOME", str(directory)), ("LANG", "C.UTF-8")])
    try:
        terminal.wait_for("One task per round of a loop is spawned")
        terminal.keys(":13", "Enter")
        picture("finding")
        terminal.keys(":lua vim.lsp.buf.code_action()", "Enter")
        terminal.wait_for("Fix: One task per round of a loop is spawned")
        picture("menu")
        terminal.keys("1", "Enter")
        terminal.wait_for("heddle::parallel_for")
        terminal.keys(":write", "Enter")
        terminal.wait_for("written")
        picture("fixed")
    finally:
        terminal.close()

    fixed = source.read_text()
    assert "heddle::parallel_for(0, lines.size(), [&](std::size_t i) {" in fixed, fixed
    assert "WaitGroup" not in fixed, fixed


if __name__ == "__main__":
    main(*sys.argv[1:])
