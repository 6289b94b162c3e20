#!/usr/bin/env python3
"""Writes tests/fixtures/eval/pairs.json: what sentence-transformers' BinaryClassificationEvaluator and TripletEvaluator
make of made-up similarities and of texts through a small model of tests/fixtures/sentence_models.

    HF_HUB_OFFLINE=1 python tools/golden/pairs.py

Needs sentence-transformers and scikit-learn. Scores are float32, printed so that they read back as the same:

    {"versions": {…},
     "metrics": [{"name": "…", "similarities": […], "labels": […], "expected": {"accuracy": …, …}}],
     "pairs": [{"model": "mean", "first": […], "second": […], "labels": […], "expected": {"cosine_accuracy": …, …}}],
     "triplets": [{"model": "mean", "anchors": […], "positives": […], "negatives": […], "margin": 0, "expected": {…}}]}
"""

import json
from pathlib import Path

import numpy
import sentence_transformers
import sklearn
import torch
from sentence_transformers import SentenceTransformer, util
from sentence_transformers.sentence_transformer.evaluation import BinaryClassificationEvaluator, TripletEvaluator
from sklearn.metrics import average_precision_score, matthews_corrcoef

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT = FIXTURES / "eval/pairs.json"
MEASURES = ["cosine", "dot", "euclidean", "manhattan"]
PAIRWISE = [util.pairwise_cos_sim, util.pairwise_dot_score, util.pairwise_euclidean_sim, util.pairwise_manhattan_sim]
WORDS = "the cat sat on a mat 42 dogs ! who ? Paris is big . never run to it".split()


def plain(value):
    return value.item() if isinstance(value, (numpy.generic, torch.Tensor)) else value


def score_cases():
    random = numpy.random.default_rng(17)
    real = lambda count: random.normal(size=count).astype(numpy.float32)
    coin = lambda count, share=0.5: (random.random(count) < share).astype(int)
    yield "real", real(60), coin(60)
    labels = coin(200, 0.3)
    yield "informative", (real(200) + 1.5 * labels).astype(numpy.float32), labels
    yield "ties", random.integers(0, 5, size=80).astype(numpy.float32) / 4, coin(80)
    yield "all equal", numpy.full(12, 0.5, numpy.float32), coin(12)
    yield "perfect", numpy.float32([0.9, 0.8, 0.2, 0.1]), numpy.array([1, 1, 0, 0])
    yield "upside down", numpy.float32([0.9, 0.8, 0.2, 0.1]), numpy.array([0, 0, 1, 1])
    yield "one positive, last", numpy.float32([3, 2, 1, 0]), numpy.array([0, 0, 0, 1])
    yield "two", numpy.float32([0.25, 0.75]), numpy.array([0, 1])
    close = numpy.float32(0.7)
    yield "next to each other", numpy.float32([close, numpy.nextafter(close, numpy.float32(1)), 0.1]), numpy.array([0, 1, 0])
    yield "negative", -numpy.abs(real(50)), coin(50, 0.7)


def metrics(name, scores, labels):
    accuracy, accuracy_threshold = BinaryClassificationEvaluator.find_best_acc_and_threshold(scores, labels, True)
    f1, precision, recall, f1_threshold = BinaryClassificationEvaluator.find_best_f1_and_threshold(scores, labels, True)
    expected = {"accuracy": accuracy, "accuracy_threshold": accuracy_threshold, "f1": f1, "f1_threshold": f1_threshold,
                "precision": precision, "recall": recall, "ap": average_precision_score(labels, scores),
                "mcc": matthews_corrcoef(labels, scores >= f1_threshold)}
    return {"name": name, "similarities": [float(score) for score in scores], "labels": labels.tolist(),
            "expected": {key: plain(value) for key, value in expected.items()}}


def sentences(random, count):
    return [" ".join(random.choice(WORDS, size=random.integers(1, 8))) for _ in range(count)]


def changed(random, text):
    words = text.split()
    words[random.integers(len(words))] = random.choice(WORDS)
    return " ".join(words)


def pairs(folder, model, random):
    first = sentences(random, 40)
    labels = (random.random(40) < 0.4).astype(int).tolist()
    second = [changed(random, text) if label else other for text, label, other in zip(first, labels, sentences(random, 40))]
    evaluator = BinaryClassificationEvaluator(first, second, labels, similarity_fn_names=MEASURES)
    return {"model": folder, "first": first, "second": second, "labels": labels,
            "expected": {key: plain(value) for key, value in evaluator(model).items()}}


def decided(model, row, margin):
    """Whether rounding, which depends on a text's batch there, could not change the answer."""
    anchor, positive, negative = (torch.from_numpy(encode(text)[None]) for encode, text in
                                  zip((model.encode_query, model.encode_document, model.encode_document), row))
    return all(abs(float(pair(anchor, positive) - pair(anchor, negative)) - margin) > 1e-5 for pair in PAIRWISE)


def triplets(folder, model, random, margin):
    rows = []
    while len(rows) < 40:
        anchor = sentences(random, 1)[0]
        row = anchor, changed(random, anchor), changed(random, changed(random, anchor))
        if decided(model, row, margin):
            rows.append(row)
    anchors, positives, negatives = zip(*rows)
    evaluator = TripletEvaluator(list(anchors), list(positives), list(negatives), margin=margin, similarity_fn_names=MEASURES)
    return {"model": folder, "anchors": anchors,
            "positives": positives, "negatives": negatives, "margin": margin,
            "expected": {key: plain(value) for key, value in evaluator(model).items()}}


def main():
    random = numpy.random.default_rng(29)
    models = {folder: SentenceTransformer(str(FIXTURES / "sentence_models" / folder), device="cpu")
              for folder in ("mean", "dense_tanh", "prompts")}
    content = {
        "versions": {"sentence-transformers": sentence_transformers.__version__, "scikit-learn": sklearn.__version__,
                     "torch": torch.__version__, "numpy": numpy.__version__},
        "metrics": [metrics(*case) for case in score_cases()],
        "pairs": [pairs(folder, model, random) for folder, model in models.items() if folder != "prompts"],
        "triplets": [triplets(folder, model, random, margin) for folder, model in models.items() for margin in (0, 0.001)],
    }
    OUTPUT.write_text(json.dumps(content, indent=0).replace("\n", " ").replace("}, {", "},\n{") + "\n")


if __name__ == "__main__":
    main()
