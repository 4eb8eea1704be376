# RUN: %python %s %root
"""Our own sources are formatted."""

import subprocess
import sys

result = subprocess.run([f"{sys.argv[1]}/dev", "format", "--check"], capture_output=True, text=True, check=False)
if result.returncode:
    print(result.stderr[:4000])
    print("mend with: ./dev format")
sys.exit(result.returncode)
