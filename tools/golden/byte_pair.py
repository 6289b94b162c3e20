#!/usr/bin/env python3
"""Writes tests/fixtures/byte_pair: small BPE tokenizers and what the Rust `tokenizers` make of difficult texts with them.

    pip install tokenizers==0.23.3
    python tools/golden/byte_pair.py [--random N] [--output FOLDER]
"""

import argparse
import json
import pathlib
import random

import tokenizer as golden
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/byte_pair"
LLAMA = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CLIP = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
OWN = ["don't we'LL 'tis it's'd  x", "a\n\n b\t c  \n", "   ", " ", "سلام دنیا، می‌روم ۱۲۳", "naïve café — ☕️ 🎉🎉", "x" * 70,
       "ab" * 40, "<a>b <a> <|endoftext|> c", "2024-01-02 3.14e5 ½²", "日本語 текст ελληνικά", "\u00a0a\u2003b\u0085c\u180ed", "ĠaĊb Ġ",
       "hello hello helloworld", "\x00\x7f\ufffd\U0010ffff"]


def train(name, pre_tokenizer, normalizer=None, decoder=None, processor=None, alphabet=True, size=500, model=None, **options):
    tokenizer = Tokenizer(models.BPE(**(model or {})))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    if decoder:
        tokenizer.decoder = decoder
    letters = pre_tokenizers.ByteLevel.alphabet() if alphabet else []
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=letters, **options)
    tokenizer.train_from_iterator([*golden.TEXTS, *OWN, *OWN], trainer)
    if processor:
        tokenizer.post_processor = processor
    return tokenizer


def changed(tokenizer, **entries):
    """The same with other entries in its model."""
    data = json.loads(tokenizer.to_str())
    data["model"].update(entries)
    return Tokenizer.from_str(json.dumps(data))


def make():
    n, p, d = normalizers, pre_tokenizers, decoders
    byte_level = dict(pre_tokenizer=p.ByteLevel(add_prefix_space=False), decoder=d.ByteLevel())
    made = {"plain": train("plain", **byte_level, processor=processors.ByteLevel(trim_offsets=False))}
    made["prefix"] = train("prefix", p.ByteLevel(add_prefix_space=True), decoder=d.ByteLevel(),
                           processor=processors.ByteLevel(trim_offsets=True))
    special = ["<s>", "</s>"]
    made["roberta"] = train("roberta", p.ByteLevel(add_prefix_space=True), decoder=d.ByteLevel(), special_tokens=special,
                            processor=processors.RobertaProcessing(("</s>", 1), ("<s>", 0), True, True))
    made["added"] = train("added", p.ByteLevel(add_prefix_space=True), decoder=d.ByteLevel(), normalizer=n.NFC())
    made["added"].add_tokens([AddedToken("<a>", lstrip=True, normalized=False), AddedToken("hello", normalized=True),
                              AddedToken("<|endoftext|>", special=True)])
    made["llama"] = changed(train("llama", p.Sequence([p.Split(Regex(LLAMA), "isolated"), p.ByteLevel(False, use_regex=False)]),
                                  decoder=d.ByteLevel()), ignore_merges=True)
    made["digits"] = train("digits", p.Sequence([p.Digits(True), p.ByteLevel(add_prefix_space=True)]), decoder=d.ByteLevel())
    made["clip"] = train("clip", p.Sequence([p.Split(Regex(CLIP), "removed", invert=True), p.ByteLevel(False)]),
                         normalizer=n.Sequence([n.NFC(), n.Replace(Regex(r"\s+"), " "), n.Lowercase()]), size=900,
                         model={"end_of_word_suffix": "</w>", "unk_token": "<|endoftext|>"}, end_of_word_suffix="</w>",
                         special_tokens=["<|startoftext|>", "<|endoftext|>"],
                         processor=processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0), False, False),
                         decoder=d.Sequence([d.ByteLevel(), d.BPEDecoder("</w>")]))
    limited = dict(limit_alphabet=40, alphabet=False, special_tokens=["<unk>"])
    made["unknown"] = train("unknown", p.Whitespace(), model={"unk_token": "<unk>"}, **limited, decoder=d.BPEDecoder("</w>"))
    made["fused"] = changed(made["unknown"], fuse_unk=True)
    made["dropped"] = changed(made["unknown"], unk_token=None)
    made["bytes"] = changed(made["unknown"], byte_fallback=True)
    fallback = json.loads(made["fused"].to_str())
    for byte in range(256):
        if byte not in (0xD8, 0xE4):
            fallback["model"]["vocab"][f"<0x{byte:02X}>"] = len(fallback["model"]["vocab"])
    fallback["model"]["byte_fallback"] = True
    fallback["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    fallback["pre_tokenizer"] = None
    fallback["decoder"] = json.loads(d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)]).__getstate__())
    made["fallback"] = Tokenizer.from_str(json.dumps(fallback))
    made["subword"] = train("subword", p.WhitespaceSplit(), model={"unk_token": "<unk>", "continuing_subword_prefix": "##",
                            "end_of_word_suffix": "</w>"}, continuing_subword_prefix="##", end_of_word_suffix="</w>",
                            **limited, size=400, decoder=d.BPEDecoder("</w>"))
    return made


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--random", type=int, default=40)
    arguments.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    options = arguments.parse_args()
    chance = random.Random(15)
    entries = [{"reference": f"tokenizers {tokenizers.__version__}"}]
    made = make()
    for name, tokenizer in made.items():
        folder = options.output / name
        folder.mkdir(parents=True, exist_ok=True)
        data = json.loads(tokenizer.to_str())
        if name in ("plain", "clip"):  # the older form of merges
            data["model"]["merges"] = ["#version: 0.2", *(" ".join(pair) for pair in data["model"]["merges"])]
        (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False))
        entries += [golden.case(name, tokenizer, text) for text in [*OWN, *golden.TEXTS[::8]]]
    names = list(made)
    pieces = [*golden.ALPHABET, *OWN, "'s", "'re", "'ll", "  ", "\n", "hello", "<a>", "می‌"]
    for _ in range(options.random):
        name = chance.choice(names)
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 12)))
        entries.append(golden.case(name, made[name], text))
    golden.write_lines(options.output / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
