#!/usr/bin/env python3
"""Writes tests/fixtures/denoising_training: ten steps of TSDAE with sentence-transformers on a tiny BERT.

    HF_HUB_OFFLINE=1 python tools/golden/denoising_training.py

Needs sentence-transformers, whose DenoisingAutoEncoderLoss with tied weights it is. In float32 on one thread: no dropout, Adam
(lr 1e-3, betas 0.9 and 0.999, eps 1e-8), a constant rate, no clipping. The keys' biases stay: their true gradient is zero, and Adam
would make whole steps of its rounding. Weights, norms and biases are all drawn at random, those of the decoder, too. The
tokenizer is that of tests/fixtures/sentence_models/mean. Which words are left out is decided here as it is in Mana: SplitMix64 of
seed, batch and text.

model/           what the encoder and the decoder begin with, as one BertLMHeadModel, and the tokenizer
training.json    {"versions": {…}, "learning_rate": 1e-3, "seed": 11, "deletion": 0.6,
                  "batches": [{"texts": [[id, …], …], "thinned": [[id, …], …]}],      ten of them; step s takes batch s
                  "losses": [ten of them, before each step],
                  "single": {"texts": [[…]], "loss": …}}                              of one text, before step 1, batch 0
gradients.safetensors        of step 1: nine tensors, by their names in BertLMHeadModel
"""

import json
import pathlib
import random
import shutil

import safetensors.torch
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses, modules

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT, TOKENIZER = FIXTURES / "denoising_training", FIXTURES / "sentence_models/mean"
VOCABULARY, CLS, SEP, FIRST_WORD, STEPS, TEXTS, RATE, SEED, DELETION = 99, 2, 3, 5, 10, 5, 1e-3, 11, 0.6
TABLE = "bert.embeddings.word_embeddings.weight"
GRADIENTS = [
    TABLE, "bert.embeddings.position_embeddings.weight", "bert.encoder.layer.0.attention.self.query.weight",
    "bert.encoder.layer.1.intermediate.dense.weight", "bert.encoder.layer.0.crossattention.self.value.weight",
    "bert.encoder.layer.1.crossattention.output.dense.bias", "bert.encoder.layer.1.crossattention.output.LayerNorm.weight",
    "cls.predictions.transform.dense.weight", "cls.predictions.bias",
]
MASK = (1 << 64) - 1


def mixed(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def key(seed, number):
    return mixed(mixed(seed) ^ (number + 1))


class Chance:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = self.state + 0x9E3779B97F4A7C15 & MASK
        return mixed(self.state)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def below(self, count):
        return (self.next() >> 32) * count >> 32


def thin(ids, continues, chance):
    """Each word stays with probability 1 − δ; one at least."""
    words = []
    for token in ids[1:-1]:
        if words and continues(token):
            words[-1].append(token)
        else:
            words.append([token])
    stays = [chance.uniform() >= DELETION for _ in words]
    if not any(stays):
        stays[chance.below(len(words))] = True
    return [CLS, *(token for word, stay in zip(words, stays) if stay for token in word), SEP]


def make_model(folder):
    config = transformers.BertConfig(
        vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=24, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=0, is_decoder=True,
        add_cross_attention=True)
    torch.manual_seed(3)
    model = transformers.BertLMHeadModel(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            spread = 0.3 if weights.dim() == 2 else 0.1
            weights.copy_(spread * torch.randn_like(weights) + (1 if "LayerNorm.weight" in name else 0))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    settings = json.loads((folder / "config.json").read_text())
    # The loss says itself that the decoder is one; the encoder is none.
    settings |= {"architectures": ["BertModel"], "is_decoder": False, "add_cross_attention": False}
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TOKENIZER / name, folder / name)


def make_batches(continues):
    chance = random.Random(5)

    def text():
        return [CLS, *(chance.randrange(FIRST_WORD, VOCABULARY) for _ in range(chance.randrange(1, 12))), SEP]

    batches = [[text() for _ in range(TEXTS)] for _ in range(STEPS)]
    return [{"texts": texts, "thinned": [thin(ids, continues, Chance(key(key(SEED, number), i))) for i, ids in enumerate(texts)]}
            for number, texts in enumerate(batches)]


def features(texts):
    longest = max(map(len, texts))
    ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids in texts])
    mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids in texts])
    return {"input_ids": ids, "attention_mask": mask}


def main():
    torch.set_num_threads(1)
    folder = OUTPUT / "model"
    shutil.rmtree(OUTPUT, ignore_errors=True)
    folder.mkdir(parents=True)
    make_model(folder)
    transformer = modules.Transformer(str(folder))
    encoder = SentenceTransformer(modules=[transformer, modules.Pooling(16, "mean")], device="cpu")
    loss = losses.DenoisingAutoEncoderLoss(encoder, tie_encoder_decoder=True).train()
    bert, decoder = encoder[0].auto_model, loss.decoder
    for name, weights in bert.named_parameters():  # all of the encoder but its pooler is the decoder's
        assert name.startswith("pooler.") or weights is decoder.get_parameter(f"bert.{name}"), name
    assert decoder.get_parameter(TABLE) is decoder.get_output_embeddings().weight
    stored = safetensors.torch.load_file(folder / "model.safetensors")
    weights = dict(decoder.named_parameters())
    for name, tensor in weights.items():  # nothing was drawn anew
        assert torch.equal(tensor, stored[name]), name

    pieces = transformers.AutoTokenizer.from_pretrained(folder).convert_ids_to_tokens(range(VOCABULARY))
    batches = make_batches(lambda token: len(pieces[token]) > 2 and pieces[token].startswith("##"))
    value = lambda batch: loss([features(batch["thinned"]), features(batch["texts"])], None)
    single = {"texts": batches[0]["texts"][:1], "thinned": batches[0]["thinned"][:1]}
    single = {"texts": single["texts"], "loss": value(single).item()}
    optimizer = torch.optim.Adam([tensor for name, tensor in weights.items() if "key.bias" not in name], lr=RATE)
    found = []
    for batch in batches:
        optimizer.zero_grad()
        step = value(batch)
        step.backward()
        if not found:
            safetensors.torch.save_file({name: weights[name].grad.clone() for name in GRADIENTS}, OUTPUT / "gradients.safetensors")
            for name, tensor in weights.items():  # a single key has all of the softmax
                if "crossattention.self.query" in name or "crossattention.self.key" in name:
                    assert tensor.grad is None or tensor.grad.abs().max() < 1e-7, name
        optimizer.step()
        found.append(step.item())
    versions = {module.__name__: module.__version__ for module in (sentence_transformers, torch, transformers)}
    record = {"versions": versions, "learning_rate": RATE, "seed": SEED, "deletion": DELETION, "batches": batches, "losses": found,
              "single": single}
    (OUTPUT / "training.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
