# RUN: %python %s %root
"""Every public header compiles alone, with GCC and with Clang."""

import concurrent.futures
import pathlib
import subprocess
import sys

COMPILERS = ["g++", "clang++-22"]


def compile_alone(root, header, compiler):
    include = root / "runtime/include"
    return subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
         "-I", include, "-include", header, "-x", "c++", "/dev/null"],
        capture_output=True, text=True, check=False)


def main(root):
    headers = sorted((root / "runtime/include/heddle").glob("*.h"))
    pairs = [(header, compiler) for header in headers for compiler in COMPILERS]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda pair: compile_alone(root, *pair), pairs))
    failed = 0
    for (header, compiler), result in zip(pairs, results):
        if result.returncode:
            failed += 1
            print(f"{compiler} cannot compile {header.relative_to(root)} alone:\n{result.stderr}")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
