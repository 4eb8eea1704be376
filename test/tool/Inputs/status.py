"""Fails unless a command exits as expected.

usage: status.py STATUS COMMAND [ARGUMENT...]
"""
import subprocess
import sys

expected, *command = sys.argv[1:]
status = subprocess.run(command).returncode
if status != int(expected):
    sys.exit(f"exit status {status}, expected {expected}")
