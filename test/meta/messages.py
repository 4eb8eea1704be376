# RUN: %python %s %root
"""Messages are in lower case and without a full stop."""

import pathlib
import re
import sys

CALL = re.compile(r'\b(?:diag|note|warn|report)\w*\s*\(')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def messages(text):
    """Yields (line, message): the first string literal of each diagnostic call."""
    for call in CALL.finditer(text):
        # Adjacent literals are one message; stop at the end of the statement.
        statement = text[call.end() : text.find(";", call.end())]
        first = STRING.search(statement)
        if not first:
            continue
        parts, end = [first[1]], first.end()
        while following := re.compile(r'\s*"((?:[^"\\]|\\.)*)"').match(statement, end):
            parts.append(following[1])
            end = following.end()
        yield text.count("\n", 0, call.start()) + 1, "".join(parts)


def main(root):
    wrong = 0
    for path in sorted((root / "checks/rules").glob("*.cpp")):
        for line, message in messages(path.read_text(encoding="utf-8")):
            if message[:1].isupper() or message.rstrip().endswith("."):
                wrong += 1
                print(f"{path.relative_to(root)}:{line}: message starts upper-case or ends in a full stop: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
