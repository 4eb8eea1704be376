"""Changes one thing after another, and looks at which units are linted again.

usage: cache.py DIR FLAGS HEDDLE
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

directory, flags, heddle = sys.argv[1:]
top = pathlib.Path(directory)
store = top / "store"

FILES = {
    "src/a.cpp": '#include "heddle/memory.h"\n#include "shared.h"\nvoid a(int n) {\n  for (int i = 0; i < n; ++i) { heddle::collect(); }\n}\n',
    "src/b.cpp": '#include "shared.h"\n#if __has_include("later.h")\n#include "later.h"\n#endif\nint b() { return shared; }\n',
    "src/c.cpp": "int c() { return 0; }\n",
    "late/shared.h": "#pragma once\ninline int shared = 1;\n",
    ".clang-tidy": "CheckOptions:\n  heddle-collect-in-hot-path.NoSuch: 1\n",
}
UNITS = 3


def make(name):
    root = top / name
    for file, text in FILES.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / ".clang-tidy").unlink()
    (root / "early").mkdir()
    (root / "compile_commands.json").write_text(json.dumps([
        {"directory": "src", "file": f"{unit}.cpp", "command": f"clang++ {flags} -I../early -I{root}/late -c {unit}.cpp"} for unit in "abc"]))
    return root


def lint(root, *arguments, status=0, environment={}):
    done = subprocess.run(
        [heddle, "lint", "-p", ".", "--root", ".", "--format", "json", "--cache", str(store), *arguments],
        cwd=root, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def expect(what, root, changed, findings=1, **kwargs):
    """So many units are linted again, and then none."""
    for expected in (changed, 0):
        report = lint(root, **kwargs)
        again = report["summary"]["units"] - report["summary"]["cached"]
        assert report["summary"]["units"] == UNITS and again == expected, f"{what}: {again} units linted, expected {expected}"
        assert len(report["findings"]) == findings, (what, report["findings"])
    return report


one = make("one")
cold = expect("first", one, 3)
warm = lint(one)
for report in (cold, warm):
    report["summary"].pop("cached")
assert cold == warm
assert lint(one, "--tier", "bug")["summary"]["cached"] == 0

(one / "src/c.cpp").write_text("int c() { return 1; }\n")
expect("a main file", one, 1)
os.utime(one / "src/c.cpp", (1, 1))
expect("only the time", one, 0)
(one / "late/shared.h").write_text("#pragma once\ninline int shared = 2;\n")
expect("a header", one, 2)
(one / "late/shared.h").write_text(FILES["late/shared.h"])
expect("the header as it was", one, 0)

(one / "early/shared.h").write_text("#pragma once\ninline int shared = 3;\n")
expect("a header that comes first", one, 2)
(one / "early/shared.h").unlink()
expect("its end", one, 0)
(one / "late/later.h").write_text("#pragma once\n")
expect("what __has_include asks for", one, 1)
(one / "late/later.h").unlink()
shutil.rmtree(one / "early")
expect("a directory of headers gone", one, 3)
(one / "early").mkdir()
(one / "late/real.h").write_text(FILES["late/shared.h"])
(one / "late/shared.h").unlink()
(one / "late/shared.h").symlink_to("real.h")
expect("a link of the same content", one, 2)
(one / "late/shared.h").unlink()
(one / "late/shared.h").write_text(FILES["late/shared.h"])

(one / "src/.clang-tidy").write_text("Checks: '-heddle-collect-*'\n")
expect("configuration", one, 3, findings=0)
(one / "src/.clang-tidy").unlink()
expect("configuration gone", one, 0)
(top / ".clang-tidy").write_text("WarningsAsErrors: 'heddle-*'\n")
expect("configuration above the project", one, 3, status=1)
(top / ".clang-tidy").unlink()
expect("the environment", one, 3, environment={"CPATH": str(one)})
database = one / "compile_commands.json"
text = database.read_text()
database.write_text(text.replace("-c c.cpp", "-DX -c c.cpp"))
expect("a command", one, 1)
database.write_text(text)

# What could not be linted, or not as configured, is tried again.
(one / ".clang-tidy").write_text(FILES[".clang-tidy"])
for _ in range(2):
    assert lint(one, status=2)["summary"]["cached"] == 0
(one / ".clang-tidy").unlink()
(one / "src/c.cpp").write_text("int c( {\n")
for _ in range(2):
    assert lint(one, status=2)["summary"]["cached"] == 2
(one / "src/c.cpp").write_text(FILES["src/c.cpp"])
expect("all well", one, 0)

# Another checkout, at another place, shares; what it says is about itself.
two = make("two")
report = expect("another checkout", two, 0)
assert report["root"] == str(two.resolve()) and report["findings"][0]["file"] == "src/a.cpp"
(two.parent / "beside.h").write_text("#pragma once\n")
(two / "src/c.cpp").write_text('#include "../../beside.h"\n')
expect("a header beside the checkout", two, 1)
(one / "src/c.cpp").write_text('#include "../../beside.h"\n')
expect("the same for the other", one, 1)

# Damage is as good as no entry, and is made good.
files = sorted(store.glob("llvmcache-*"))
assert files and not list(store.glob("*.tmp"))
for damage in (lambda data: b"", lambda data: data[:len(data) // 2], lambda data: data[:-9] + b"?" + data[-8:],
               lambda data: b"\0" * len(data), lambda data: data + b"x"):
    for path in store.glob("llvmcache-*"):
        path.write_bytes(damage(path.read_bytes()))
    expect("damage", one, 3)

# Several processes at once.
shutil.rmtree(store)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for report in pool.map(lambda root: lint(root, "-j1"), [one, two] * 2):
        assert len(report["findings"]) == 1 and not report["problems"], report
expect("after several at once", one, 0)
expect("after several at once", two, 0)
assert not list(store.glob("*.tmp"))

# The size is bounded.
def size():
    return sum(path.stat().st_size for path in store.glob("llvmcache-*"))


for bound in (size() // 2, 1):
    (one / "src/c.cpp").write_text(f"int c() {{ return {bound}; }}\n")
    lint(one, environment={"HEDDLE_CACHE_POLICY": f"prune_interval=0s:cache_size_bytes={bound}"})
    assert size() <= bound
expect("after all was removed", one, 3)
done = subprocess.run([heddle, "lint", "--cache", str(store)], cwd=one, env={**os.environ, "HEDDLE_CACHE_POLICY": "small"}, capture_output=True, text=True)
assert done.returncode == 2 and "HEDDLE_CACHE_POLICY is 'small'" in done.stderr, done

done = subprocess.run([heddle, "lint", "--cache", str(database)], cwd=one, capture_output=True, text=True)
assert done.returncode == 2 and "heddle: cannot make" in done.stderr, done
assert lint(one, "--cache", str(top / "fresh"))["summary"]["cached"] == 0
