#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer/corpora.jsonl: digests of what the reference makes of whole corpora.

    pip install tokenizers==0.23.3 transformers==5.23.0 sentencepiece==0.2.3 protobuf
    python tools/golden/corpora.py DATA MODEL [--only NAME]

DATA is the folder of the test data ($MANA_TEST_DATA) and MODEL that of the default model. A digest is the CRC-32 of the
ids and offsets (in code points) of 16,384 lines, all tokens one behind the other as three little-endian 32-bit numbers:
tests/fixtures/tokenizer/corpora.jsonl has them in order. 130 MB take some minutes on one thread. With --only the digests of one
tokenizer's folder are made anew, and others stay.

Where a folder has no tokenizer.json, its class in transformers makes the tokenizer; a `.model` file is SentencePiece's, whose pieces
begin and end as sentencepiece_models.py says.
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

import sentencepiece  # noqa: E402
import sentencepiece_models  # noqa: E402
import tokenizers  # noqa: E402
import transformers  # noqa: E402

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/tokenizer/corpora.jsonl"
LINES = 16384  # of one digest
CLASSICS, POEMS, BOTCHAN = "classics/classics-en.txt.zst", "persian-text/poems.tsv.zst", "botchan/botchan.txt"
QUESTIONS, NTREX = "persianqa/corpus.jsonl", "ntrex/ntrex-en-de-fa-1.tsv"
MULTILINGUAL, T5, GPT2, CLIP = (f"tokenizers/{name}" for name in ("bert-base-multilingual-cased", "t5", "gpt2", "clip"))
CORPORA = [  # file, tokenizer's folder in DATA or None for the default model's, how many digests of its beginning or None for all
    (CLASSICS, None, None),
    (POEMS, MULTILINGUAL, None),
    ("persian-text/perdt-sentences.txt", MULTILINGUAL, None),
    *((name, MULTILINGUAL, None) for name in (QUESTIONS, NTREX)),
    (CLASSICS, T5, 1),
    (POEMS, T5, 1),
    *((name, T5, None) for name in (BOTCHAN, QUESTIONS, NTREX)),
    *((CLASSICS, name, 4) for name in (GPT2, CLIP)),
    *((POEMS, name, 2) for name in (GPT2, CLIP)),
    *((file, name, None) for name in (GPT2, CLIP) for file in (QUESTIONS, NTREX)),
]


def lines_of(path):
    """The lines of a text, which is UTF-8 and may be packed by zstd."""
    unpack = ["zstd", "-dcq", str(path)] if path.suffix == ".zst" else ["cat", str(path)]
    text = subprocess.run(unpack, capture_output=True, check=True).stdout.decode()
    lines = text.split("\n")
    return lines[:-1] if text.endswith("\n") else lines


class Pieces:
    """A `.model` file, called as a tokenizer is."""

    def __init__(self, path):
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(path))

    def encode(self, line):
        pieces = self.processor.encode(line, return_type="proto").pieces
        places = {}  # of bytes among code points
        at = 0
        for i, c in enumerate(line):
            places[at] = i
            at += len(c.encode())
        places[at] = len(line)
        offsets = sentencepiece_models.offsets(self.processor, line, pieces)
        return [piece.id for piece in pieces], [(places[begin], places[end]) for begin, end in offsets]


def tokenizer_of(folder):
    """What encodes lines to ids and offsets."""
    if (folder / "tokenizer.json").exists():
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "spiece.model").exists():
        pieces = Pieces(folder / "spiece.model")
        return lambda lines: (pieces.encode(line) for line in lines)
    else:
        kind = transformers.CLIPTokenizer if "<|startoftext|>" in (folder / "vocab.json").read_text() else transformers.GPT2Tokenizer
        tokenizer = kind.from_pretrained(folder).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda lines: ((e.ids, e.offsets) for e in tokenizer.encode_batch(lines, add_special_tokens=False))


def digests(encode, lines):
    for begin in range(0, len(lines), LINES):
        crc = 0
        for ids, offsets in encode(lines[begin:begin + LINES]):
            begins, ends = zip(*offsets) if ids else ((), ())
            numbers = array.array("I", itertools.chain.from_iterable(zip(ids, begins, ends)))
            crc = zlib.crc32(numbers.tobytes(), crc)
        yield crc


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("--only", action="append", help="such a folder in DATA")
    arguments = arguments.parse_args()
    entries = [{"reference": f"tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}", "lines": LINES}]
    before = [json.loads(line) for line in open(OUTPUT)][1:] if arguments.only else []
    known = {(entry["corpus"], entry["tokenizer"]): entry for entry in before}
    for name, folder, most in CORPORA:
        if arguments.only and folder not in arguments.only:
            entries += [known[name, folder]] if (name, folder) in known else []
            continue
        encode = tokenizer_of(arguments.data / folder if folder else arguments.model)
        lines = lines_of(arguments.data / name)
        entry = {"corpus": name, "tokenizer": folder, "bytes": sum(len(line.encode()) + 1 for line in lines)}
        entry |= {"beginning": True} if most else {}
        entries.append(entry | {"crc32": list(digests(encode, lines[:most * LINES] if most else lines))})
        print(name, folder, flush=True)
    with open(OUTPUT, "w") as out:
        for entry in entries:
            print(json.dumps(entry, separators=(",", ":")), file=out)


if __name__ == "__main__":
    main()
