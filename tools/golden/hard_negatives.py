#!/usr/bin/env python3
"""Writes tests/fixtures/mine/hard_negatives.json: what sentence-transformers' mine_hard_negatives makes of made-up vectors.

    HF_HUB_OFFLINE=1 python tools/golden/hard_negatives.py

Needs sentence-transformers and datasets. The names of texts stand for them; no similarity is so near to another or to a
limit that rounding could decide:

    {"versions": {…}, "anchors": {"<text>": [vector]}, "documents": {"<text>": [vector]}, "pairs": [["<anchor>", "<positive>"]],
     "cases": [{"name": "…", "measure": "cosine", "options": {…}, "format": "triplet", "corpus": […] or null,
                "columns": […], "rows": [[…]], "counts": {"Positive": …, "Negative": …}, "skipped": {"max_score": …}}]}
"""

import contextlib
import io
import json
import re
from pathlib import Path

import datasets
import numpy
import sentence_transformers
import torch
from datasets import Dataset
from sentence_transformers import util

OUTPUT = Path(__file__).resolve().parents[2] / "tests/fixtures/mine/hard_negatives.json"
WIDTH = 6
datasets.arrow_dataset.generate_fingerprint = lambda *_: "none"  # of no use here, and it fails with some versions of pyarrow


class Model:
    """Takes the texts' vectors from a table."""

    device = torch.device("cpu")

    def __init__(self, anchors, documents, measure):
        self.anchors, self.documents = anchors, documents
        self.similarity, self.similarity_pairwise = {
            "cosine": (util.cos_sim, util.pairwise_cos_sim), "euclidean": (util.euclidean_sim, util.pairwise_euclidean_sim),
        }[measure]

    def encode(self, table, texts):
        rows = numpy.array([table[text] for text in texts], dtype=numpy.float32)
        return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)

    def encode_query(self, texts, **options):
        return self.encode(self.anchors, texts)

    def encode_document(self, texts, **options):
        return self.encode(self.documents, texts)


def make_texts(random):
    vector = lambda: random.normal(size=WIDTH).round(3).tolist()
    anchors = {f"a{i}": vector() for i in range(12)}
    documents = {f"d{i}": vector() for i in range(24)}
    pairs = []
    for i, (anchor, value) in enumerate(anchors.items()):
        for each in range(1 if i % 3 else 2):
            positive = f"p{i}.{each}"
            documents[positive] = (numpy.array(value) + random.normal(size=WIDTH) * 0.5).round(3).tolist()
            pairs.append([anchor, positive])
    pairs.append(pairs[0])          # a row twice
    pairs.append(["a1", "p0.0"])    # a positive of two anchors
    return anchors, documents, pairs


CASES = [
    ("as it comes", "cosine", {}, "triplet", False),
    ("from a corpus", "cosine", {"num_negatives": 2}, "triplet", True),
    ("ranks", "cosine", {"range_min": 3, "range_max": 9, "num_negatives": 4}, "triplet", True),
    ("absolute margin", "cosine", {"absolute_margin": 0.15}, "triplet", True),
    ("no margin to speak of", "cosine", {"absolute_margin": 0.0, "num_negatives": 1}, "triplet", True),
    ("relative margin", "cosine", {"relative_margin": 0.3, "range_max": 12}, "triplet", True),
    ("most", "cosine", {"max_score": 0.4, "num_negatives": 2}, "triplet", True),
    ("all conditions", "cosine", {"absolute_margin": 0.1, "relative_margin": 0.2, "max_score": 0.6, "min_score": -0.5,
                                  "range_min": 1, "range_max": 20}, "triplet", True),
    ("few are left", "cosine", {"max_score": -0.2, "num_negatives": 5}, "triplet", False),
    ("tuples", "cosine", {"absolute_margin": 0.4, "num_negatives": 2}, "n-tuple", True),
    ("tuples of few", "cosine", {"max_score": -0.2, "num_negatives": 5, "range_max": 12}, "n-tuple", False),
    ("labelled pairs", "cosine", {"num_negatives": 2, "max_score": 0.5}, "labeled-pair", True),
    ("more than there are", "cosine", {"num_negatives": 30, "range_max": 100}, "triplet", True),
    ("distances", "euclidean", {"absolute_margin": 0.1, "num_negatives": 2}, "triplet", True),
    ("distances, relative", "euclidean", {"relative_margin": 0.2, "max_score": -0.7}, "triplet", True),
]


def is_decided(anchors, documents, pairs):
    """Whether similarities, and what limits are made of, are far enough from one another."""
    for measure in ("cosine", "euclidean"):
        model = Model(anchors, documents, measure)
        scores = model.similarity(model.encode_query(anchors), model.encode_document(documents))
        limits = torch.tensor([limit for _, _, options, _, _ in CASES for name, limit in options.items() if "score" in name])
        for row in scores.double():
            marks = [row, limits]
            for margin in (0.1, 0.15, 0.4):
                marks.append(row - margin)
            for margin in (0.2, 0.3):
                marks.append(row - row.abs() * margin)
            if torch.cat(marks).sort().values.diff().min() < 2e-7 * 5:
                return False
    return True


def mine(anchors, documents, pairs, name, measure, options, output_format, with_corpus):
    corpus = [text for text in documents if text.startswith("d")] if with_corpus else None
    dataset = Dataset.from_dict({"anchor": [pair[0] for pair in pairs], "positive": [pair[1] for pair in pairs]})
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        mined = util.mine_hard_negatives(dataset, Model(anchors, documents, measure), corpus=corpus,
                                         output_format=output_format, **options)
    counts = re.search(r"Count +([\d,]+) +([\d,]+)", printed.getvalue()).groups()
    skipped = {limit: int(count.replace(",", ""))
               for count, limit in re.findall(r"Skipped ([\d,]+) potential negatives .* due to the (\w+) of", printed.getvalue())}
    skipped.pop("min_score", None)  # there it counts what was left out before, too
    return {"name": name, "measure": measure, "options": options, "format": output_format, "corpus": corpus,
            "columns": mined.column_names, "rows": [list(row.values()) for row in mined],
            "positives": int(counts[0].replace(",", "")), "negatives": int(counts[1].replace(",", "")), "skipped": skipped}


def main():
    for seed in range(1000):
        texts = make_texts(numpy.random.default_rng(seed))
        if is_decided(*texts):
            break
    anchors, documents, pairs = texts
    content = {
        "versions": {"sentence-transformers": sentence_transformers.__version__, "datasets": datasets.__version__,
                     "torch": torch.__version__, "numpy": numpy.__version__},
        "seed": seed, "anchors": anchors, "documents": documents, "pairs": pairs,
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write(json.dumps(content)[:-1] + ', "cases": [\n')
        file.write(",\n".join(json.dumps(mine(*texts, *case)) for case in CASES))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
