"""Adds up what lit and GoogleTest reported; prints `N passed, N failed`.

Arguments: JSON reports of either. A report that is missing, because its runner
died before it could write one, counts as one failure.
"""

import json
import sys


def count(path):
    """Returns (passed, failed, names of the failed) of one report."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except (OSError, ValueError):
        return 0, 1, [f"{path}: no report"]
    if "testsuites" in report:
        failed = [
            f'{suite["name"]}.{test["name"]}'
            for suite in report["testsuites"]
            for test in suite["testsuite"]
            if test.get("failures")
        ]
        return report["tests"] - len(failed), len(failed), failed
    passed = sum(test["code"] in ("PASS", "XFAIL") for test in report["tests"])
    failed = [
        test["name"]
        for test in report["tests"]
        if test["code"] in ("FAIL", "XPASS", "UNRESOLVED", "TIMEOUT")
    ]
    return passed, len(failed), failed


def main():
    passed = failed = 0
    for path in sys.argv[1:]:
        good, bad, names = count(path)
        passed += good
        failed += bad
        for name in names:
            print(f"failed: {name}", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
