"""Which of three relations a pair of sentences has: a pre-trained BERT with a classifier on its pooler, in transformers.

  pair_classifier.py MODEL NLI SEED THREADS [STEPS]       prints one JSON object

MODEL is a folder of `mana train mlm`, NLI that of the small NLI sets; learned from all 48,275 rows for two epochs (or STEPS),
[CLS] premise [SEP] hypothesis [SEP], measured on the dev sets of SNLI's counterfactuals and of ConjNLI. A pooler that the folder lacks
is drawn, as the classifier is.
"""
import json
import os
import random
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent))
LABELS = ("entailment", "neutral", "contradiction")
TESTS = ("cad-snli-dev.tsv", "conjnli-dev.tsv")
BATCH, RATE, WARM_UP, LENGTH = 32, 2e-4, 0.06, 128


def main():
    import torch
    from sentence_tuning import NLI, rows_of
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder, nli, seed, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    chance = random.Random(seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(LABELS), hidden_dropout_prob=0.1,
                                                               attention_probs_dropout_prob=0.1)

    def batches_of(rows):
        """Rows of similar length together, in random order."""
        encoded = tokenizer([row[1] for row in rows], [row[2] for row in rows], truncation=True, max_length=LENGTH)
        order = sorted(range(len(rows)), key=lambda i: len(encoded["input_ids"][i]) + chance.random())
        parts = [order[i:i + BATCH] for i in range(0, len(order), BATCH)]
        chance.shuffle(parts)
        for part in parts:
            inputs = tokenizer.pad({name: [values[i] for i in part] for name, values in encoded.items()}, return_tensors="pt")
            yield inputs, torch.tensor([LABELS.index(rows[i][0]) for i in part])

    train = [row for name in NLI for row in rows_of(nli / name)]
    steps = int(sys.argv[5]) if len(sys.argv) > 5 else 2 * -(-len(train) // BATCH)
    descent = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01, fused=True)
    warmup = max(1, int(WARM_UP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: min(step / warmup, (steps - step) / max(1, steps - warmup)))
    model.train()
    done = 0
    while done < steps:
        for inputs, labels in batches_of(train if len(sys.argv) <= 5 else train[:BATCH * steps]):
            if done == steps:
                break
            with torch.autocast("cpu", torch.bfloat16):
                loss = model(**inputs, labels=labels).loss
            descent.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            descent.step()
            schedule.step()
            done += 1

    model.eval()
    right = rows = 0
    with torch.no_grad():
        for inputs, labels in batches_of([row for name in TESTS for row in rows_of(nli / name)]):
            right += int((model(**inputs).logits.argmax(-1) == labels).sum())
            rows += len(labels)
    print(json.dumps({"accuracy": 100 * right / rows, "rows": rows, "trained": len(train)}))


if __name__ == "__main__":
    main()
