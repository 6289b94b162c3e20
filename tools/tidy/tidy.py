#!/usr/bin/env python3
"""clang-tidy on the sources of a build folder, several at once: what a check spends on the standard library's headers, nearly
all of its time, is then spent once for all of them.

  tools/tidy/tidy.py PROGRAM BUILD REGEX [--jobs N] [--together N]     the sources whose path from the root matches REGEX

Sources go together that are compiled alike and may be compiled as one (tools/together.py). What is remarked on is looked at
alone: only what is said of a source by itself counts. What was fine and has not changed is not looked at again
(tools/tidy/fine.py).
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from fine import Fine  # noqa: E402
from together import groups  # noqa: E402

QUIETLY = ["--quiet", f"--header-filter={re.escape(str(ROOT))}/(src/mana|examples|tests|fuzz)/.*\\.(h|cc)$"]


def command_of(entry):
    """What compiles a source, without the source and the object."""
    words = shlex.split(entry["command"])[1:]
    return [word for before, word in zip([""] + words, words)
            if word not in ("-o", "-c") and before not in ("-o", "-c") and word != entry["file"]]


def headers_of_compiler():
    """Those of the sanitizers, which come with a compiler but not with clang-tidy's package."""
    folder = subprocess.run(["g++", "-print-file-name=include"], capture_output=True, text=True, check=True).stdout.strip()
    return ["-idirafter", folder]


def batches(entries, together):
    """Sources that are compiled alike and may be compiled as one, so many at once."""
    alike = {}
    for entry in entries:
        alike.setdefault((entry["directory"], tuple(command_of(entry))), []).append(entry["file"])
    return [(directory, [*command, *headers_of_compiler()], files) for (directory, command), members in alike.items()
            for files in groups(members, together)]


class Tidy:
    def __init__(self, program):
        self.program = program
        self.known = Fine(ROOT, program)

    def __call__(self, source, command, directory):
        """Whether it is fine, and what was said of it."""
        mark = self.known.mark_of(source, command, directory)
        if mark and mark.exists():
            return True, ""
        done = subprocess.run([self.program, *QUIETLY, source, "--", *command], cwd=directory, capture_output=True, text=True)
        if mark and done.returncode == 0:
            mark.touch()
        return done.returncode == 0, done.stdout + done.stderr


def named(files, output):
    """Those of the files in which there is an error or a warning."""
    places = set(re.findall(r"^(.+?):\d+:\d+: (?:fatal )?(?:error|warning): ", output, re.MULTILINE))
    return [file for file in files if file in places]


def look_at(tidy, directory, command, files, folder):
    """What there is to remark on in these files; an empty list where they are fine."""
    if len(files) == 1:
        fine, output = tidy(files[0], command, directory)
        return [] if fine else [output]

    def look_at_each(parts):
        return [remark for part in parts if part for remark in look_at(tidy, directory, command, part, folder)]

    source = folder / (re.sub(r"\W+", "_", files[0]) + f"_{len(files)}.cc")
    source.write_text("".join(f'#include "{file}"  // NOLINT\n' for file in files))
    fine, output = tidy(source, command, directory)
    if fine:
        return []
    remarked = named(files, output) or files
    if "[clang-diagnostic-error]" not in output:
        return look_at_each([[file] for file in remarked])
    if len(remarked) == len(files):
        remarked = files[len(files) // 2:]
    return look_at_each([[file for file in files if file not in remarked], remarked])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program")
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("regex")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--together", type=int, default=20)
    options = options.parse_args()

    entries = [entry for entry in json.loads((options.build / "compile_commands.json").read_text())
               if re.search(options.regex, str(pathlib.Path(entry["file"]).relative_to(ROOT)))]
    if not entries:
        sys.exit(f"tools/tidy/tidy.py: no source of {options.build} matches {options.regex}")
    folder = (options.build / "together").resolve()
    folder.mkdir(exist_ok=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tidy = Tidy(options.program)
        looked = pool.map(lambda batch: look_at(tidy, *batch, folder), list(batches(entries, options.together)))
        remarks = [remark for found in looked for remark in found]
    print("".join(remarks), end="")
    sys.exit(1 if remarks else 0)


if __name__ == "__main__":
    main()
