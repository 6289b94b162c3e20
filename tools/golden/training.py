#!/usr/bin/env python3
"""Writes tests/fixtures/training: ten steps of fine-tuning with sentence-transformers, for each loss.

    HF_HUB_OFFLINE=1 python tools/golden/training.py [MODEL_FOLDER]          all-MiniLM-L6-v2

Needs sentence-transformers. In float32 on one thread: no dropout, AdamW (lr 2e-5, betas 0.9 and 0.999, eps 1e-8, no
weight decay), a constant rate, no clipping. The keys' biases stay: their true gradient is zero, and Adam would make
whole steps of its rounding. The pooler has no part in it. Step s takes the rows 16 (s − 1) … 16 s − 1 of rows.jsonl.

rows.jsonl      anchor, positive, negative, score in [0, 1], label 0–2, similar 0 or 1, margin, topic
training.json   {"versions": {…}, "batch": 16, "steps": 10, "learning_rate": 2e-5,
                 "samples": {"gradient" | "update": {"<tensor>": {"rows": [i, …], "stride": s, "count": n}}},
                 "losses": [{
                     "name": "…",            also the head of its tensors' names
                     "options": {…}, "columns": ["anchor", …], "labels": null | "<key of a row>" | "teacher",
                     "equals": "<name>",     cached ranking alone: its tensors are those of that loss
                     "losses": [ten of them, before each step],
                     "gradient_norms": {"<tensor>": ‖∂L/∂W‖ at step 1},
                     "update_norm": ‖W₁₀ − W₀‖ over all tensors together, "update_norms": {"<tensor>": ‖W₁₀ − W₀‖},
                     "float64": {"losses": …, "gradients": …, "update": …}}]}
                 Norms are Frobenius norms of whole tensors; a gradient's is summed in float64, since float32 is off by up to
                 4e-5. "float64": how far the same in float64 lies, relative: the largest of the ten losses, the largest of
                 the gradients' norm-wise distances, and the update's.
training.safetensors
                 <loss>/gradient/<tensor>   a sample of the gradient at step 1, for eight tensors
                 <loss>/update/<tensor>     a sample of W₁₀ − W₀, for every tensor that moves
                 softmax/head.weight, softmax/head.bias          [3, 3 · 384] and [3], the head before step 1
                 teacher                                         [160, 384], what MSE distillation learns

The sample of a tensor W: the rows of W in "rows" if there are any (those that a batch touches), flattened, and of that
every "stride"-th number, the first one too. An estimate of ‖·‖² is the sum over tensors of stride × the sample's.
"""

import json
import pathlib
import sys

import numpy
import safetensors.torch
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from training_texts import scored, triplets

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/training"
MODEL = pathlib.Path.home() / ".cache/mana/models/all-MiniLM-L6-v2"
BATCH, STEPS, RATE, CLASSES = 16, 10, 2e-5, 3
GRADIENTS = [
    "embeddings.word_embeddings.weight", "embeddings.LayerNorm.weight", "encoder.layer.0.attention.self.query.weight",
    "encoder.layer.1.attention.output.dense.bias", "encoder.layer.2.attention.self.value.weight",
    "encoder.layer.3.intermediate.dense.weight", "encoder.layer.4.output.LayerNorm.bias", "encoder.layer.5.output.dense.weight",
]


def cases():
    """name, options, columns, labels, the loss of a model"""
    ranking, dimensions = losses.MultipleNegativesRankingLoss, [384, 256, 128, 64]
    symmetric = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}
    metrics = losses.TripletDistanceMetric
    hard = losses.BatchHardTripletLossDistanceFunction.euclidean_distance
    pair, triplet = ["anchor", "positive"], ["anchor", "positive", "negative"]
    yield "mnr", {"scale": 20}, pair, None, ranking
    yield "mnr-hard-negatives", {"scale": 20}, triplet, None, ranking
    yield "mnr-symmetric", {"scale": 20}, pair, None, lambda model: ranking(model, **symmetric)
    yield ("mnr-cached", {"scale": 20, "mini_batch": 4}, pair, None,
           lambda model: losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=4))
    yield "cosent", {"scale": 20}, pair, "score", losses.CoSENTLoss
    yield "angle", {"scale": 20}, pair, "score", losses.AnglELoss
    yield "cosine-mse", {}, pair, "score", losses.CosineSimilarityLoss
    yield "softmax", {"classes": CLASSES}, pair, "label", softmax
    yield "triplet-euclidean", {"margin": 5}, triplet, None, lambda model: losses.TripletLoss(model, metrics.EUCLIDEAN, 5)
    yield "triplet-cosine", {"margin": 0.5}, triplet, None, lambda model: losses.TripletLoss(model, metrics.COSINE, 0.5)
    yield "contrastive", {"margin": 0.5}, pair, "similar", losses.ContrastiveLoss
    yield "online-contrastive", {"margin": 0.5}, pair, "similar", losses.OnlineContrastiveLoss
    yield "batch-hard-triplet", {"margin": 5}, ["anchor"], "topic", lambda model: losses.BatchHardTripletLoss(model, hard, 5)
    yield ("matryoshka-mnr", {"scale": 20, "dimensions": dimensions, "weights": [1] * 4}, pair, None,
           lambda model: losses.MatryoshkaLoss(model, ranking(model), dimensions))
    yield "mse", {}, ["anchor"], "teacher", losses.MSELoss
    yield "margin-mse", {}, triplet, "margin", losses.MarginMSELoss


def softmax(model):
    torch.manual_seed(2)
    return losses.SoftmaxLoss(model, model.get_embedding_dimension(), CLASSES).to(next(model.parameters()).dtype)


def load(folder, dtype=torch.float32):
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": dtype})
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if hasattr(module, "dropout_prob"):
            module.dropout_prob = 0.0
    backbone = model[0].auto_model
    backbone.config.attention_probs_dropout_prob = backbone.config.hidden_dropout_prob = 0.0
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(not (name.endswith("attention.self.key.bias") or name.startswith("pooler.")))
    return model.train()


def trained(model, loss):
    """The tensors that learn, by their names in model.safetensors; the head's begin with `head.`"""
    tensors = {name: parameter for name, parameter in model[0].auto_model.named_parameters() if parameter.requires_grad}
    if hasattr(loss, "classifier"):
        tensors |= {f"head.{name}": parameter for name, parameter in loss.classifier.named_parameters()}
    return tensors


def labels(rows, key, teacher, dtype):
    if key == "teacher":
        return teacher.to(dtype)
    if key is None:
        return None
    values = torch.tensor([row[key] for row in rows])
    return values.to(dtype) if values.is_floating_point() else values


def ten_steps(folder, make, columns, key, rows, teacher, dtype=torch.float32):
    """The losses, the gradients of step 1, and how far every tensor went."""
    model = load(folder, dtype)
    loss = make(model)
    tensors = trained(model, loss)
    before = {name: tensor.detach().clone() for name, tensor in tensors.items()}
    descent = torch.optim.AdamW(tensors.values(), lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    values, gradients = [], None
    for step in range(STEPS):
        batch = slice(BATCH * step, BATCH * (step + 1))
        features = [model.preprocess([row[column] for row in rows[batch]]) for column in columns]
        value = loss(features, labels(rows[batch], key, teacher[batch], dtype))
        value.backward()
        values.append(value.item())
        gradients = gradients or {name: tensor.grad.clone() for name, tensor in tensors.items()}
        descent.step()
        descent.zero_grad()
    return values, gradients, {name: tensor.detach() - before[name] for name, tensor in tensors.items()}


def touched(model, rows, columns=("anchor", "positive", "negative")):
    """The rows of the embeddings that the texts use."""
    tokens = [model.preprocess([row[column] for row in rows])["input_ids"] for column in columns]
    longest = max(ids.shape[1] for ids in tokens)
    return {"embeddings.word_embeddings.weight": sorted(set(torch.cat([ids.flatten() for ids in tokens]).tolist())),
            "embeddings.position_embeddings.weight": list(range(longest)), "embeddings.token_type_embeddings.weight": [0]}


def choose(tensors, rows, stride_of):
    chosen = {}
    for name, tensor in tensors.items():
        kept = rows.get(name, [])
        size = len(kept) * tensor.shape[1] if kept else tensor.numel()
        stride = stride_of(size)
        chosen[name] = {"rows": kept, "stride": stride, "count": len(range(0, size, stride))}
    return chosen


def sample(tensor, rows, stride, count):
    values = (tensor[rows] if rows else tensor).flatten()[::stride].to(torch.float32).contiguous()
    assert len(values) == count
    return values


def distance(found, expected):
    """‖found − expected‖ / ‖expected‖ over the tensors together."""
    squares = lambda values: sum(value.double().square().sum().item() for value in values)
    return (squares(found[name].double() - expected[name].double() for name in expected) / squares(expected.values())) ** 0.5


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else MODEL
    torch.set_num_threads(1)
    encoder = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    rows = scored(triplets(BATCH * STEPS), lambda texts: encoder.encode(texts, normalize_embeddings=True))
    anchors = encoder.encode([row["anchor"] for row in rows], normalize_embeddings=True)
    noise = numpy.random.default_rng(6).normal(scale=0.03, size=anchors.shape)
    teacher = torch.tensor((anchors + noise).astype(numpy.float32))

    model = load(folder)
    everything = trained(model, softmax(model))
    picked = {
        "gradient": choose({name: everything[name] for name in GRADIENTS}, touched(model, rows[:BATCH], ["anchor"]),
                           lambda size: max(1, size // 800 | 1) if size > 800 else 1),
        "update": choose(everything, touched(model, rows), lambda size: 1511 if size > 100_000 else size // 16 | 1)}

    stored = {"teacher": teacher, **{f"softmax/{name}": tensor.detach() for name, tensor in everything.items() if name.startswith("head.")}}
    entries, plain = [], None
    for name, options, columns, key, make in cases():
        values, gradients, update = ten_steps(folder, make, columns, key, rows, teacher)
        entry = {"name": name, "options": options, "columns": columns, "labels": key, "losses": values,
                 "gradient_norms": {tensor: gradients[tensor].double().norm().item() for tensor in GRADIENTS},
                 "update_norm": sum(change.square().sum().item() for change in update.values()) ** 0.5,
                 "update_norms": {tensor: change.norm().item() for tensor, change in update.items()}}
        if name == "mnr":
            plain = values, gradients, update
        if name == "mnr-cached":
            assert numpy.allclose(values, plain[0], rtol=1e-5) and distance(gradients, plain[1]) < 1e-5
            assert distance(update, plain[2]) < 2e-3
            entry["equals"] = "mnr"
        else:
            stored |= {f"{name}/gradient/{tensor}": sample(gradients[tensor], **how) for tensor, how in picked["gradient"].items()}
            stored |= {f"{name}/update/{tensor}": sample(update[tensor], **how) for tensor, how in picked["update"].items()
                       if tensor in update}
        exact = ten_steps(folder, make, columns, key, rows, teacher, torch.float64)
        entry["float64"] = {
            "losses": max(abs(found - value) / abs(value) for found, value in zip(values, exact[0])),
            "gradients": max(distance({tensor: gradients[tensor]}, {tensor: exact[1][tensor]}) for tensor in GRADIENTS),
            "update": distance(update, exact[2])}
        print(name, values[0], values[-1], entry["float64"], file=sys.stderr, flush=True)
        entries.append(entry)

    head = {"versions": {module.__name__: module.__version__ for module in (sentence_transformers, torch, transformers, numpy)},
            "batch": BATCH, "steps": STEPS, "learning_rate": RATE, "samples": picked}
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "rows.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    safetensors.torch.save_file(stored, OUTPUT / "training.safetensors")
    with open(OUTPUT / "training.json", "w", encoding="utf-8") as file:
        file.write("{" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in head.items()) + ',\n"losses": [\n')
        file.write(",\n".join(map(json.dumps, entries)) + "\n]}\n")


if __name__ == "__main__":
    main()
