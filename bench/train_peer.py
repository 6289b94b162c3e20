"""One turn of training with sentence-transformers, for bench/train: prints one JSON object.

  train_peer.py MODEL PAIRS.tsv f32|bf16 BATCH STEPS THREADS

Ranking loss, all parameters, the model's dropout, AdamW, the gradient's norm clipped at 1; bf16: autocast. Time begins
after two steps and has tokenising in it.
"""
import csv
import json
import os
import resource
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
WARM_UP = 2


def main():
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import losses

    path, pairs_file, precision = sys.argv[1:4]
    batch, steps, threads = map(int, sys.argv[4:7])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = SentenceTransformer(path, device="cpu")
    with open(pairs_file, encoding="utf-8", newline="") as file:
        pairs = [(row["sentence1"], row["sentence2"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    loss, descent = losses.MultipleNegativesRankingLoss(model), torch.optim.AdamW(model.parameters(), lr=2e-5)
    model.train()
    tokens = 0
    for step in range(-WARM_UP, steps):
        if step == 0:
            start, tokens = time.perf_counter(), 0
        first = (step + WARM_UP) * batch % (len(pairs) - batch)
        features = [model.preprocess(list(column)) for column in zip(*pairs[first:first + batch])]
        tokens += sum(int(each["attention_mask"].sum()) for each in features)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            value = loss(features, None)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        descent.step()
        descent.zero_grad()
    seconds = time.perf_counter() - start
    print(json.dumps({"pairs_per_second": steps * batch / seconds, "tokens_per_second": tokens / seconds,
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, "loss": value.item()}))


if __name__ == "__main__":
    main()
