"""Measures how long an editor waits for findings: docs/editor-speed.md.

    editor.py BUILD [--quick]

From an edit of a unit of 2000 lines to what the server tells of it, for stock
clangd and for heddle-clangd. --quick: few edits, and no page.
"""

import argparse
import pathlib
import re
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "test/support"))
import lsp  # noqa: E402

PAGE = ROOT / "docs" / "editor-speed.md"
LINES = 2000
EDITS, ROUNDS = 10, 4

HEAD = """#include "heddle/heddle.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

struct Record { std::string name; long value = 0; };
"""
# What a service is made of: a lock, a channel with its workers, a loop, a timer.
PART = """
class Store{0} {{
public:
  void put(const Record &record) {{
    std::lock_guard lock(mutex_);
    records_[record.name] = record.value;
    ++version_;
  }}
  long get(const std::string &name) const {{
    std::lock_guard lock(mutex_);
    auto found = records_.find(name);
    return found == records_.end() ? -1 : found->second;
  }}

private:
  mutable std::mutex mutex_;
  std::map<std::string, long> records_;
  long version_ = 0;
}};

void serve{0}(Store{0} &store, heddle::Channel<Record> &records) {{
  heddle::TaskGroup workers;
  for (int worker = 0; worker < 4; ++worker)
    workers.spawn([&] {{
      for (Record record : records)
        store.put(record);
    }});
  workers.wait();
}}

std::vector<long> sums{0}(const std::vector<std::vector<long>> &rows) {{
  std::vector<long> sums(rows.size());
  heddle::WaitGroup group;
  for (std::size_t i = 0; i < rows.size(); ++i)
    group.spawn([&, i] {{
      for (long value : rows[i])
        sums[i] += value;
    }});
  group.wait();
  return sums;
}}
"""
EDITED = "\nint edited(int value) { return value + 0; }\n"


def unit():
    text, part = HEAD, 0
    while text.count("\n") + PART.count("\n") + EDITED.count("\n") <= LINES:
        text += PART.format(part)
        part += 1
    return text + EDITED


class Server:
    def __init__(self, name, command, directory):
        self.name, self.path = name, directory / "unit.cpp"
        self.client = lsp.Client(command, directory, directory / f"{name}.log")
        start = time.perf_counter()
        self.client.open(self.path)
        self.findings = sum(str(each.get("code", "")).startswith("heddle-") for each in self.client.found(self.path))
        self.opened = time.perf_counter() - start
        self.waits = []

    def edit(self, number):
        text = re.sub(r"value \+ \d+", f"value + {number}", self.client.texts[self.path])
        start = time.perf_counter()
        self.client.change(self.path, text)
        self.client.found(self.path)
        self.waits.append(time.perf_counter() - start)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.client.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def page(servers):
    stock, ours = (statistics.median(server.waits) * 1000 for server in servers)
    rows = "\n".join(
        f"| {server.name} | {server.opened * 1000:.0f} ms | {statistics.median(server.waits) * 1000:.0f} ms | "
        f"{statistics.quantiles(server.waits, n=10)[-1] * 1000:.0f} ms | {server.memory():.0f} MB | {server.findings} |" for server in servers)
    return f"""# What findings cost in an editor

Written by `./dev bench lsp`. A unit of {LINES} lines with `heddle.h` and parts of the standard library, in which one function is edited
{EDITS * ROUNDS} times. The wait is from the edit to what the server tells of it; both servers run one request at a time (`-sync`), so clangd's
pause for more keystrokes is not in it.

| server | open | edit, median | edit, 9 of 10 | memory at most | findings of ours |
| --- | --- | --- | --- | --- | --- |
{rows}

All checks add {ours - stock:.0f} ms to an edit, {ours / stock - 1:.0%} of what stock clangd takes.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="few edits, and no page")
    options = parser.parse_args()
    build = options.build.resolve()
    version = re.search(r"^HEDDLE_LLVM_VERSION:\w+=(\d+)$", (build / "CMakeCache.txt").read_text(), re.M)[1]

    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        (directory / "unit.cpp").write_text(unit())
        (directory / "compile_flags.txt").write_text(f"-std=c++20\n-I{ROOT}/runtime/include\n")
        servers = [Server(f"clangd-{version}", [f"clangd-{version}"], directory),
                   Server("heddle-clangd", [build / "bin/heddle-clangd"], directory)]
        for number in range(1, 5 if options.quick else EDITS * ROUNDS + 1):
            for server in servers:
                server.edit(number)
        text = page(servers)
        for server in servers:
            server.client.close()
    if options.quick:
        print(text)
    else:
        PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
