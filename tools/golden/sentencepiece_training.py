#!/usr/bin/env python3
"""Writes tests/fixtures/subwords: what SentencePiece learns from a small text, and digests of what it learns from larger ones.

    pip install sentencepiece==0.2.3
    MANA_TEST_DATA=... python tools/golden/sentencepiece_training.py

The small text is made of words that begin and end alike, by a Zipf law, with a few letters of several scripts. A digest is
that of all pieces, one a line: those of BPE in their order, those of Unigram sorted, since there rounding decides about the
order of neighbours.
"""

import os
import pathlib
import random
import subprocess
import tempfile
import zlib

import sentencepiece

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/subwords"
DATA = pathlib.Path(os.environ.get("MANA_TEST_DATA", ""))
POEMS = 60_000  # the first lines


def text():
    choose = random.Random(5)
    parts = ["re", "un", "walk", "talk", "read", "form", "light", "ing", "er", "ed", "able", "s", "خانه", "کتاب", "ها", "می", "漢字", "かな", "12", "7"]
    words = ["".join(choose.choice(parts) for _ in range(choose.randrange(1, 4))) for _ in range(800)]
    weights = [1 / (rank + 1) ** 0.5 for rank in range(len(words))]
    for _ in range(400):
        line = " ".join(choose.choices(words, weights, k=choose.randrange(1, 10))) + choose.choice(["", ".", "!", ", <s>", " é"])
        yield line


def train(path, **options):
    with tempfile.TemporaryDirectory() as folder:
        sentencepiece.SentencePieceTrainer.train(input=str(path), model_prefix=folder + "/m", minloglevel=2, num_threads=1, **options)
        return sentencepiece.SentencePieceProcessor(model_file=folder + "/m.model")


def learnt(processor, special):
    return [processor.id_to_piece(i) for i in range(special, processor.get_piece_size())]


def main():
    OUTPUT.mkdir(exist_ok=True)
    small = OUTPUT / "sentences.txt"
    small.write_text("".join(line + "\n" for line in text()))
    cases = {
        "unigram": dict(model_type="unigram", vocab_size=100),
        "unigram_bytes": dict(model_type="unigram", vocab_size=360, byte_fallback=True, character_coverage=0.99, split_digits=True),
        "bpe": dict(model_type="bpe", vocab_size=300),
        "bpe_whole": dict(model_type="bpe", vocab_size=300, split_by_unicode_script=False, split_by_number=False,
                          max_sentencepiece_length=6),
    }
    for name, options in cases.items():
        processor = train(small, **options)
        special = 3 + (256 if options.get("byte_fallback") else 0)
        (OUTPUT / f"{name}.tsv").write_text("".join(
            f"{processor.id_to_piece(i)}\t{processor.get_score(i)!r}\n" for i in range(special, processor.get_piece_size())))
    if not DATA.name:
        return
    with tempfile.TemporaryDirectory() as folder:
        poems = pathlib.Path(folder, "poems.txt")
        packed = subprocess.run(["zstd", "-dcq", DATA / "persian-text/poems.tsv.zst"], check=True, capture_output=True).stdout
        poems.write_text("".join(line.split("\t")[1] + "\n" for line in packed.decode().split("\n")[:POEMS]))
        lines = []
        for name, path, size in [("botchan", DATA / "botchan/botchan.txt", 4000), ("poems", poems, 8000)]:
            for kind in ["unigram", "bpe"]:
                processor = train(path, model_type=kind, vocab_size=size)
                pieces = learnt(processor, 3)
                digest = zlib.crc32("".join(p + "\n" for p in (pieces if kind == "bpe" else sorted(pieces))).encode())
                tokens = sum(map(len, processor.encode(path.read_text().split("\n"))))
                lines.append(f"{name}\t{kind}\t{size}\t{digest:08x}\t{tokens}\n")
        (OUTPUT / "digests.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main()
