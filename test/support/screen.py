"""A terminal that a program runs in, for tests and pictures of it."""

import html
import re
import subprocess
import time

COLOURS = ["#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0"]
FOREGROUND, BACKGROUND = "#d8dee9", "#2e3440"
# Ends a wait for a program that is stuck; no test depends on how long one takes.
PATIENCE = 120


class Screen:
    """tmux with one window, on a socket of its own."""

    def __init__(self, command, socket, columns=124, rows=24, environment=()):
        self.base = ["tmux", "-f", "/dev/null", "-S", str(socket)]
        variables = [word for pair in environment for word in ("-e", "=".join(pair))]
        subprocess.run([*self.base, "new-session", "-d", "-x", str(columns), "-y", str(rows), *variables, *command], check=True)

    def keys(self, *keys):
        subprocess.run([*self.base, "send-keys", *keys], check=True)

    def text(self, colours=False):
        return subprocess.run([*self.base, "capture-pane", "-p", *(["-e"] if colours else [])], check=True,
                              capture_output=True, text=True).stdout

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, shown := self.text()):
            if time.monotonic() > end:
                raise TimeoutError(f"no {pattern!r} on the screen:\n{shown}")
            time.sleep(0.05)

    def close(self):
        subprocess.run([*self.base, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def colour_of(codes):
    """The colour that an SGR sequence's 38 or 48 asks for, and what follows it."""
    if codes[0] == 5:
        number = codes[1]
        if number < 16:
            return COLOURS[number % 8], codes[2:]
        if number < 232:
            levels = [0, 95, 135, 175, 215, 255]
            red, rest = divmod(number - 16, 36)
            return "#%02x%02x%02x" % (levels[red], levels[rest // 6], levels[rest % 6]), codes[2:]
        return "#" + "%02x" % (8 + 10 * (number - 232)) * 3, codes[2:]
    return "#%02x%02x%02x" % tuple(codes[1:4]), codes[4:]


def styled(style, codes):
    """The style after an SGR sequence."""
    style = dict(style)
    while codes:
        code, *codes = codes
        if code == 0:
            style = {}
        elif code == 1:
            style["bold"] = True
        elif code == 7:
            style["reverse"] = True
        elif code == 27:
            style.pop("reverse", None)
        elif code in (38, 48):
            style["text" if code == 38 else "back"], codes = colour_of(codes)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["text"] = COLOURS[code % 10]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["back"] = COLOURS[code % 10]
        elif code == 39:
            style.pop("text", None)
        elif code == 49:
            style.pop("back", None)
    return style


def svg(text, columns=124):
    """A picture of what Screen.text(colours=True) gave."""
    width, height = 8, 17
    lines = text.rstrip("\n").split("\n")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * width + 16} {len(lines) * height + 16}" '
             f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">',
             f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/>']
    style = {}
    for row, line in enumerate(lines):
        column, y = 0, 8 + row * height
        for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
            if piece.startswith("\x1b"):
                style = styled(style, [int(code or 0) for code in piece[2:-1].split(";")])
                continue
            if not piece:
                continue
            fore, back = style.get("text", FOREGROUND), style.get("back", BACKGROUND)
            if style.get("reverse"):
                fore, back = back, fore
            x, long = 8 + column * width, len(piece) * width
            if back != BACKGROUND:
                parts.append(f'<rect x="{x}" y="{y}" width="{long}" height="{height}" fill="{back}"/>')
            if piece.strip():
                bold = ' font-weight="bold"' if style.get("bold") else ""
                parts.append(f'<text x="{x}" y="{y + 13}" textLength="{long}" xml:space="preserve" fill="{fore}"{bold}>'
                             f"{html.escape(piece)}</text>")
            column += len(piece)
    return "\n".join([*parts, "</svg>\n"])
