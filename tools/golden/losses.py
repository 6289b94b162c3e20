#!/usr/bin/env python3
"""Writes tests/fixtures/training/losses.json: value and gradients of sentence-transformers' losses on small made-up vectors.

    python tools/golden/losses.py

Needs sentence-transformers. Everything is computed in float64 from inputs that float32 holds exactly. The file:

    {"versions": {…}, "cases": [{
        "name": "…", "loss": "…", "options": {…},
        "columns": [[[…], …], …],      u, v, … one matrix [6, 8] for each column of texts
        "labels": null | […],          as the loss takes them: scores, classes, or a teacher's vectors
        "head": {"weight": …, "bias": …},                         of softmax alone
        "value": L, "gradients": [dL/du, dL/dv, …],
        "head_gradients": {"weight": …, "bias": …}}]}
"""

import json
import pathlib

import numpy
import sentence_transformers
import torch
from sentence_transformers.sentence_transformer import losses

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/training/losses.json"
ROWS, WIDTH, CLASSES = 6, 8, 3
RANDOM = numpy.random.default_rng(5)


def exact(values):
    """The nearest values that float32 holds exactly."""
    return torch.tensor(numpy.round(values * 64) / 64, dtype=torch.float64)


def vectors(*shape):
    return exact(RANDOM.normal(size=shape or (ROWS, WIDTH)))


def near(column, noise=0.7):
    """Vectors that mean nearly the same, so that a loss sees pairs and not noise alone."""
    return exact(column.numpy() + noise * RANDOM.normal(size=column.shape))


class Encoder(torch.nn.Module):
    """Stands where a loss expects its model; the texts are their vectors."""

    device = "cpu"

    def get_embedding_dimension(self):
        return WIDTH

    def forward(self, features):
        return dict(features)


class FromTexts:
    """Those losses that have to be called with texts."""

    def __init__(self, loss):
        self.loss = loss

    def compute_loss_from_embeddings(self, columns, labels):
        return self.loss([{"sentence_embedding": column} for column in columns], labels)


def softmax():
    loss = losses.SoftmaxLoss(Encoder(), WIDTH, CLASSES).double()
    loss.classifier.weight.data = exact(0.3 * RANDOM.normal(size=(CLASSES, 3 * WIDTH)))
    loss.classifier.bias.data = exact(0.3 * RANDOM.normal(size=CLASSES))
    return FromTexts(loss)


def matryoshka(make, dimensions, weights):
    encoder = Encoder()
    return FromTexts(losses.MatryoshkaLoss(encoder, make(encoder), dimensions, weights))


def cases():
    """name, loss, options, the reference, columns, labels"""
    u = vectors()
    v, hard, w = near(u), near(u, 1.2), vectors()
    scores = torch.tensor([0.25, 1.0, 0.5, 0.25, 0.0, 0.75], dtype=torch.float64)
    binary = torch.tensor([1, 0, 1, 1, 0, 0])
    ranking = losses.MultipleNegativesRankingLoss
    symmetric = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}
    yield "ranking", "mnr", {"scale": 20}, ranking(None), [u, v], None
    yield "ranking, scale 5", "mnr", {"scale": 5}, ranking(None, scale=5), [u, v], None
    yield "ranking with hard negatives", "mnr", {"scale": 20}, ranking(None), [u, v, hard], None
    yield "ranking with two hard negatives", "mnr", {"scale": 20}, ranking(None), [u, v, hard, w], None
    yield "symmetric ranking", "mnr", {"scale": 20, "symmetric": True}, ranking(None, **symmetric), [u, v], None
    yield ("symmetric ranking with hard negatives", "mnr", {"scale": 20, "symmetric": True}, ranking(None, **symmetric),
           [u, v, hard], None)
    for name, loss in (("cosent", losses.CoSENTLoss), ("angle", losses.AnglELoss)):
        yield f"{name} with equal scores", name, {"scale": 20}, loss(None), [u, v], scores
        yield f"{name}, all scores equal", name, {"scale": 20}, loss(None), [u, v], torch.full_like(scores, 0.5)
    yield "cosine-mse", "cosine-mse", {}, losses.CosineSimilarityLoss(None), [u, v], scores
    yield "softmax", "softmax", {"classes": CLASSES}, softmax(), [u, v], torch.tensor([0, 2, 1, 1, 0, 2])
    for metric, margins in (("euclidean", (5, 0.5)), ("cosine", (5, 0.2)), ("manhattan", (5,))):
        for margin in margins:
            distance = losses.TripletDistanceMetric.__dict__[metric.upper()]
            yield (f"triplet, {metric}, margin {margin}", "triplet", {"distance": metric, "margin": margin},
                   losses.TripletLoss(None, distance, margin), [u, v, hard], None)
    for name, loss in (("contrastive", losses.ContrastiveLoss), ("online-contrastive", losses.OnlineContrastiveLoss)):
        yield name, name, {"distance": "cosine", "margin": 0.5}, loss(None), [u, hard], binary
        yield f"{name}, margin 1.25", name, {"distance": "cosine", "margin": 1.25}, loss(None, margin=1.25), [u, w], binary
        yield f"{name}, one kind", name, {"distance": "cosine", "margin": 1.25}, loss(None, margin=1.25), [u, w], 0 * binary
        yield f"{name}, the other kind", name, {"distance": "cosine", "margin": 0.5}, loss(None), [u, w], 0 * binary + 1
    distances = losses.BatchHardTripletLossDistanceFunction
    for metric, distance, margin in (("euclidean", distances.euclidean_distance, 5), ("euclidean", distances.euclidean_distance, 0.25),
                                     ("cosine", distances.cosine_distance, 0.25)):
        yield (f"batch-hard triplet, {metric}, margin {margin}", "batch-hard-triplet", {"distance": metric, "margin": margin},
               losses.BatchHardTripletLoss(None, distance, margin), [u], torch.tensor([0, 1, 0, 1, 1, 2]))
    yield ("matryoshka around ranking", "matryoshka-mnr", {"scale": 20, "dimensions": [8, 4, 2], "weights": [1, 1, 1]},
           matryoshka(ranking, [8, 4, 2], [1, 1, 1]), [u, v], None)
    yield ("matryoshka around cosent, weighted", "matryoshka-cosent", {"scale": 20, "dimensions": [8, 3], "weights": [1, 0.5]},
           matryoshka(losses.CoSENTLoss, [8, 3], [1, 0.5]), [u, v], scores)
    yield "mse", "mse", {}, losses.MSELoss(None), [u], near(u)
    yield "mse of two columns", "mse", {}, losses.MSELoss(None), [u, v], near(u)
    yield "margin-mse", "margin-mse", {}, losses.MarginMSELoss(None), [u, v, hard], exact(RANDOM.normal(size=(ROWS,)))
    yield ("margin-mse with two negatives", "margin-mse", {}, losses.MarginMSELoss(None), [u, v, hard, w],
           exact(RANDOM.normal(size=(ROWS, 2))))


def evaluate(name, loss, options, reference, columns, labels):
    leaves = [column.clone().requires_grad_() for column in columns]
    # A teacher's vectors hold for every column; the loss over the columns is the mean of theirs.
    given = [labels] * len(leaves) if loss == "mse" else labels
    value = reference.compute_loss_from_embeddings(leaves, given)
    head = dict(reference.loss.classifier.named_parameters()) if loss == "softmax" else {}
    value.backward()
    case = {"name": name, "loss": loss, "options": options, "columns": [column.tolist() for column in columns],
            "labels": None if labels is None else labels.tolist(), "value": value.item(),
            "gradients": [(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad).tolist() for leaf in leaves]}
    if head:
        case["head"] = {part: parameter.detach().tolist() for part, parameter in head.items()}
        case["head_gradients"] = {part: parameter.grad.tolist() for part, parameter in head.items()}
    return case


def main():
    versions = {"sentence-transformers": sentence_transformers.__version__, "torch": torch.__version__, "numpy": numpy.__version__}
    rows = [evaluate(*case) for case in cases()]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s, "cases": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(row) for row in rows))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
