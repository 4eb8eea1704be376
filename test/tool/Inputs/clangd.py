"""An editor's sessions with heddle-clangd.

usage: clangd.py BUILD DIR
"""
import pathlib
import sys
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import lsp

build, directory = sys.argv[1:]
root = pathlib.Path(directory).resolve()
CHECK = "heddle-collect-in-hot-path"


def session(sync):
    return lsp.Client([f"{build}/bin/heddle-clangd"], root, root / "server.log", sync)


def ours(client, name):
    path = root / name
    return [each for each in client.found(path) if each.get("code", "").startswith("heddle-")]


def opened(client, name):
    client.open(root / name)
    return ours(client, name)


def page_of(diagnostic):
    url = urllib.parse.urlparse(diagnostic["codeDescription"]["href"])
    assert url.scheme == "file", url
    return pathlib.Path(urllib.parse.unquote(url.path)).read_text()


def type_find_and_fix(client):
    """A finding comes with the edit that makes it, and goes with its fix."""
    path = root / "a.cpp"
    assert opened(client, "a.cpp") == []
    client.change(path, client.texts[path].replace("    work(i);\n", "    work(i);\n    heddle::collect();\n"))
    while not (found := ours(client, "a.cpp")):
        client.await_more(path)
    (finding,) = found
    assert finding["code"] == CHECK
    assert finding["range"] == {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 10}}, finding
    assert finding["relatedInformation"][0]["message"] == "Repeated here"
    assert page_of(finding).startswith("<!-- generated -->\n# " + CHECK)

    (action,) = client.actions(path, finding)
    assert action["title"] == "Fix: 'collect' runs a full collection in a hot place"
    assert action["kind"] == "quickfix" and action["isPreferred"] is True, action
    client.apply(action)
    assert client.texts[path] == path.read_text()
    while ours(client, "a.cpp"):
        client.await_more(path)


def bodies_in_headers(client):
    """The story goes through functions of headers, as in the other tools."""
    (finding,) = opened(client, "header.cpp")
    assert finding["code"] == CHECK, finding
    assert finding["range"]["start"]["line"] == 2, finding
    story = [(each["message"], each["location"]["uri"].rsplit("/", 1)[1]) for each in finding["relatedInformation"]]
    assert story[:2] == [("Repeated here", "header.cpp"), ("Reached through this call", "header.cpp")], story
    assert story[2][1] == "part.h", story
    # Opened itself, the header shows its own finding, and the fix.
    (finding,) = opened(client, "part.h")
    assert finding["range"]["start"]["line"] == 9, finding
    (action,) = client.actions(root / "part.h", finding)
    assert action["isPreferred"] is True


def review(client):
    """A fix to review says so, and is nobody's first choice."""
    (finding,) = opened(client, "review.cpp")
    (action,) = client.actions(root / "review.cpp", finding)
    assert action["title"] == "without it, callers in other places collect no longer either (review)"
    assert "isPreferred" not in action
    client.apply(action)
    assert ours(client, "review.cpp") == []


def configuration(client):
    assert opened(client, "nolint.cpp") == []
    assert opened(client, "off/a.cpp") == []
    # A list of other people's checks is theirs, and leaves ours alone.
    client.open(root / "others/a.cpp")
    codes = [each["code"] for each in client.found(root / "others/a.cpp") if each["source"] == "clang-tidy"]
    assert codes == [CHECK, "bugprone-integer-division"], codes


def half_typed(client):
    """Code that does not parse yet harms nothing."""
    path = root / "review.cpp"
    whole = path.read_text()
    for end in range(whole.index("\n") + 1, len(whole), 7):
        client.change(path, whole[:end])
        client.found(path)
    client.change(path, whole)
    assert len(ours(client, "review.cpp")) == 1


for steps in ([type_find_and_fix, bodies_in_headers, review, configuration, half_typed], [type_find_and_fix]):
    client = session(sync=len(steps) > 1)
    assert "heddle" in client.server["serverInfo"]["version"]
    for step in steps:
        step(client)
        print("passed:", step.__name__)
    assert client.close() == 0
