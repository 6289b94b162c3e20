#!/usr/bin/env python3
"""Which sources may be compiled as one: most of what compiling a small source takes goes into the headers, which then are read once
for all of them.

  tools/together.py AT_MOST FILE...     a line for each file: the number of its group

What a source declares for itself alone must not even be mentioned by another of its group, where the name would mean something
else. What defines macros stays alone.
"""
import pathlib
import re
import sys

ALONE = re.compile(r"^#\s*(?:define|undef)\b|foreach_target", re.MULTILINE)


def private_names(text):
    """What a source declares for itself alone, as it is seen from the left margin."""
    names = set(re.findall(r"^using [\w:]+::(\w+);", text, re.MULTILINE))
    for part in re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.MULTILINE | re.DOTALL):
        names.update(re.findall(r"^(?:struct|class|enum class|enum) (\w+)", part, re.MULTILINE))
        names.update(re.findall(r"^using (\w+) =", part, re.MULTILINE))
        names.update(re.findall(r"^(?!using|template|namespace)(?:\[\[\w+\]\] )?\w[^(={;\n]*?[\w>&*] [&*]?(\w+)(?:[(={;\[]| =)", part, re.MULTILINE))
        for line in re.findall(r"^(?:const|constexpr|inline|static)\b.*", part, re.MULTILINE):
            names.update(re.findall(r", (\w+) = ", line))
    return names


class Group:
    def __init__(self):
        self.files, self.names, self.words = [], set(), set()

    def may_take(self, names, words, at_most):
        return len(self.files) < at_most and not self.names & words and not self.words & names

    def take(self, file, names, words):
        self.files.append(file)
        self.names |= names
        self.words |= words


def groups(files, at_most):
    """The files, so many at most in a list; files that stand near each other come together."""
    formed, alone = [], []
    for file in sorted(files):
        path = pathlib.Path(file)
        text = path.read_text()
        if path.suffix != ".cc" or ALONE.search(text):
            alone.append([file])
            continue
        names, words = private_names(text), set(re.findall(r"\w+", re.sub(r"//.*", "", text)))
        group = next((group for group in formed if group.may_take(names, words, at_most)), None)
        if not group:
            formed.append(group := Group())
        group.take(file, names, words)
    return [group.files for group in formed] + alone


def main():
    at_most, files = int(sys.argv[1]), sys.argv[2:]
    number_of = {file: number for number, members in enumerate(groups(files, at_most)) for file in members}
    print("\n".join(str(number_of[file]) for file in files))


if __name__ == "__main__":
    main()
