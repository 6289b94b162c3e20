"""transformers' BertForMaskedLM trained on Mana's batches from Mana's first weights, for tools/experiments/pretraining.

  pretraining_reference.py FIRST TRAINING.jsonl HELD_OUT.jsonl OUTPUT.json --rate X --warmup STEPS --evaluate-every N --threads N

FIRST is a folder of `mana train mlm`, the files those of `mana train mlm-batches`. As many steps as there are batches, in f32: AdamW
with the betas, the epsilon and the decay that Mana has unless told (none of biases and norms), the gradient's norm clipped at 1,
the rate rising and falling in a line, no dropout where FIRST has none. OUTPUT.json gets the validation loss of each evaluation. What
was broken off goes on from the last evaluation (OUTPUT.json.checkpoint).
"""
import argparse
import json
import os
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"


def main():
    import torch
    import transformers

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("first", "training", "held_out", "output"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--warmup", type=int, required=True)
    parser.add_argument("--evaluate-every", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = transformers.AutoModelForMaskedLM.from_pretrained(options.first)
    batches = options.training.read_text().splitlines()
    held_out = [json.loads(line) for line in options.held_out.read_text().splitlines()]
    steps, warmup = len(batches), options.warmup

    decayed = [weights for weights in model.parameters() if weights.dim() == 2]
    others = [weights for weights in model.parameters() if weights.dim() != 2]
    descent = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], lr=options.rate,
                                betas=(0.9, 0.999), eps=1e-6)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        descent, lambda step: step / warmup if step < warmup else max(0.0, (steps - step) / (steps - warmup)))

    def padded(batch, values):
        rows = [torch.tensor(values[begin:end]) for begin, end in zip(batch["offsets"], batch["offsets"][1:])]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)

    def losses(batch):
        """−log p of each word that is asked for; the head sees no other."""
        ids, mask = padded(batch, batch["ids"]), padded(batch, [1] * len(batch["ids"]))
        states = model.bert(input_ids=ids, attention_mask=mask).last_hidden_state[mask == 1]
        return torch.nn.functional.cross_entropy(model.cls(states[batch["chosen"]]), torch.tensor(batch["originals"]), reduction="none")

    def evaluate():
        model.eval()
        with torch.no_grad():
            found = torch.cat([losses(batch) for batch in held_out])
        model.train()
        return found.double().mean().item()

    checkpoint, done, points, seconds = Path(f"{options.output}.checkpoint"), 0, [], 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        done, points, seconds = kept["done"], kept["points"], kept["seconds"]
        model.load_state_dict(kept["model"])
        descent.load_state_dict(kept["descent"])
        schedule.load_state_dict(kept["schedule"])
    else:
        points.append([0, evaluate()])
    model.train()
    began = time.perf_counter()
    while done < steps:
        loss = losses(json.loads(batches[done])).mean()
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        descent.step()
        schedule.step()
        done += 1
        if done % options.evaluate_every == 0 or done == steps:
            points.append([done, evaluate()])
            partial = checkpoint.with_suffix(".partial")
            torch.save({"done": done, "points": points, "seconds": seconds + time.perf_counter() - began, "model": model.state_dict(),
                        "descent": descent.state_dict(), "schedule": schedule.state_dict()}, partial)
            partial.rename(checkpoint)
    options.output.write_text(json.dumps({
        "validation": points, "seconds": seconds + time.perf_counter() - began,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__}}) + "\n")
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
