"""One turn of training a translator with PyTorch, for bench/translation: prints one JSON object.

  seq2seq_peer.py FOLDER PAIRS.tsv f32|bf16 BATCH_TOKENS STEPS THREADS

FOLDER is a translator's, as Mana writes it: its shape and tokenizers are taken. The model is torch.nn.Transformer, one table
tied three ways; Adam, label smoothing 0.1, dropout 0.1, the gradient's norm clipped at 1; batches of about so many tokens of
both sides, pairs of one length together and padded; bf16: autocast. Time begins after two steps; tokens are those that are
not padding.
"""
import csv
import json
import math
import os
import random
import resource
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
WARM_UP = 2


def batches_of(pairs, budget):
    pairs.sort(key=lambda pair: (len(pair[1]), len(pair[0])))
    batches, batch, tokens = [], [], 0
    for pair in pairs:
        own = len(pair[0]) + len(pair[1])
        if batch and tokens + own > budget:
            batches.append(batch)
            batch, tokens = [], 0
        batch.append(pair)
        tokens += own
    random.shuffle(batches)
    return batches


def main():
    import torch
    from transformers import MarianConfig, MarianTokenizer

    folder, pairs_file, precision = sys.argv[1:4]
    budget, steps, threads = map(int, sys.argv[4:7])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    random.seed(0)
    tokenizer, config = MarianTokenizer.from_pretrained(folder), MarianConfig.from_pretrained(folder)
    pad, width = config.pad_token_id, config.d_model
    with open(pairs_file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    sources, targets = tokenizer([row["en"] for row in rows])["input_ids"], tokenizer(text_target=[row["de"] for row in rows])["input_ids"]
    batches = batches_of(list(zip(sources, targets)), budget)

    class Translator(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Embedding(config.vocab_size, width, padding_idx=pad)
            torch.nn.init.normal_(self.table.weight, std=width ** -0.5)
            angles = torch.arange(512)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
            self.register_buffer("places", torch.cat([angles.sin(), angles.cos()], -1))
            self.layers = torch.nn.Transformer(width, config.encoder_attention_heads, config.encoder_layers, config.decoder_layers,
                                               config.encoder_ffn_dim, 0.1, batch_first=True)

        def forward(self, source, target):
            x = self.table(source) * math.sqrt(width) + self.places[:source.shape[1]]
            y = self.table(target) * math.sqrt(width) + self.places[:target.shape[1]]
            causal = torch.nn.Transformer.generate_square_subsequent_mask(target.shape[1])
            states = self.layers(x, y, tgt_mask=causal, tgt_is_causal=True, src_key_padding_mask=source == pad,
                                 memory_key_padding_mask=source == pad)
            return states @ self.table.weight.T

    def padded(rows, fill):
        longest = max(map(len, rows))
        return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])

    model = Translator().train()
    adam = torch.optim.Adam(model.parameters(), 5e-4, betas=(0.9, 0.98), eps=1e-9)
    loss_of = torch.nn.CrossEntropyLoss(ignore_index=-100, label_smoothing=0.1)
    tokens = 0
    for step in range(-WARM_UP, steps):
        if step == 0:
            start, tokens, pairs = time.perf_counter(), 0, 0
        batch = batches[(step + WARM_UP) % len(batches)]
        source, labels = padded([pair[0] for pair in batch], pad), padded([pair[1] for pair in batch], -100)
        target = padded([[pad] + pair[1][:-1] for pair in batch], pad)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            logits = model(source, target)
            value = loss_of(logits.float().flatten(0, 1), labels.flatten())
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        tokens += sum(len(pair[0]) + len(pair[1]) for pair in batch)
        if step >= 0:
            pairs += len(batch)
    seconds = time.perf_counter() - start
    print(json.dumps({"tokens_per_second": tokens / seconds, "pairs_per_second": pairs / seconds, "loss": value.item(),
                      "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


if __name__ == "__main__":
    main()
