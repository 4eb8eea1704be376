# RUN: %python %s %root
"""A check is three files with one stem: its rule, its test, its page."""

import pathlib
import sys

PLACES = {"checks/rules": ".cpp", "test/rules": ".cpp", "docs/checks": ".md"}


def stems(root, place, suffix):
    return {path.stem for path in (root / place).glob("*" + suffix)} - {"README"}


def main(root):
    by_place = {place: stems(root, place, suffix) for place, suffix in PLACES.items()}
    # A rule may have further tests, named after it: spawn-in-loop-fixes.cpp.
    rules = by_place["checks/rules"]
    by_place["test/rules"] = {
        test for test in by_place["test/rules"] if test in rules or not any(test.startswith(rule) for rule in rules)
    }
    every = set().union(*by_place.values())
    wrong = 0
    for place, suffix in PLACES.items():
        for stem in sorted(every - by_place[place]):
            wrong += 1
            print(f"{place}/{stem}{suffix}: missing; a check is a rule, a test and a page")
    return 1 if wrong or not every else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
