#!/usr/bin/env python3
"""Writes tests/fixtures/eval/retrieval.json: rankings and metrics of sentence-transformers' InformationRetrievalEvaluator
on small made-up vectors.

Needs sentence-transformers. Run from anywhere: python3 tools/golden/retrieval.py
"""

import json
import pathlib

import numpy
import sentence_transformers
import torch
from sentence_transformers import util
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/eval/retrieval.json"
MEASURES = {
    "cosine": util.cos_sim, "dot": util.dot_score,
    "euclidean": util.euclidean_sim, "manhattan": util.manhattan_sim,
}


class Evaluator(InformationRetrievalEvaluator):
    """Takes the texts' vectors from a table, and keeps the rankings."""

    def __init__(self, vectors, **options):
        super().__init__(**options)
        self.vectors = vectors

    def embed_inputs(self, model, sentences, encode_fn_name=None, **options):
        return torch.tensor(numpy.array([self.vectors[encode_fn_name][name] for name in sentences], dtype=numpy.float32))

    def compute_metrics(self, ranked):
        self.ranked = dict(zip(self.queries_ids, [[hit["corpus_id"] for hit in hits] for hits in ranked]))
        return super().compute_metrics(ranked)


def relevant_at_random(random, queries, documents, most):
    return {f"q{i}": {f"d{j}" for j in random.choice(documents, size=random.integers(0, most + 1), replace=False)}
            for i in range(queries)}


def cases():
    """name, measure, query vectors, document vectors, relevant documents, size of a chunk of documents"""
    random = numpy.random.default_rng(11)
    whole = lambda rows, low, high: random.integers(low, high, size=(rows, 3)).astype(float)
    real = lambda rows, width: random.normal(size=(rows, width)).round(3)
    # Products of small integers are exact, so the ties are ties in any order of summation.
    yield "ties", "dot", whole(9, -1, 2), whole(40, -1, 2), relevant_at_random(random, 9, 40, 5), 5000
    yield "ties across chunks", "dot", whole(6, 0, 2), whole(150, 0, 2), relevant_at_random(random, 6, 150, 30), 32
    yield "all equal", "dot", whole(3, 1, 2), whole(120, 1, 2), relevant_at_random(random, 3, 120, 8), 5000
    yield "fewer documents than k", "dot", whole(5, -2, 3), whole(4, -2, 3), relevant_at_random(random, 5, 4, 4), 5000
    yield "ties by distance", "manhattan", whole(6, -1, 2), whole(30, -1, 2), relevant_at_random(random, 6, 30, 4), 5000
    for measure in MEASURES:
        yield f"real, {measure}", measure, real(8, 19), real(130, 19), relevant_at_random(random, 8, 130, 12), 5000
    yield "more relevant than k", "cosine", real(3, 5), real(160, 5), relevant_at_random(random, 3, 160, 150), 5000


def evaluate(name, measure, query_vectors, document_vectors, relevant, chunk):
    queries = {f"q{i}": f"q{i}" for i in range(len(query_vectors))}
    corpus = {f"d{i}": f"d{i}" for i in range(len(document_vectors))}
    evaluator = Evaluator(
        {"query": dict(zip(queries, query_vectors)), "document": dict(zip(corpus, document_vectors))},
        queries=queries, corpus=corpus, relevant_docs=relevant, corpus_chunk_size=chunk,
        accuracy_at_k=[1, 3, 5, 10, 100], precision_recall_at_k=[1, 3, 5, 10, 100],
        score_functions={measure: MEASURES[measure]})
    metrics = evaluator.compute_all_metrics(None)[measure]
    return {
        "name": name, "measure": measure,
        "queries": dict(zip(queries, query_vectors.tolist())), "documents": dict(zip(corpus, document_vectors.tolist())),
        "relevant": {query: sorted(documents) for query, documents in relevant.items()},
        "ranked": evaluator.ranked,
        "metrics": {metric: {str(k): float(value) for k, value in values.items()} for metric, values in metrics.items()},
    }


def main():
    versions = {"sentence-transformers": sentence_transformers.__version__, "torch": torch.__version__,
                "numpy": numpy.__version__}
    rows = [evaluate(*case) for case in cases()]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s, "cases": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(row) for row in rows))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
