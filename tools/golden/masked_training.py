#!/usr/bin/env python3
"""Writes tests/fixtures/masked_training: ten steps of pre-training a tiny BERT in PyTorch, and what it says of hidden words.

    python tools/golden/masked_training.py

Needs torch and transformers. In float32 on one thread: no dropout, Adam (lr 1e-3, betas 0.9 and 0.999, eps 1e-8), a constant rate,
no clipping. The keys' biases stay: their true gradient is zero, and Adam would make whole steps of its rounding. Weights, norms and
biases are all drawn at random. The tokenizer is that of tests/fixtures/sentence_models/mean.

pairs/, words/   a BertForPreTraining and a BertForMaskedLM before step 1, with the tokenizer
training.json    {"versions": {…}, "learning_rate": 1e-3,
                  "batches": [{"ids", "type_ids", "offsets", "chosen", "originals", "next"}],      ten of them
                  "losses": [{"words": …, "next": …}],                                             before each step
                  "words_loss": of words/ and the first batch without its pairs,
                  "texts": [{"ids": […], "logits": [[…], …]}]                                      of pairs/, of each token
                  "fill": [{"text": …, "masks": [[{"token", "token_str", "score"}, …], …]}],       of words/, the best five
                  "pseudo": [{"text": …, "tokens": …, "perplexity": …}]}       of words/, each token of a text hidden alone
gradients.safetensors        of pairs/ in step 1: eight tensors
words_gradients.safetensors  of words/: three
"""

import json
import math
import pathlib
import random
import shutil

import safetensors.torch
import torch
import transformers

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT, TOKENIZER = FIXTURES / "masked_training", FIXTURES / "sentence_models/mean"
VOCABULARY, CLS, SEP, MASK, FIRST_WORD, STEPS, SEQUENCES, RATE = 99, 2, 3, 4, 5, 10, 5, 1e-3
TABLE = "bert.embeddings.word_embeddings.weight"
GRADIENTS = [
    TABLE, "cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.LayerNorm.weight",
    "bert.pooler.dense.weight", "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    "bert.encoder.layer.0.attention.self.query.weight",
]
WORDS_GRADIENTS = [TABLE, "cls.predictions.transform.dense.bias", "bert.encoder.layer.0.output.dense.weight"]
TEXTS = ["the cat sat on the mat", "hello world", "a"]
MASKED_TEXTS = ["the cat [MASK] on the mat.", "[MASK] world", "the [MASK] sat on [MASK] mat !"]
PSEUDO_TEXTS = ["the cat sat on the mat", "این یک متن است.", "the [MASK] sat", "hello [SEP] world", "a"]


def make_model(kind, layers):
    config = transformers.BertConfig(
        vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=24, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=0)
    torch.manual_seed(3)
    model = kind(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            spread = 0.3 if weights.dim() == 2 else 0.1
            weights.copy_(spread * torch.randn_like(weights) + (1 if "LayerNorm.weight" in name else 0))
    return model.eval()


def save(model, folder):
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TOKENIZER / name, folder / name)


def make_batches():
    chance = random.Random(5)

    def words():
        return [chance.randrange(FIRST_WORD, VOCABULARY) for _ in range(chance.randrange(1, 9))]

    def batch():
        made = {"ids": [], "type_ids": [], "offsets": [0], "chosen": [], "originals": [], "next": []}
        for _ in range(SEQUENCES):
            a, b = words(), words()
            ids = [CLS, *a, SEP, *b, SEP]
            for place in sorted(chance.sample([i for i, each in enumerate(ids) if each >= FIRST_WORD], 2)):
                made["chosen"].append(len(made["ids"]) + place)
                made["originals"].append(ids[place])
                ids[place] = chance.choices([MASK, chance.randrange(FIRST_WORD, VOCABULARY), ids[place]], [8, 1, 1])[0]
            made["ids"] += ids
            made["type_ids"] += [0] * (len(a) + 2) + [1] * (len(b) + 1)
            made["offsets"].append(len(made["ids"]))
            made["next"].append(chance.randrange(2))
        return made

    return [batch() for _ in range(STEPS)]


def padded(batch, values, filling):
    rows = [values[begin:end] for begin, end in zip(batch["offsets"], batch["offsets"][1:])]
    longest = max(map(len, rows))
    return torch.tensor([row + [filling] * (longest - len(row)) for row in rows])


def losses_of(model, batch, pairs):
    ids = padded(batch, batch["ids"], 0)
    mask = padded(batch, [1] * len(batch["ids"]), 0)
    labels = [-100] * len(batch["ids"])
    for place, original in zip(batch["chosen"], batch["originals"]):
        labels[place] = original
    types = padded(batch, batch["type_ids"], 0) if pairs else None
    made = model(input_ids=ids, attention_mask=mask, token_type_ids=types)
    logits = made.prediction_logits if pairs else made.logits
    of = torch.nn.functional.cross_entropy
    words = of(logits.view(-1, VOCABULARY), padded(batch, labels, -100).view(-1), ignore_index=-100)
    return (words, of(made.seq_relationship_logits, torch.tensor(batch["next"]))) if pairs else (words,)


def gradients_of(model, names):
    weights = dict(model.named_parameters())
    return {name: weights[name].grad.clone() for name in names}


def train(model, batches):
    trained = [weights for name, weights in model.named_parameters() if "key.bias" not in name]
    optimizer = torch.optim.Adam(trained, lr=RATE)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        words, following = losses_of(model, batch, True)
        whole = model(input_ids=padded(batch, batch["ids"], 0), attention_mask=padded(batch, [1] * len(batch["ids"]), 0),
                      token_type_ids=padded(batch, batch["type_ids"], 0),
                      labels=padded(batch, labels_of(batch), -100), next_sentence_label=torch.tensor(batch["next"])).loss
        assert abs(whole - words - following) < 1e-5  # BertForPreTraining's own
        whole.backward()
        if not losses:
            safetensors.torch.save_file(gradients_of(model, GRADIENTS), OUTPUT / "gradients.safetensors")
        optimizer.step()
        losses.append({"words": words.item(), "next": following.item()})
    return losses


def labels_of(batch):
    labels = [-100] * len(batch["ids"])
    for place, original in zip(batch["chosen"], batch["originals"]):
        labels[place] = original
    return labels


def logits_of(model, tokenizer):
    for text in TEXTS:
        encoded = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            logits = model(**encoded).prediction_logits[0]
        yield {"ids": encoded["input_ids"][0].tolist(), "logits": [[round(x, 7) for x in row] for row in logits.tolist()]}


def fillings(model, tokenizer):
    fill = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer, top_k=5)
    for text in MASKED_TEXTS:
        found = fill(text)
        masks = found if isinstance(found[0], list) else [found]
        yield {"text": text, "masks": [[{key: each[key] for key in ("token", "token_str", "score")} for each in mask]
                                       for mask in masks]}


def pseudo_perplexities(model, tokenizer):
    """Salazar et al. 2020, arXiv:1910.14659: a pass for each token that the template has not added."""
    for text in PSEUDO_TEXTS:
        ids = tokenizer(text, return_tensors="pt")["input_ids"][0]
        loss, places = 0.0, range(1, len(ids) - 1)
        for place in places:
            hidden = ids.clone()
            hidden[place] = MASK
            with torch.no_grad():
                loss -= model(input_ids=hidden[None]).logits[0, place].log_softmax(-1)[ids[place]].item()
        yield {"text": text, "tokens": len(places), "perplexity": math.exp(loss / len(places))}


def main():
    torch.set_num_threads(1)
    OUTPUT.mkdir(exist_ok=True)
    pairs, words = make_model(transformers.BertForPreTraining, 2), make_model(transformers.BertForMaskedLM, 1)
    save(pairs, OUTPUT / "pairs")
    save(words, OUTPUT / "words")
    tokenizer = transformers.AutoTokenizer.from_pretrained(OUTPUT / "words")
    batches = make_batches()
    texts, fill = list(logits_of(pairs, tokenizer)), list(fillings(words, tokenizer))
    pseudo = list(pseudo_perplexities(words, tokenizer))

    (words_loss,) = losses_of(words, batches[0], False)
    words_loss.backward()
    safetensors.torch.save_file(gradients_of(words, WORDS_GRADIENTS), OUTPUT / "words_gradients.safetensors")
    losses = train(pairs, batches)
    versions = {module.__name__: module.__version__ for module in (torch, transformers)}
    record = {"versions": versions, "learning_rate": RATE, "batches": batches, "losses": losses,
              "words_loss": words_loss.item(), "texts": texts, "fill": fill, "pseudo": pseudo}
    (OUTPUT / "training.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
