# RUN: %python %s %root
"""Public headers of the runtime say what each thing does, and cite examples that exist.

Every type and function that is public in runtime/include/heddle/*.h has a doc comment, at one of its declarations or at the
one that it follows without a blank line; every header names a test file, and a test in it, after "Example:".
"""

import pathlib
import re
import sys

EXAMPLE = re.compile(r'Example: +(test/runtime/\w+\.cpp)(?:, +"(\w+)")?')
WITHOUT_EXAMPLE = {"annotations.h", "heddle.h", "http.h", "map.h", "net.h", "time.h"}
TYPE = re.compile(r"(?:\btemplate <.*> )?(?:class|struct|enum class)\b[^()]*?(?:\b[A-Z_]+\(.*?\) )*\b(\w+)(?: final)?(?: :.*)?(?: [{]|;)")
FUNCTION = re.compile(r"(?<![\w:.])(~?\w+)\((?!\*)")
# Made, copied, compared and asked as everything in the C++ library is.
AS_USUAL = re.compile(
    r"= (?:delete|default)\b|~|\boperator\b|^(?:friend|using|static_assert|typedef)\b|^(?:template <.*> )?struct \w+<|"
    r"\b(?:end|empty|data|contains|to_string|capacity|now)\(|\)[^{]*->\s*\w+<"
)


class Scope:
    def __init__(self, visible, members):
        self.visible, self.members = visible, members


def opened_by(declaration, outer):
    """The scope that a declaration ending in a brace opens."""
    if re.search(r"\bnamespace\b", declaration):
        return Scope(outer.visible and "detail" not in declaration, True)
    if re.match(r"(?:template <.*> )?struct [^:{]*<.*>::", declaration):
        return Scope(False, True)
    if TYPE.match(declaration) or re.match(r"(?:template <.*> )?(?:class|struct|union|enum)\b", declaration):
        return Scope(outer.visible and not re.match(r"(?:template <.*> )?class\b", declaration), True)
    return Scope(False, False)


def declarations(text):
    """Yields (line, declaration, documented) for all that is public."""
    scopes = [Scope(True, True)]
    words, start, documented, shared = "", 0, False, False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line.startswith("///"):
            documented = True
        if not line:
            shared = False
        if not line or line.startswith(("//", "#")):
            continue
        if line in ("public:", "private:", "protected:"):
            scopes[-1].visible = line == "public:" and all(scope.visible for scope in scopes[:-1])
            continue
        documented |= "///<" in line
        for piece in re.findall(r"[^{};]*[{};]|[^{};]+$", re.sub(r"//.*|'.'|\"[^\"]*\"", "", line)):
            start = start if words else number
            words = f"{words} {piece.strip()}".strip()
            if piece[-1] not in "{};" or words.count("(") > words.count(")"):
                continue
            if scopes[-1].visible and words not in ("}", ";", "};"):
                shared |= documented
                yield start, words, shared
            if piece[-1] == "{":
                scopes.append(opened_by(words, scopes[-1]))
            elif piece[-1] == "}":
                scopes.pop()
            words, documented = "", False


def name_of(declaration):
    """What is declared, if it is something that users name."""
    if AS_USUAL.search(declaration):
        return None
    if re.match(r"(?:template <.*> )?(?:class|struct|enum)\b", declaration):
        found = declaration.endswith("{") and TYPE.match(declaration)
    else:
        found = FUNCTION.search(re.sub(r"^template <.*?> (?=[\w\[])|\brequires\b[^({;]*\([^;{]*?\) (?=\w)|\b(?:explicit|noexcept)\([^()]*\)", "", declaration))
    return found and found[1]


def wrong_examples(root, name, text):
    found = list(EXAMPLE.finditer(re.sub(r"\n\s*/// *", " ", text)))
    if not found and name not in WITHOUT_EXAMPLE:
        yield 'no "Example:" that cites a test'
    for match in found:
        test = root / match[1]
        if not test.exists():
            yield f"the example {match[1]} does not exist"
        elif match[2] and not re.search(rf"\bTEST(?:_F|_P)?\(\w+,\s*{match[2]}\)", test.read_text(encoding="utf-8")):
            yield f"there is no test {match[2]} in {match[1]}"


def main(root):
    wrong = []
    documented, bare = set(), []
    headers = sorted((root / "runtime/include/heddle").glob("*.h"))
    for header in headers:
        text = header.read_text(encoding="utf-8")
        where = header.relative_to(root)
        wrong += [f"{where}: {problem}" for problem in wrong_examples(root, header.name, text)]
        for line, declaration, has_words in declarations(text):
            name = name_of(declaration)
            if name and has_words:
                documented.add(name)
            elif name:
                bare.append((where, line, name))
    wrong += [f"{where}:{line}: {name} has no doc comment" for where, line, name in bare if name not in documented]
    print("\n".join(wrong))
    return 1 if wrong or len(documented) < 100 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
