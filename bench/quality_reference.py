"""The tasks of bench/quality through sentence-transformers and scikit-learn: prints one JSON object of figures.

  quality_reference.py MODEL TASK …      TASK: ["Cranfield", {"--corpus": FILE, …}]
"""
import csv
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def json_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def sts(model, files, score):
    from scipy.stats import spearmanr

    rows = table(files["--data"])
    first = model.encode([row["sentence1"] for row in rows], normalize_embeddings=True)
    second = model.encode([row["sentence2"] for row in rows], normalize_embeddings=True)
    return {"Spearman": 100 * spearmanr((first * second).sum(axis=1), [float(row[score]) for row in rows]).statistic}


def classify(model, files):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    train, test = table(files["--train"]), table(files["--test"])
    x, y = (model.encode([row["text"] for row in rows]).astype("float64") for rows in (train, test))
    regression = LogisticRegression(tol=1e-6, max_iter=1000).fit(x, [row["label"] for row in train])
    expected, found = [row["label"] for row in test], regression.predict(y)
    return {"accuracy": 100 * accuracy_score(expected, found), "macro-F1": 100 * f1_score(expected, found, average="macro")}


def retrieval(model, files):
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    corpus = {row["_id"]: f"{row['title']} {row['text']}" if row.get("title") else row["text"]
              for row in json_lines(files["--corpus"])}
    queries = {row["_id"]: row["text"] for row in json_lines(files["--queries"])}
    relevant = {}
    with open(files["--qrels"], encoding="utf-8") as lines:
        for line in list(lines)[1:]:
            query, document, grade = line.rstrip("\n").split("\t")
            if float(grade) > 0:
                relevant.setdefault(query, set()).add(document)
    evaluator = InformationRetrievalEvaluator(queries, corpus, relevant, ndcg_at_k=[10], write_csv=False)
    return {"nDCG@10": 100 * next(float(value) for name, value in evaluator(model).items() if name.endswith("cosine_ndcg@10"))}


def main():
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(sys.argv[1], device="cpu")
    figures = {}
    for argument in sys.argv[2:]:
        name, files = json.loads(argument)
        if "--train" in files:
            found = classify(model, files)
        elif "--corpus" in files:
            found = retrieval(model, files)
        else:
            found = sts(model, files, "relatedness" if name.startswith("SICK") else "score")
        figures.update({f"{name}: {figure}": value for figure, value in found.items()})
    print(json.dumps(figures))


main()
