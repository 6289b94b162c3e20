"""One turn of pre-training with transformers, for bench/pretraining: prints one JSON object.

  pretraining_peer.py BATCHES.jsonl SHAPE all|masked f32|bf16 STEPS THREADS [LINES.txt TOKENIZER]

Batches are those of `mana train mlm-batches`, sequences of one length. `all`: BertForMaskedLM as it is, logits at every position.
`masked`: the same model whose head sees only the positions that are asked for. AdamW (PyTorch's fused one), the model's dropout,
the gradient's norm clipped at 1; bf16: autocast. Time begins after two steps.

With LINES each row is a line of text of its own, cut to 128 tokens and padded to the longest of its batch, as many rows a batch as
the batches have; tokens are those that are not padding.
"""
import json
import os
import random
import resource
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
WARM_UP = 2
SHAPES = {"tiny": (2, 128, 2), "mini": (4, 256, 4), "small": (4, 512, 8), "minilm": (6, 384, 12)}  # layers, width, heads: as Mana's
LENGTH = 128
CLS, SEP, MASK, PAD, VOCABULARY = 101, 102, 103, 0, 30522


def packed(path):
    """Batches as Mana makes them: rows of one length, the places that are asked for, what stood there."""
    with open(path) as file:
        for line in file:
            batch = json.loads(line)
            rows = len(batch["offsets"]) - 1
            if batch["offsets"] == [LENGTH * row for row in range(rows + 1)]:
                yield {"ids": batch["ids"], "mask": None, "rows": rows, "chosen": batch["chosen"], "originals": batch["originals"],
                       "tokens": len(batch["ids"])}


def padded(lines, tokenizer_folder, count):
    """The same of lines of text, of which each is a row; 15 % are asked for, all of those behind [MASK]."""
    from tokenizers import Tokenizer

    tokenizer, chance = Tokenizer.from_file(tokenizer_folder + "/tokenizer.json"), random.Random(1)
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTH)
    with open(lines, encoding="utf-8") as file:
        rows = [encoding.ids for encoding in tokenizer.encode_batch(file.read().splitlines())]
    while True:
        chance.shuffle(rows)
        for first in range(0, len(rows) - count + 1, count):
            part = rows[first:first + count]
            longest = max(map(len, part))
            ids = [id for row in part for id in row + [PAD] * (longest - len(row))]
            mask = [filled for row in part for filled in [1] * len(row) + [0] * (longest - len(row))]
            chosen = [place for place, id in enumerate(ids) if id not in (CLS, SEP, PAD) and chance.random() < 0.15]
            originals = [ids[place] for place in chosen]
            for place in chosen:
                ids[place] = MASK
            yield {"ids": ids, "mask": mask, "rows": count, "chosen": chosen, "originals": originals, "tokens": sum(map(len, part))}


def main():
    import torch
    from transformers import BertConfig, BertForMaskedLM

    path, shape, head, precision = sys.argv[1:5]
    steps, threads = map(int, sys.argv[5:7])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layers, width, heads = SHAPES[shape]
    model = BertForMaskedLM(BertConfig(vocab_size=VOCABULARY, num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads,
                                       intermediate_size=4 * width)).train()
    descent = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    batches = list(packed(path))
    if len(sys.argv) > 7:
        lines = padded(*sys.argv[7:9], batches[0]["rows"])
        batches = [next(lines) for _ in range(WARM_UP + steps)]

    def loss_of(batch):
        ids = torch.tensor(batch["ids"]).view(batch["rows"], -1)
        mask = None if batch["mask"] is None else torch.tensor(batch["mask"]).view(batch["rows"], -1)
        chosen, originals = torch.tensor(batch["chosen"]), torch.tensor(batch["originals"])
        if head == "all":
            labels = torch.full((ids.numel(),), -100).index_copy(0, chosen, originals)
            return model(input_ids=ids, attention_mask=mask, labels=labels.view_as(ids)).loss
        states = model.bert(input_ids=ids, attention_mask=mask).last_hidden_state.flatten(0, 1)
        return torch.nn.functional.cross_entropy(model.cls(states[chosen]), originals)

    tokens = padding = 0
    for step in range(-WARM_UP, steps):
        if step == 0:
            start, tokens, padding = time.perf_counter(), 0, 0
        batch = batches[(step + WARM_UP) % len(batches)]
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = loss_of(batch)
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        descent.step()
        tokens += batch["tokens"]
        padding += len(batch["ids"]) - batch["tokens"]
    seconds = time.perf_counter() - start
    print(json.dumps({"tokens_per_second": tokens / seconds, "padding": padding / (tokens + padding), "loss": loss.item(),
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


if __name__ == "__main__":
    main()
