# RUN: %python %s %root %heddle
"""The pages' heads and the index equal what the checks say of themselves."""

import subprocess
import sys

root, heddle = sys.argv[1:3]
sys.exit(subprocess.run([sys.executable, f"{root}/docs/generate.py", "--check", heddle], check=False).returncode)
