"""A client of a language server over its standard streams."""

import json
import pathlib
import queue
import subprocess
import threading

# Ends a wait for a server that is stuck; no test depends on how long one takes.
PATIENCE = 120


class ServerDied(Exception):
    pass


class Client:
    """One session with a server. Texts of open files are known by path."""

    def __init__(self, command, root, log, sync=True):
        """With `sync` the server answers nothing before it has told what it
        found in the edits before."""
        self.log = open(log, "w")
        self.process = subprocess.Popen(
            [*command, *(["-sync"] if sync else [])], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.messages = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.texts, self.versions, self.diagnostics = {}, {}, {}
        self.requests = 0
        self.server = self.request("initialize", {
            "processId": None, "rootUri": uri(root), "capabilities": {
                "textDocument": {
                    "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
                                   "isPreferredSupport": True},
                    "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True}},
                "workspace": {"workspaceEdit": {"documentChanges": True}}}})
        self.notify("initialized", {})

    def open(self, path):
        path = pathlib.Path(path)
        self.texts[path], self.versions[path] = path.read_text(), 1
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri(path), "languageId": "cpp", "version": 1, "text": self.texts[path]}})

    def change(self, path, text):
        self.texts[path] = text
        self.versions[path] += 1
        self.notify("textDocument/didChange", {
            "textDocument": {"uri": uri(path), "version": self.versions[path]}, "contentChanges": [{"text": text}]})

    def found(self, path):
        """What the server found in the file as it is now, by line."""
        while self.diagnostics.get(uri(path), {}).get("version", 0) < self.versions[path]:
            self._handle(self._next())
        return sorted(self.diagnostics[uri(path)]["diagnostics"], key=lambda each: each["range"]["start"]["line"])

    def await_more(self, path):
        """Returns when the server has told of the file anew."""
        del self.diagnostics[uri(path)]
        while uri(path) not in self.diagnostics:
            self._handle(self._next())

    def actions(self, path, diagnostic):
        return self.request("textDocument/codeAction", {
            "textDocument": {"uri": uri(path)}, "range": diagnostic["range"], "context": {"diagnostics": [diagnostic]}})

    def apply(self, action):
        """Makes the edits of a code action in the open files."""
        edit = action["edit"]
        changes = edit.get("changes") or {
            each["textDocument"]["uri"]: each["edits"] for each in edit["documentChanges"]}
        for path in list(self.texts):
            if uri(path) in changes:
                self.change(path, edited(self.texts[path], changes[uri(path)]))

    def request(self, method, params):
        self.requests += 1
        number = self.requests
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def notify(self, method, params):
        self._send({"method": method, "params": params})

    def close(self):
        """Ends the session, and gives the server's exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()
        except BrokenPipeError:
            raise ServerDied(self.process.wait()) from None

    def _read(self):
        out = self.process.stdout
        while line := out.readline():
            length = int(line.split(b":")[1])
            while out.readline().strip():
                pass
            self.messages.put(json.loads(out.read(length)))
        self.messages.put(None)

    def _next(self):
        message = self.messages.get(timeout=PATIENCE)
        if message is None:
            raise ServerDied(self.process.wait())
        return message

    def _handle(self, message):
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]
        elif "id" in message:
            self._send({"id": message["id"], "result": None})


def uri(path):
    return pathlib.Path(path).resolve().as_uri()


def edited(text, edits):
    """The text with LSP edits made. Columns of it are ASCII."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def offset(position):
        return lines[position["line"]] + position["character"]

    for edit in sorted(edits, key=lambda each: offset(each["range"]["start"]), reverse=True):
        text = text[:offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]):]
    return text
