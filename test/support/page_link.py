"""Prints where the first finding in FILE leads: page_link.py SERVER FILE."""

import pathlib
import sys

import lsp

server, file = (pathlib.Path(word).resolve() for word in sys.argv[1:])
client = lsp.Client([server], file.parent, file.with_suffix(".log"))
client.open(file)
for each in client.found(file):
    if each.get("code", "").startswith("heddle-"):
        print(each["codeDescription"]["href"])
client.close()
