# RUN: %python %s %root %heddle %clang_tidy
"""Stock clang-tidy takes each preset, and runs just the checks of its tiers."""

import json
import pathlib
import subprocess
import sys

root, heddle, *clang_tidy = sys.argv[1:]
checks = json.loads(subprocess.run([heddle, "list", "--format", "json"], capture_output=True, text=True, check=True).stdout)
failed = False
for name in ("bug", "bug+cost", "all"):
    preset = pathlib.Path(root, "docs/presets", name + ".clang-tidy")
    listed = subprocess.run(
        [*clang_tidy, f"--config-file={preset}", "--verify-config", "--list-checks"], capture_output=True, text=True, check=False)
    runs = [line.strip() for line in listed.stdout.splitlines() if line.startswith("    heddle-")]
    wanted = [check["name"] for check in checks if name == "all" or check["tier"] in name.split("+")]
    if listed.returncode != 0 or runs != wanted:
        failed = True
        print(f"{preset}: status {listed.returncode}\n{listed.stderr}runs: {runs}\nwanted: {wanted}")
sys.exit(failed)
