#!/usr/bin/env python3
"""Writes tests/fixtures/word_vectors/folder_expected.json: what sentence-transformers makes of texts with the folder that

    mana words export --model fasttext.bin --output folder --sif 1e-2 --persian

wrote there; the tests write it again and compare.

    HF_HUB_OFFLINE=1 python tools/golden/word_folder.py
"""

import json
import platform
from pathlib import Path

import sentence_transformers
import tokenizers
import torch
from sentence_transformers import SentenceTransformer

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures/word_vectors"
TEXTS = [
    "",
    "The King of Spain, the queen of FRANCE.",
    "nobody knows these words",
    "a man\u2014and a woman; walk-walks/walking",
    "كتاب\u200cها را مي\u200cخوانم. سلـام دنيا",
    "the king is a man " * 50,
    "THE KING OF \u03a3PAIN \u2014 \u1e9e, \u017fpain\u200dKING",
]


def main():
    model = SentenceTransformer(str(FIXTURES / "folder"), device="cpu", local_files_only=True)
    vectors = [[float(f"{x:.9g}") for x in model.encode(text, batch_size=1)] for text in TEXTS]
    versions = {module.__name__: module.__version__ for module in (torch, tokenizers, sentence_transformers)}
    expected = {"versions": {"python": platform.python_version(), **versions}, "texts": TEXTS, "embeddings": vectors}
    (FIXTURES / "folder_expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
