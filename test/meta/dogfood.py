# RUN: %python %s %root %heddle %build
"""Our checks over our own sources find nothing that is not explained in place."""

import subprocess
import sys

root, heddle, build = sys.argv[1:4]
result = subprocess.run(
    [heddle, "lint", "-p", build, "--fail-on", "advice", *(f"{root}/{part}" for part in ("runtime/src", "checks", "tool"))],
    capture_output=True, text=True, check=False)
print(result.stdout, result.stderr)
sys.exit(result.returncode)
