"""Makes a repository and many changes to it, and prints what `heddle lint` says of each.

usage: pull_requests.py DIR FLAGS HEDDLE
"""
import json
import pathlib
import subprocess
import sys
import tempfile

directory, flags, heddle = sys.argv[1:]
top = pathlib.Path(directory).resolve() / "repository"

PIT = """
void {0}(int n) {{
  for (int i = 0; i < n; ++i) {{
    step(i);
    heddle::collect();
  }}
}}
"""
HEAD = '#include "heddle/memory.h"\nvoid step(int);\n'


def git(*words, cwd=top, **more):
    return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
                          cwd=cwd, check=True, capture_output=True, text=True, **more).stdout


def write(name, text):
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read(name):
    return (top / name).read_text()


def edit(name, old, new):
    text = read(name)
    assert old in text
    write(name, text.replace(old, new))


def commit(message="change"):
    git("add", "-A")
    git("commit", "-q", "-m", message)


def database(*extra):
    units = sorted(str(p.relative_to(top)) for p in top.glob("src/*.cpp"))
    write("build/compile_commands.json", json.dumps(
        [{"directory": str(top / "build"), "file": f"../{unit}",
          "arguments": ["clang++", *flags.split(), "-Igenerated", "-c", f"../{unit}"]}
         for unit in [*units, *extra]]))


def lint(*words, cwd=top):
    """Prints the status, the counts, what was introduced, and what stderr says."""
    done = subprocess.run([heddle, "lint", *words, "--format", "json", "--fail-on", "cost"],
                          cwd=cwd, capture_output=True, text=True)
    print(" status", done.returncode, end="")
    if done.stdout:
        report = json.loads(done.stdout)
        counts = report["summary"]
        print(f", {counts['units']} units, {counts['introduced']} introduced,"
              f" {counts['known']} known, {counts['fixed']} fixed")
        for finding in report["findings"]:
            print("  introduced {file}:{line}".format_map(finding))
    else:
        print()
    for line in done.stderr.splitlines():
        print("  stderr:", line)


def change(name):
    """Runs the function on a branch of its own."""
    def run(body):
        print(name)
        git("checkout", "-q", "-f", "-B", "change", "main")
        git("clean", "-q", "-f", "-d", "src")
        database(*(body() or []))
        lint("--since", "main")
    return run


write(".gitignore", "build/\n")
write("src/old.cpp", HEAD + PIT.format("old"))
write("src/twins.cpp", HEAD + PIT.format("first") + PIT.format("second"))
write("src/shared.h", "#pragma once\n" + HEAD + PIT.format("inline shared").replace("void inline", "inline void"))
write("src/hook.h", "#pragma once\n" + HEAD + "inline void hook() { step(1); }\n")
write("src/user.cpp", '#include "config.h"\n#include "hook.h"\n#include "shared.h"\n'
      "void user(int n) {\n  for (int i = 0; i < n * FACTOR; ++i)\n    hook();\n}\n")
write("src/empty.cpp", "int nothing;\n")
write("build/CMakeCache.txt", "")
write("build/generated/config.h", "#define FACTOR 2\n")
subprocess.run(["git", "init", "-q", "-b", "main", str(top)], check=True)
commit("begin")


@change("nothing")
def _():
    pass


@change("a new pitfall in an old file, above the known one")
def _():
    edit("src/old.cpp", HEAD, HEAD + PIT.format("fresh"))
    commit()


@change("lines moved and indented")
def _():
    edit("src/old.cpp", HEAD, HEAD + "namespace {\nint more;\n}\n")
    edit("src/old.cpp", "    heddle::collect();", "        heddle\n          ::collect( ); // now")
    commit()


@change("a file renamed")
def _():
    git("mv", "src/old.cpp", "src/renamed.cpp")
    commit()


@change("a file renamed and edited, in the working tree only")
def _():
    git("mv", "src/twins.cpp", "src/renamed.cpp")
    edit("src/renamed.cpp", "void first", "static int top;\nvoid first")


@change("code moved to another file that was there")
def _():
    edit("src/empty.cpp", "int nothing;\n", read("src/old.cpp"))
    (top / "src/old.cpp").unlink()
    write("src/old.cpp", "int rest;\n")
    commit()


@change("code of a deleted file moved to a new one, with much else")
def _():
    write("src/gathered.cpp", HEAD + "".join(f"int filler{i};\n" for i in range(200)) + PIT.format("old"))
    (top / "src/old.cpp").unlink()
    commit()


@change("one header changed: what includes it has a new fault")
def _():
    edit("src/hook.h", "step(1);", "heddle::collect();")
    commit()


@change("the same header, in a generated unit only")
def _():
    edit("src/hook.h", "step(1);", "heddle::collect();")
    write("src/user.cpp", "int user;\n")
    write("build/generated/proxy.h", '#include "../../src/hook.h"\n')
    write("build/generated/table.cpp", '#include "proxy.h"\nvoid table() { for (;;) hook(); }\n')
    commit()
    return ["build/generated/table.cpp"]


@change("a new file that includes an old header with a fault in it")
def _():
    write("src/late.cpp", '#include "shared.h"\nvoid late() { shared(3); }\n')
    commit()


@change("an old file comes to include the header with the fault")
def _():
    write("src/empty.cpp", '#include "shared.h"\nint nothing;\n')
    commit()


@change("a fix")
def _():
    edit("src/old.cpp", "    heddle::collect();\n", "")
    commit()


@change("one of two alike fixed")
def _():
    edit("src/twins.cpp", HEAD, HEAD + "int line;\n")
    write("src/twins.cpp", read("src/twins.cpp").replace("    heddle::collect();\n", "", 1))
    commit()


@change("a third beside two alike")
def _():
    edit("src/twins.cpp", HEAD, HEAD + PIT.format("third"))
    commit()


@change("a file copied, and not yet added")
def _():
    write("src/copy.cpp", read("src/old.cpp").replace("old", "copied"))


@change("a file deleted")
def _():
    (top / "src/old.cpp").unlink()
    commit()


@change("code that does not parse")
def _():
    edit("src/old.cpp", "step(i);", "stepp(i)")
    commit()


@change("a suppression taken away")
def _():
    edit("src/old.cpp", "heddle::collect();", "heddle::collect(); // NOLINT(heddle-collect-in-hot-path)")
    commit()
    git("branch", "-f", "suppressed")
    edit("src/old.cpp", " // NOLINT(heddle-collect-in-hot-path)", "")
    commit()
    print(" since it was there:")
    database()
    lint("--since", "suppressed")
    print(" in all:")


@change("code that did not parse before")
def _():
    edit("src/old.cpp", "step(i);", "stepp(i)")
    commit()
    git("branch", "-f", "broken")
    edit("src/old.cpp", "stepp(i)", "step(i);")
    edit("src/old.cpp", HEAD, HEAD + PIT.format("fresh"))
    commit()
    print(" since it was broken:")
    database()
    lint("--since", "broken")
    print(" in all:")


@change("a file with a fault that no unit has, and a header")
def _():
    write("src/loose.h", "inline int loose;\n")
    write("other/windows.cpp", HEAD + PIT.format("windows"))
    commit()


@change("a branch that left long ago")
def _():
    edit("src/old.cpp", HEAD, HEAD + PIT.format("fresh"))
    commit()
    git("checkout", "-q", "main")
    for i in range(30):
        edit("src/twins.cpp", HEAD, HEAD + PIT.format(f"elsewhere{i}"))
        commit()
    git("branch", "-f", "ahead")
    git("checkout", "-q", "change")
    git("branch", "-f", "main", "ahead~30")
    database()
    lint("--since", "ahead")
    print(" in all:")


print("only a part is staged")
git("checkout", "-q", "-f", "-B", "change", "main")
edit("src/old.cpp", HEAD, HEAD + PIT.format("staged"))
git("add", "-A")
edit("src/old.cpp", HEAD, HEAD + PIT.format("unstaged"))
edit("src/twins.cpp", HEAD, "this does not parse\n")
database()
lint("--staged")
print("nothing is staged")
git("reset", "-q")
lint("--staged")
print("a first commit")
git("checkout", "-q", "-f", "--orphan", "fresh")
lint("--staged")
git("checkout", "-q", "-f", "main")

print("paths narrow it down")
git("checkout", "-q", "-f", "-B", "change", "main")
edit("src/old.cpp", HEAD, HEAD + PIT.format("fresh"))
edit("src/twins.cpp", HEAD, HEAD + PIT.format("fresh"))
database()
lint("--since", "main", "src/twins.cpp")
print("from a directory below")
lint("--since", "main", cwd=top / "src")
for shard in ("1/2", "2/2"):
    print("shard", shard)
    lint("--since", "main", "--shard", shard)

print("no such base")
lint("--since", "origin/main")
lint("--since=--output=x")
print("a base without a common commit")
git("checkout", "-q", "-f", "main")
git("branch", "-f", "strange", git("commit-tree", "-m", "x", "main^{tree}").strip())
lint("--since", "strange")

print("a shallow clone")
git("checkout", "-q", "-f", "-B", "change", "main")
for i in range(3):
    edit("src/old.cpp", "step(i);", f"step(i + {i});")
    edit("src/old.cpp", f"step(i + {i});", "step(i);  ")
    edit("src/old.cpp", "step(i);  ", f"step(i); /*{i}*/")
    commit()
git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{top}", str(top.parent / "shallow"))
shallow = top.parent / "shallow"
write("build/compile_commands.json", read("build/compile_commands.json").replace(str(top), str(shallow)))
(top / "build").rename(shallow / "build")
lint("--since", "origin/main", cwd=shallow)
lint("--since", "v1", cwd=shallow)
git("fetch", "-q", "--unshallow", cwd=shallow)
lint("--since", "origin/main", cwd=shallow)

print("no repository", flush=True)
with tempfile.TemporaryDirectory() as outside:
    bare = pathlib.Path(outside)
    (bare / "a.cpp").write_text("int x;\n")
    (bare / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(bare), "file": "a.cpp", "arguments": ["clang++", "-c", "a.cpp"]}]))
    subprocess.run([heddle, "lint", "--since", "main"], cwd=bare, stderr=subprocess.STDOUT)
