#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer/corpora.jsonl: digests of what the reference makes of whole corpora.

    pip install tokenizers==0.23.3
    python tools/golden/corpora.py DATA MODEL

DATA is the folder of the test data ($MANA_TEST_DATA) and MODEL that of the default model. A digest is the CRC-32 of the
ids and offsets (in code points) of 16,384 lines, all tokens one behind the other as three little-endian 32-bit numbers:
tests/fixtures/tokenizer/corpora.jsonl has them in order. 130 MB take some minutes on one thread.
"""

import argparse
import array
import itertools
import json
import os
import pathlib
import subprocess
import zlib

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers  # noqa: E402

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/tokenizer/corpora.jsonl"
LINES = 16384  # of one digest
CORPORA = [  # file, tokenizer's folder in DATA or None for the default model's
    ("classics/classics-en.txt.zst", None),
    ("persian-text/poems.tsv.zst", "tokenizers/bert-base-multilingual-cased"),
    ("persian-text/perdt-sentences.txt", "tokenizers/bert-base-multilingual-cased"),
]


def lines_of(path):
    """The lines of a text, which is UTF-8 and may be packed by zstd."""
    unpack = ["zstd", "-dcq", str(path)] if path.suffix == ".zst" else ["cat", str(path)]
    text = subprocess.run(unpack, capture_output=True, check=True).stdout.decode()
    lines = text.split("\n")
    return lines[:-1] if text.endswith("\n") else lines


def digests(tokenizer, lines):
    for begin in range(0, len(lines), LINES):
        crc = 0
        for encoding in tokenizer.encode_batch(lines[begin:begin + LINES], add_special_tokens=False):
            begins, ends = zip(*encoding.offsets) if encoding.ids else ((), ())
            numbers = array.array("I", itertools.chain.from_iterable(zip(encoding.ids, begins, ends)))
            crc = zlib.crc32(numbers.tobytes(), crc)
        yield crc


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("model", type=pathlib.Path)
    arguments = arguments.parse_args()
    entries = [{"reference": f"tokenizers {tokenizers.__version__}", "lines": LINES}]
    for name, folder in CORPORA:
        tokenizer = tokenizers.Tokenizer.from_file(str((arguments.data / folder if folder else arguments.model) / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        lines = lines_of(arguments.data / name)
        entry = {"corpus": name, "tokenizer": folder, "bytes": sum(len(line.encode()) + 1 for line in lines)}
        entries.append(entry | {"crc32": list(digests(tokenizer, lines))})
    with open(OUTPUT, "w") as out:
        for entry in entries:
            print(json.dumps(entry, separators=(",", ":")), file=out)


if __name__ == "__main__":
    main()
