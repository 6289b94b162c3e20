#!/usr/bin/env python3
"""The recipes of bench/training_quality through PyTorch and sentence-transformers; needs nothing else, and no network.

  training_quality_reference.py MODEL DATA OUT.json [--device cuda] [--recipe sts nli-softmax nli-mnr] [--seeds 1 2 3]

DATA holds stsb/en-{train,dev,test}.tsv and nli/*.tsv; a file may be packed as .zst (then the program zstd unpacks it).
A plain loop that does what SentenceTransformerTrainer does: AdamW (0.9, 0.999, 1e-8, no decay), a warm-up and then a
line to zero, the norm of the gradient clipped at 1, rows shuffled anew in every epoch, the model's own dropout, f32.

  sts           CoSENT on STS-B train, 4 epochs, batch 32, lr 2e-5, warm-up 10 %
  nli-softmax   softmax over (u, v, |u − v|) on NLI, 1 epoch, batch 16, lr 2e-5, warm-up 10 %
  nli-mnr       ranking: premise, entailment, contradiction; 1 epoch, batch 64 without a text twice, lr 2e-5, warm-up 10 %

OUT.json, written anew after every seed; ρ is Spearman's correlation of the cosine with people's scores on STS-B, × 100:
{"versions": …, "model": …, "device": …, "untrained": {"dev": ρ, "test": ρ}, "recipes": {"<recipe>": {"rows": n, "batch": …,
 "runs": [{"seed": s, "dev": ρ, "test": ρ, "steps": n, "seconds": t, "losses": [mean of each tenth]}, …]}}}
"""
import argparse
import csv
import io
import json
import math
import os
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

NLI = ("snli-dev", "cad-snli-train", "conjnli-train", "wiki-crowd-train")
CLASSES = ("entailment", "neutral", "contradiction")
RECIPES = {"sts": {"epochs": 4, "batch": 32}, "nli-softmax": {"epochs": 1, "batch": 16}, "nli-mnr": {"epochs": 1, "batch": 64}}
RATE, WARM_UP = 2e-5, 0.1


def table(path):
    """The rows of a .tsv, or of the .tsv.zst beside its name."""
    if path.exists():
        text = path.read_text(encoding="utf-8")
    else:
        text = subprocess.run(["zstd", "-dc", f"{path}.zst"], check=True, stdout=subprocess.PIPE).stdout.decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))


def letters(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def nli_rows(data):
    """The NLI sets together, without a row twice and without any text of STS-B dev or test."""
    held_out = {letters(row[side]) for part in ("dev", "test") for row in table(data / f"stsb/en-{part}.tsv")
                for side in ("sentence1", "sentence2")}
    seen, rows = set(), []
    for name in NLI:
        for row in table(data / f"nli/{name}.tsv"):
            texts = letters(row["premise"]), letters(row["hypothesis"])
            if texts not in seen and held_out.isdisjoint(texts):
                seen.add(texts)
                rows.append((row["premise"], row["hypothesis"], CLASSES.index(row["label"])))
    return rows


def nli_triplets(data):
    """Every entailment of a premise that has a contradiction too; each takes the next of its contradictions, around."""
    hypotheses = defaultdict(lambda: ([], [], []))
    for premise, hypothesis, label in nli_rows(data):
        hypotheses[premise][label].append(hypothesis)
    return [(premise, entailed, denied[i % len(denied)])
            for premise, (entails, _, denied) in hypotheses.items() if denied for i, entailed in enumerate(entails)]


def training_rows(recipe, data):
    """Tuples: the texts of a row, then its score or class if the loss wants one."""
    if recipe == "sts":
        return [(row["sentence1"], row["sentence2"], float(row["score"])) for row in table(data / "stsb/en-train.tsv")]
    return nli_rows(data) if recipe == "nli-softmax" else nli_triplets(data)


def batches(rows, size, distinct, shuffle):
    """Shuffled; if `distinct`, a row waits for the next batch while one of its texts is in this one."""
    waiting = list(range(len(rows)))
    shuffle(waiting)
    if not distinct:
        return [[rows[i] for i in waiting[start:start + size]] for start in range(0, len(waiting), size)]
    made = []
    while waiting:
        batch, texts, later = [], set(), []
        for position, i in enumerate(waiting):
            if len(batch) == size:
                later += waiting[position:]
                break
            if texts.isdisjoint(rows[i]):
                batch.append(rows[i])
                texts.update(rows[i])
            else:
                later.append(i)
        made.append(batch)
        waiting = later
    return made


def rate(step, steps):
    """The share of the learning rate in step 0, 1, …"""
    warm_up = math.ceil(steps * WARM_UP)
    return step / max(1, warm_up) if step < warm_up else max(0.0, (steps - step) / max(1, steps - warm_up))


def spearman(model, rows):
    from scipy.stats import spearmanr

    first, second = (model.encode([row[side] for row in rows], normalize_embeddings=True, batch_size=128, show_progress_bar=False)
                     for side in ("sentence1", "sentence2"))
    return 100 * float(spearmanr((first * second).sum(axis=1), [float(row["score"]) for row in rows]).statistic)


def objective(recipe, model):
    from sentence_transformers.sentence_transformer import losses

    if recipe == "sts":
        return losses.CoSENTLoss(model)
    if recipe == "nli-mnr":
        return losses.MultipleNegativesRankingLoss(model)
    return losses.SoftmaxLoss(model, len(model.encode("")), len(CLASSES))


def on(device, features):
    return {name: value.to(device) if hasattr(value, "to") else value for name, value in features.items()}


def train(recipe, model, rows, seed, most_steps):
    """Returns the loss of every step."""
    import torch

    random.seed(seed)
    torch.manual_seed(seed)
    settings, labelled = RECIPES[recipe], recipe != "nli-mnr"
    loss = objective(recipe, model).to(model.device)
    plan = [batch for _ in range(settings["epochs"]) for batch in batches(rows, settings["batch"], not labelled, random.shuffle)]
    descent = torch.optim.AdamW(loss.parameters(), lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: rate(step, len(plan)))
    features_of = getattr(model, "preprocess", None) or model.tokenize
    model.train()
    values = []
    for batch in plan[:most_steps]:
        columns = list(zip(*batch))
        labels = torch.tensor(columns.pop(), device=model.device) if labelled else None
        features = [on(model.device, features_of(list(column))) for column in columns]
        value = loss(features, labels)
        value.backward()
        torch.nn.utils.clip_grad_norm_(loss.parameters(), 1.0)
        descent.step()
        schedule.step()
        descent.zero_grad()
        values.append(value.detach())
    model.eval()
    return [float(value) for value in values]


def tenths(values):
    size = math.ceil(len(values) / 10)
    return [round(sum(part) / len(part), 5) for part in (values[start:start + size] for start in range(0, len(values), size))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--recipe", nargs="+", choices=list(RECIPES), default=["sts"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, help="of the processor")
    parser.add_argument("--steps", type=int, help="stop after so many, for a trial")
    options = parser.parse_args()

    import sentence_transformers
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer

    if options.threads:
        torch.set_num_threads(options.threads)
    load = lambda: SentenceTransformer(options.model, device=options.device, local_files_only=True,
                                       model_kwargs={"dtype": torch.float32})  # whatever the file holds
    held_out = {part: table(options.data / f"stsb/en-{part}.tsv") for part in ("dev", "test")}
    measured = lambda model: {part: spearman(model, rows) for part, rows in held_out.items()}
    model = load()
    result = {"versions": {module.__name__: module.__version__ for module in (sentence_transformers, torch, transformers)},
              "model": Path(options.model).resolve().name, "longest": model.max_seq_length,
              "device": torch.cuda.get_device_name() if options.device.startswith("cuda") else options.device,
              "untrained": measured(model), "recipes": {}}
    print("untrained", result["untrained"], file=sys.stderr, flush=True)
    for recipe in options.recipe:
        rows = training_rows(recipe, options.data)
        made = result["recipes"][recipe] = {"rows": len(rows), "lr": RATE, "warm_up": WARM_UP, **RECIPES[recipe], "runs": []}
        for seed in options.seeds:
            model, start = load(), time.perf_counter()
            values = train(recipe, model, rows, seed, options.steps)
            seconds = time.perf_counter() - start
            made["runs"].append({"seed": seed, **measured(model), "steps": len(values), "seconds": round(seconds, 1),
                                 "losses": tenths(values)})
            print(recipe, made["runs"][-1], file=sys.stderr, flush=True)
            options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
