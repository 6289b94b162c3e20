#!/usr/bin/env python3
"""Writes tests/fixtures/compressed/expected.json: what sentence-transformers makes of folders that mana compress wrote.

    HF_HUB_OFFLINE=1 python tools/golden/compressed_models.py build/release/bin/mana

Needs sentence-transformers and torch. The models and the corpus lie in tests/fixtures; the test compresses them with the
same arguments and must get the same vectors.

    {"versions": {…}, "texts": […],
     "cases": [{"model": "sentence_models/mean", "arguments": ["--layers", "1"], "embeddings": [[…], …]}]}
"""

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT = FIXTURES / "compressed/expected.json"
CORPUS = FIXTURES / "compressed/corpus.txt"
TEXTS = ["", "The cat sat on the mat.", "Hello, WORLD! 42", "unaffable café: 日本 🙂", "سلام - it's the world?"]
VOCABULARY = ["--vocabulary", "94", "--corpus", str(CORPUS)]
CASES = [
    ("sentence_models/mean", ["--layers", "1"]),
    ("sentence_models/old_names", ["--layers", "1"]),
    ("sentence_models/sharded", ["--layers", "1"]),
    ("sentence_models/mean", VOCABULARY),
    ("sentence_models/vocabulary_file", VOCABULARY),
    ("static_models/dense", VOCABULARY),
    ("sentence_models/mean", ["--dimensions", "12"]),
    ("sentence_models/dense_tanh", ["--dimensions", "7"]),
    ("sentence_models/no_modules", ["--dimensions", "12"]),
    ("sentence_models/prompts", ["--dimensions", "9", "--method", "prefix"]),
    ("sentence_models/dense_residual", ["--precision", "bf16"]),
    ("sentence_models/sharded", ["--precision", "bf16"]),
    ("sentence_models/mean", ["--static", "--dimensions", "20"]),
    ("sentence_models/prompts", ["--static", "--dimensions", "16", "--corpus", str(CORPUS)]),
    ("sentence_models/dense_tanh", ["--static", "--dimensions", "10"]),
    ("static_models/plain", ["--dimensions", "10"]),
    ("sentence_models/concatenated", [*VOCABULARY, "--layers", "1", "--dimensions", "3", "--precision", "bf16"]),
    ("sentence_models/truncate_dim", [*VOCABULARY, "--static", "--dimensions", "16"]),
]


def run(mana, model, arguments):
    with tempfile.TemporaryDirectory() as folder:
        output = f"{folder}/model"
        subprocess.run([mana, "compress", "--model", str(FIXTURES / model), "--output", output, "--force", "--quiet",
                        *arguments], check=True, stdout=subprocess.DEVNULL)
        encoder = SentenceTransformer(output, device="cpu", local_files_only=True)
        vectors = np.stack([encoder.encode(text, batch_size=1) for text in TEXTS])
        assert vectors.dtype == np.float32
        return [[float(f"{x:.9g}") for x in vector] for vector in vectors]


def main(mana):
    cases = [{"model": model,
              "arguments": [argument.replace(str(CORPUS), "CORPUS") for argument in arguments],
              "embeddings": run(mana, model, arguments)} for model, arguments in CASES]
    versions = {module.__name__: module.__version__ for module in (torch, transformers, sentence_transformers, np)}
    expected = {"versions": {"python": platform.python_version(), **versions}, "texts": TEXTS, "cases": cases}
    text = json.dumps(expected, ensure_ascii=False).replace("[[", "[\n[").replace("], [", "],\n[").replace("]]", "]\n]")
    OUTPUT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
