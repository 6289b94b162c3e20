"""The runs of bench/classifiers through sentence-transformers and scikit-learn: reads a JSON list of {"train": FILE, "test":
FILE} and prints one of {"accuracy": …, "macro_f1": …}. A text that several runs have is embedded once.

  classifiers_reference.py MODEL THREADS < runs.json
"""
import csv
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def main():
    import numpy
    import torch
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    torch.set_num_threads(int(sys.argv[2]))
    model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})
    runs = json.load(sys.stdin)
    tables = {path: table(path) for run in runs for path in run.values()}
    texts = sorted({row["text"] for rows in tables.values() for row in rows})
    vectors = dict(zip(texts, model.encode(texts, show_progress_bar=False).astype("float64")))
    x = {path: numpy.stack([vectors[row["text"]] for row in rows]) for path, rows in tables.items()}
    y = {path: [row["label"] for row in rows] for path, rows in tables.items()}
    results = []
    for run in runs:
        train, test = run["train"], run["test"]
        found = LogisticRegression(tol=1e-6, max_iter=1000).fit(x[train], y[train]).predict(x[test])
        results.append({"accuracy": 100 * accuracy_score(y[test], found),
                        "macro_f1": 100 * f1_score(y[test], found, average="macro")})
    print(json.dumps(results))


main()
