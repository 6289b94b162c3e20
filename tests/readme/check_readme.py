#!/usr/bin/env python3
"""check_readme.py ROOT MANA: does what the README and the pages of docs/ say happen?

Every command of their ```console blocks is run, in an empty folder with the repository's examples in it, and must print what
stands there: numbers to 1e-3, and a line "…" stands for any lines. The ```cpp blocks must be what the example named in the
comment above them holds (CTest compiles and runs the examples). A console block below a comment "needs FILE…" is run where
MANA_TEST_DATA has these files, which then lie in the folder, too. Links to files must lead somewhere, in all documents, and a
translation has the blocks of its original.
docs/pretraining.md is left to tools/tutorial.
Exits 77, CTest's "skipped", when the default model is not there.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

TRANSLATION = ".fa.md"
ELSEWHERE = "pretraining.md"  # tools/tutorial runs it
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def same_line(expected, actual):
    if NUMBER.sub("#", expected) != NUMBER.sub("#", actual):
        return False
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(actual))
    return all(abs(float(a) - float(b)) <= 1e-3 for a, b in pairs)


def same(expected, actual):
    """Whether lists of lines agree, with "…" in `expected` for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(same(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    return bool(actual) and same_line(expected[0], actual[0]) and same(expected[1:], actual[1:])


def console(text, provide=lambda files: True):
    """The commands of the console blocks of a document, each with the lines that it is to print. Blocks whose files are not
    provided are left out."""
    for needed, block in re.findall(r"(?:^<!-- needs (.*) -->\n)?^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if needed and not provide(needed.split()):
            continue
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *expected = entry.rstrip("\n").split("\n")
            yield command, expected


def run_command(command, folder, program):
    """The exit status of a command in a folder, and the lines that it prints, on either output."""
    path = f"{program.parent}:{program.parent.parent / 'examples'}:{os.environ['PATH']}"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=dict(os.environ, PATH=path), text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.returncode, run.stdout.rstrip("\n").split("\n") if run.stdout else []


def check_console(name, text, root, program):
    mistakes = 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "examples").symlink_to(root / "examples")

        def provide(files):
            data = os.environ.get("MANA_TEST_DATA")
            if not data or not all((pathlib.Path(data) / file).exists() for file in files):
                return False
            for file in map(pathlib.Path, files):
                (pathlib.Path(folder) / file.name).symlink_to(pathlib.Path(data).resolve() / file)
            return True

        for command, expected in console(text, provide):
            status, actual = run_command(command, folder, program)
            if status != 0 or not same(expected, actual):
                print(f"{name}: $ {command}\n  exits {status} and prints", *actual, sep="\n  ")
                mistakes += 1
    return mistakes


def check_examples(text, root):
    mistakes = 0
    blocks = re.findall(r"(?:^<!-- (\S+) -->\n)?^```cpp\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for source, block in blocks:
        if not source or (root / source).read_text() != block:
            print(f"README.md: a cpp block is not the file that is named above it ({source or 'none is'})")
            mistakes += 1
    return mistakes


def check_links(root):
    mistakes = 0
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in names.split("\n")[:-1]:
        for link in re.findall(r"\]\(([^)#:]+)\)", (root / name).read_text()):
            if not (root / name).parent.joinpath(link).exists():
                print(f"{name}: there is no {link}")
                mistakes += 1
    return mistakes


def check_translation(translation, original, root):
    """Whether what programs print and mathematics say is the same in both."""
    blocks = [re.findall(r"^```(?:console|text)\n.*?^```", (root / name).read_text(), re.MULTILINE | re.DOTALL)
              for name in (translation, original)]
    if blocks[0] == blocks[1]:
        return 0
    print(f"{translation}: its console and text blocks are not those of {original}")
    return 1


def main(root, program):
    models = pathlib.Path(os.environ.get("MANA_HOME") or pathlib.Path.home() / ".cache/mana") / "models"
    text = (root / "README.md").read_text()
    mistakes = check_examples(text, root) + check_links(root)
    mistakes += check_translation("docs/theory.fa.md", "docs/theory.md", root)
    if mistakes == 0 and not (models / "all-MiniLM-L6-v2").exists():
        print("skipped: the default model is not there; tools/model/fetch.sh fetches it")
        return 77
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        if not path.name.endswith(TRANSLATION) and path.name != ELSEWHERE:
            mistakes += check_console(path.relative_to(root), path.read_text(), root, program)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
