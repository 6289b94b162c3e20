"""The runs of bench/classifiers through sentence-transformers and scikit-learn: reads a JSON list of {"train": FILE, "test":
FILE} and prints one of {"accuracy": …, "macro_f1": …}.

  classifiers_reference.py MODEL < runs.json
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
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    model = SentenceTransformer(sys.argv[1], device="cpu")
    embed = lambda rows: model.encode([row["text"] for row in rows]).astype("float64")
    tests = {}
    results = []
    for run in json.load(sys.stdin):
        if run["test"] not in tests:
            rows = table(run["test"])
            tests[run["test"]] = embed(rows), [row["label"] for row in rows]
        x, expected = tests[run["test"]]
        train = table(run["train"])
        found = LogisticRegression(tol=1e-6, max_iter=1000).fit(embed(train), [row["label"] for row in train]).predict(x)
        results.append({"accuracy": 100 * accuracy_score(expected, found),
                        "macro_f1": 100 * f1_score(expected, found, average="macro")})
    print(json.dumps(results))


main()
