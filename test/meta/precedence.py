# RUN: %python %s %heddle
"""Each check yields to checks that exist, and no two to each other."""

import json
import subprocess
import sys


def main(heddle):
    listed = subprocess.run([heddle, "list", "--format", "json"], check=True, capture_output=True, text=True)
    yields = {check["name"]: check["yields_to"] for check in json.loads(listed.stdout)}
    wrong = [f"{check} yields to {specific}, which is no check"
             for check, more_specific in yields.items() for specific in more_specific if specific not in yields]
    for check in yields:
        seen, pending = set(), list(yields[check])
        while pending:
            specific = pending.pop()
            if specific not in seen:
                seen.add(specific)
                pending += yields.get(specific, [])
        if check in seen:
            wrong.append(f"{check} yields to itself, by way of {', '.join(sorted(seen))}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
