#!/usr/bin/env python3
"""A translator trained by PyTorch with the recipe of `mana train seq2seq`, from first values of its own.

  seq2seq_reference.py FOLDER TRAIN.tsv VALIDATION.tsv OUT.json [--source en] [--target de] [--steps 1000] [--precision f32 bf16]
                       [--batch-tokens 4096] [--rate 1e-3] [--warmup 1000] [--dropout 0.1] [--smoothing 0.1] [--evaluate-every 100]
                       [--average-last 1] [--test TEST.tsv … --beam 5] [--checkpoint FILE]

FOLDER is a translator's, as Mana writes it: its config.json is the shape, its tokenizers make the tokens; its weights are
not read. The model is MarianMT of transformers, with attention by torch's own kernels; Adam (0.9, 0.98, 1e-9), the inverse
square root of the step after a warm-up, the gradient's norm clipped at 1; pairs in random order, those of a length together,
batches of about so many tokens of both sides. Hours of it may be cut: with --checkpoint, all of the run is in FILE after every
evaluation, and a run that finds one goes on from there. Needs torch, transformers, sentencepiece, and sacrebleu for tests.

OUT.json, written anew after every evaluation:
{"versions": …, "recipe": …, "evaluations": [{"step": n, "validation": cross-entropy a token, "seconds": s, "processor_seconds": s, "tokens": n}, …],
 "tests": {"<name>": {"bleu": …, "signature": …}}}
"""
import argparse
import copy
import csv
import itertools
import json
import os
import random
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("folder", "train", "validation", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="de")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    for name, default in (("steps", 1000), ("batch-tokens", 4096), ("warmup", 1000), ("evaluate-every", 100), ("average-last", 1),
                          ("beam", 5), ("seed", 1), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, default in (("rate", 1e-3), ("dropout", 0.1), ("smoothing", 0.1), ("clip", 1.0)):
        parser.add_argument(f"--{name}", type=float, default=default)
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    parser.add_argument("--checkpoint", type=Path)
    return parser.parse_args()


def texts_of(path, *columns):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [[row[column] for row in rows] for column in columns]


def token_pairs(tokenizer, source, target):
    sources = tokenizer(source)["input_ids"]
    targets = tokenizer(text_target=target)["input_ids"]
    return list(zip(sources, targets))


def epoch(pairs, budget, shuffle):
    """Batches of pairs of about one length, in random order."""
    order = list(range(len(pairs)))
    shuffle(order)
    order.sort(key=lambda i: (len(pairs[i][1]), len(pairs[i][0])))
    batches, batch, tokens = [], [], 0
    for i in order:
        own = len(pairs[i][0]) + len(pairs[i][1])
        if batch and tokens + own > budget:
            batches.append(batch)
            batch, tokens = [], 0
        batch.append(pairs[i])
        tokens += own
    batches.append(batch)
    shuffle(batches)
    return batches


def main():
    options = arguments()
    import torch
    import transformers
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokenizer = MarianTokenizer.from_pretrained(options.folder)
    config = MarianConfig.from_pretrained(options.folder)
    config.dropout, config.dtype = options.dropout, "float32"
    model = MarianMTModel(config)
    start, pad = config.decoder_start_token_id, config.pad_token_id
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "embed" in name or "shared" in name:
                if "positions" not in name:
                    torch.nn.init.normal_(weights, std=config.d_model ** -0.5)
                    weights[pad] = 0
            elif weights.dim() == 2:
                torch.nn.init.xavier_normal_(weights)
    train = token_pairs(tokenizer, *texts_of(options.train, options.source, options.target))
    validation = token_pairs(tokenizer, *texts_of(options.validation, options.source, options.target))

    def padded(rows, fill):
        width = max(map(len, rows))
        return torch.tensor([row + [fill] * (width - len(row)) for row in rows])

    def losses(batch, smoothing):
        """Their sum and how many there are."""
        source = padded([pair[0] for pair in batch], pad)
        target = padded([[start] + pair[1][:-1] for pair in batch], pad)
        labels = padded([pair[1] for pair in batch], -100)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
            logits = model(input_ids=source, attention_mask=(source != pad).long(), decoder_input_ids=target).logits
        sum_of = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum",
                                                   label_smoothing=smoothing)
        return sum_of, int((labels != -100).sum())

    def validate():
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for batch in epoch(validation, options.batch_tokens, lambda _: None):
                value, tokens = losses(batch, 0.0)
                total, count = total + value.item(), count + tokens
        model.train()
        return total / count

    adam = torch.optim.Adam(model.parameters(), lr=options.rate, betas=(0.9, 0.98), eps=1e-9)
    result = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__},
              "recipe": {key: value if isinstance(value, (int, float, str)) else str(value) for key, value in vars(options).items()},
              "evaluations": [], "tests": {}}
    done, tokens, seconds, processor, kept = 0, 0, 0.0, 0.0, []
    if options.checkpoint and options.checkpoint.exists():
        state = torch.load(options.checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        torch.set_rng_state(state["random"])
        result, done, kept = state["result"], state["done"], state["kept"]
        tokens, seconds, processor = (result["evaluations"][-1][name] for name in ("tokens", "seconds", "processor_seconds"))

    def batches():
        """Of all epochs: a function of the seed, so that a run can go on."""
        for number in itertools.count():
            yield from epoch(train, options.batch_tokens, random.Random(options.seed * 1_000_003 + number).shuffle)

    model.train()
    for step, batch in enumerate(itertools.islice(batches(), done, options.steps), done + 1):
        began, used = time.perf_counter(), time.process_time()
        factor = min(step / max(options.warmup, 1), (options.warmup / step) ** 0.5)
        for group in adam.param_groups:
            group["lr"] = options.rate * factor
        value, count = losses(batch, options.smoothing)
        (value / count).backward()
        model.model.shared.weight.grad[pad] = 0  # it stays zero: CTranslate2 takes it for that
        torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        adam.step()
        adam.zero_grad()
        seconds += time.perf_counter() - began
        processor += time.process_time() - used
        tokens += sum(len(source) + len(target) for source, target in batch)
        if step % options.evaluate_every and step != options.steps:
            continue
        result["evaluations"].append({"step": step, "validation": validate(), "seconds": seconds, "processor_seconds": processor,
                                      "tokens": tokens})
        options.out.write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result["evaluations"][-1]), file=sys.stderr, flush=True)
        kept = (kept + [copy.deepcopy(model.state_dict())])[-options.average_last:]
        if options.checkpoint:
            partial = options.checkpoint.with_suffix(".partial")
            torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "random": torch.get_rng_state(), "result": result,
                        "done": step, "kept": kept}, partial)
            partial.replace(options.checkpoint)
    if len(kept) > 1:
        model.load_state_dict({name: sum(each[name] for each in kept) / len(kept) for name in kept[0]})
    model.eval()
    for path in options.test:
        import sacrebleu

        source, target = texts_of(path, options.source, options.target)
        found = []
        for first in range(0, len(source), 50):
            inputs = tokenizer(source[first:first + 50], return_tensors="pt", padding=True)
            with torch.no_grad():
                ids = model.generate(**inputs, num_beams=options.beam, max_length=128)
            found += tokenizer.batch_decode(ids, skip_special_tokens=True)
        bleu = sacrebleu.metrics.BLEU()
        result["tests"][path.stem] = {"bleu": bleu.corpus_score(found, [target]).score, "signature": str(bleu.get_signature())}
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["tests"]))


if __name__ == "__main__":
    main()
