# RUN: %python %s %root %dump_facts
"""What the runtime's bodies are found to do is what their declarations say."""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

FACT = re.compile(r"(?P<place>\S+): (?P<name>.*) declares(?P<declares>.*); does(?P<does>.*)")
WAITS = {"suspends", "suspends_for_lock"}

# What the bodies do not show, or what is no business of a caller, by the
# function's name.
EXCUSED = {
    # A few short files of the kernel's, which are in memory.
    "heddle::available_procs": {"blocks"},
    "heddle::Options::for_container": {"blocks"},
    # Only where it is called from no task.
    "heddle::sleep_until": {"blocks"},
    # On a network's file, where it may have to write.
    "heddle::File::close": {"blocks"},
    # Through a pointer to the method of whatever they read and write.
    "heddle::BufferedReader::read_source": {"suspends"},
    "heddle::BufferedWriter::write_sink": {"suspends"},
    # Waits on a futex.
    "heddle::detail::block_on": {"blocks"},
    # What its argument does is for its callers to say.
    "heddle::detail::carry_result": {"suspends"},
    # Only where a worker cannot be started.
    "heddle::WorkerPool::WorkerPool": {"suspends"},
    # Switch stacks in assembly: that is what parking and yielding are.
    "heddle::detail::park": {"suspends"},
    "heddle::detail::yield_now": {"yields"},
    "heddle::detail::run_within": {"suspends"},
}


def facts(root, dump, source):
    """(place, name, what is declared, what is done) of each function that a header declares."""
    flags = ["-std=c++20", "-I", root / "runtime/include", "-I", root / "runtime/src"]
    result = subprocess.run([dump, "--kind=contracts", source, "--", *flags], capture_output=True, text=True, check=True)
    for line in result.stdout.splitlines():
        fact = FACT.fullmatch(line)
        path, number = fact["place"].rsplit(":", 1)
        path = pathlib.Path(path).resolve()
        if path.suffix == ".h" and path.is_relative_to(root):
            place = f"{path.relative_to(root)}:{number}"
            yield place, re.sub(r"<.*>", "", fact["name"]), set(fact["declares"].split()), set(fact["does"].split())


def disagreements(declares, does, public):
    """What is found and not declared, and what is declared and not found."""
    missing = {"suspends"} & does - declares
    # The scheduler may block its own threads; who hands the processor on may
    # block this one.
    if public and "hands_off" not in declares:
        missing |= {"blocks"} & does - declares
    if "yields" in does and not declares & {"yields", "suspends"}:
        missing.add("yields")
    idle = {"blocks"} & declares - does
    if "suspends" in declares and not does & WAITS:
        idle.add("suspends")
    if "yields" in declares and not does & {"yields", "suspends"}:
        idle.add("yields")
    return missing, idle


def main(root, dump):
    root = root.resolve()
    sources = [root / "test/meta/Inputs/instances.cpp", *sorted((root / "runtime/src").rglob("*.cpp"))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        every = [fact for found in pool.map(lambda source: list(facts(root, dump, source)), sources) for fact in found]
    # A template's body is judged by all its instances.
    functions = {}
    for place, name, declares, does in every:
        known = functions.setdefault((place, name), (set(), set()))
        known[0].update(declares)
        known[1].update(does)
    wrong = 0
    for (place, name), (declares, does) in sorted(functions.items()):
        missing, idle = disagreements(declares, does, public="::detail::" not in name)
        for effect in sorted(missing - EXCUSED.get(name, set())):
            wrong += 1
            print(f"{place}: {name} {effect}, but is not declared to")
        for effect in sorted(idle - EXCUSED.get(name, set())):
            wrong += 1
            print(f"{place}: {name} is declared to, but no body is found that {effect}; "
                  "a template needs an instance in test/meta/Inputs/instances.cpp")
    return 1 if wrong or not functions else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
