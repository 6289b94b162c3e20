"""Remembers what clang-tidy found fine, by the contents of all that it read: the same text is looked at once, in whichever clone."""

import functools
import hashlib
import os
import pathlib
import subprocess

FOLDER = pathlib.Path(os.environ.get("MANA_HOME") or pathlib.Path.home() / ".cache/mana") / "tidy"


class Fine:
    def __init__(self, root, program):
        self.root = os.fsencode(root)
        self.common = [self.sum_of(program), self.sum_of(root / ".clang-tidy")]
        FOLDER.mkdir(parents=True, exist_ok=True)

    @functools.cache
    def sum_of(self, file):
        """The files of the root name each other by paths that begin with it, which differ between clones."""
        return hashlib.sha256(pathlib.Path(file).read_bytes().replace(self.root, b"")).hexdigest()

    def mark_of(self, source, command, directory):
        """The file that stands where this source is fine; none where the compiler cannot read it."""
        read = subprocess.run(["g++", "-M", *command, source], cwd=directory, capture_output=True, text=True)
        if read.returncode != 0:
            return None
        files = read.stdout.replace("\\\n", " ").split(":", 1)[1].split()
        sums = [self.sum_of(pathlib.Path(directory) / file) for file in files]
        words = [word.encode().replace(self.root, b"").decode() for word in command]
        return FOLDER / hashlib.sha256("\n".join([*self.common, *words, *sums]).encode()).hexdigest()
