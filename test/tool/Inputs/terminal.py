"""Runs a command on a terminal, and prints what comes with controls in words.

usage: terminal.py COMMAND [ARGUMENT...]
"""
import os
import pty
import sys

os.environ["TERM"] = "xterm"
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
output = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    output += data
text = output.decode().replace("\r\n", "\n")
sys.stdout.write(text.replace("\x1b", "<ESC>").replace("\r", "<CR>"))
