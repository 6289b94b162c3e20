#!/usr/bin/env python3
"""Writes tests/fixtures/eval/graded_retrieval.json: metrics of rankings held against judgements with grades, some of
documents that the corpus lacks: nDCG with linear gains by trec_eval, with exponential ones by scikit-learn, with binary
ones by sentence-transformers, and sentence-transformers' other metrics.

Needs pytrec-eval-terrier, scikit-learn and sentence-transformers. Run from anywhere:
python3 tools/golden/graded_retrieval.py
"""

import importlib.metadata
import json
import pathlib

import numpy
import pytrec_eval
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from sklearn.metrics import ndcg_score

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/eval/graded_retrieval.json"
CUTOFFS = [1, 3, 10]
DOCUMENTS = 30


def cases():
    """name, the grades that occur, judged documents of a query, documents that the corpus lacks"""
    yield "yes and no", [1], 6, 0
    yield "grades", [0, 1, 2, 3], 12, 0
    yield "negative grades", [-2, -1, 0, 1, 4], 15, 0
    yield "documents that are missing", [0, 1, 2], 12, 8
    yield "far apart", [1, 10, 30], 9, 3


def judge(name, grades, judged, missing, random):
    documents = [f"d{i}" for i in range(DOCUMENTS)]
    known = documents + [f"missing{i}" for i in range(missing)]
    qrels, ranked = {}, {}
    for query in (f"q{i}" for i in range(6)):
        chosen = random.choice(len(known), size=judged, replace=False)
        qrels[query] = {known[i]: int(random.choice(grades)) for i in chosen}
        qrels[query][known[chosen[0]]] = max(grades)  # something is relevant
        ranked[query] = [documents[i] for i in random.permutation(DOCUMENTS)]
    return known, qrels, ranked


def linear(qrels, ranked):
    runs = {query: {document: float(-rank) for rank, document in enumerate(ids)} for query, ids in ranked.items()}
    found = pytrec_eval.RelevanceEvaluator(qrels, {f"ndcg_cut.{','.join(map(str, CUTOFFS))}"}).evaluate(runs)
    return {k: numpy.mean([each[f"ndcg_cut_{k}"] for each in found.values()]) for k in CUTOFFS}


def exponential(known, qrels, ranked):
    """scikit-learn takes gains as they are; a document that is not found comes after all others."""
    values = {k: [] for k in CUTOFFS}
    for query, ids in ranked.items():
        gains = [2.0 ** max(qrels[query].get(document, 0), 0) - 1 for document in known]
        scores = [-ids.index(document) if document in ids else -1000 for document in known]
        for k in CUTOFFS:
            values[k].append(ndcg_score([gains], [scores], k=k, ignore_ties=True))
    return {k: numpy.mean(each) for k, each in values.items()}


def binary(known, qrels, ranked):
    evaluator = InformationRetrievalEvaluator(
        queries={query: query for query in qrels}, corpus={document: document for document in known},
        relevant_docs={query: {document for document, grade in grades.items() if grade > 0}
                       for query, grades in qrels.items()},
        mrr_at_k=CUTOFFS, ndcg_at_k=CUTOFFS, accuracy_at_k=CUTOFFS, precision_recall_at_k=CUTOFFS, map_at_k=CUTOFFS)
    return evaluator.compute_metrics([[{"corpus_id": document, "score": float(-rank)} for rank, document in enumerate(ids)]
                                      for ids in ranked.values()])


def numbers(values):
    return {str(k): float(value) for k, value in values.items()}


def main():
    random = numpy.random.default_rng(5)
    rows = []
    for name, *of in cases():
        known, qrels, ranked = judge(name, *of, random)
        others = binary(known, qrels, ranked)
        rows.append({
            "name": name, "qrels": qrels, "ranked": ranked,
            "ndcg": {"linear": numbers(linear(qrels, ranked)), "exponential": numbers(exponential(known, qrels, ranked)),
                     "binary": numbers(others["ndcg@k"])},
            "recall": numbers(others["recall@k"]), "mrr": numbers(others["mrr@k"]), "map": numbers(others["map@k"])})
    packages = ["pytrec-eval-terrier", "scikit-learn", "sentence-transformers", "numpy"]
    versions = {name: importlib.metadata.version(name) for name in packages}
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s, "cases": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(row) for row in rows))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
