#!/usr/bin/env python3
"""Does sentence-transformers see in a folder what Mana sees? Fails if one vector differs by more than 1e-5.

    tools/check_trained.py FOLDER [--data STS.tsv] [--texts FILE] [--mana build/release/bin/mana]

Needs sentence-transformers (bench/compare installs it: build/peers/venv/bin/python). The texts are one a line, or those of
examples/data. --data, with the columns score, sentence1 and sentence2, adds Spearman's correlation on both sides.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 1e-5


def texts_of(path):
    if path:
        return path.read_text(encoding="utf-8").splitlines()
    entries = (ROOT / "examples/data/factbook.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in entries[::9]]


def mana_vectors(mana, folder, texts):
    import numpy

    with tempfile.TemporaryDirectory() as work:
        lines, vectors = pathlib.Path(work) / "texts.txt", pathlib.Path(work) / "vectors.npy"
        lines.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
        subprocess.run([mana, "embed", "--model", folder, "--precision", "f32", "--input", lines, "--format", "npy", "--output", vectors,
                        "--quiet"], check=True)
        return numpy.load(vectors)


def mana_spearman(mana, folder, data):
    done = subprocess.run([mana, "eval", "sts", "--data", data, "--model", folder, "--precision", "f32", "--json", "--quiet"],
                          check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["spearman"]


def reference_spearman(model, data):
    from scipy.stats import spearmanr

    with open(data, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    first, second = (model.encode([row[side] for row in rows], normalize_embeddings=True) for side in ("sentence1", "sentence2"))
    return 100 * float(spearmanr((first * second).sum(axis=1), [float(row["score"]) for row in rows]).statistic)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, help="an STS set")
    parser.add_argument("--texts", type=pathlib.Path, help="one a line")
    parser.add_argument("--mana", default=ROOT / "build/release/bin/mana")
    options = parser.parse_args()

    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(options.folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})
    texts = texts_of(options.texts)
    expected, found = model.encode(texts, show_progress_bar=False), mana_vectors(options.mana, options.folder, texts)
    if expected.shape != found.shape:
        sys.exit(f"sentence-transformers makes vectors {expected.shape}, mana {found.shape}")
    difference = float(abs(expected - found).max())
    print(f"{len(texts)} texts: the largest difference of a number is {difference:.2e}")
    if options.data:
        print(f"Spearman × 100: sentence-transformers {reference_spearman(model, options.data):.3f}, "
              f"mana {mana_spearman(options.mana, options.folder, options.data):.3f}")
    if not difference <= LARGEST:
        sys.exit(f"more than {LARGEST}")


if __name__ == "__main__":
    main()
