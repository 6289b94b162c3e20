#!/usr/bin/env python3
"""Writes tests/fixtures/unigram: small Unigram models and what the Rust `tokenizers` make of difficult texts with them.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python tools/golden/unigram.py [--random N]
"""

import argparse
import base64
import io
import json
import pathlib
import random
import tempfile

import sentencepiece
import tokenizer as golden
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/unigram"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
OWN = ["a\u0001b\u0001", "\u0001ab", "\u0001\u0002", "ﬁ ㌀㌀ab ½x①②", "e\u0301 E\u0301e\u0301\u0323 Ａ\u0301b", "a  b   c ", "\ta\nb\r\nc\r", "▁a ▁▁b▁",
       "Ａ\u0600Ａ x\u0600 y", "©\u200d© ©\u0301\u200d©", "aaaaaaaaaaaaaaaaaaaa", "жжж ж中ж", "<unk>ж<unk> <s>a</s>", "hello</s> world <mask>!",
       "New York  New York", " hello", "hello ", "\u3000全角\u3000", "각\u1100\u1161\u11a8ᄀ", "🇮🇷🇮 👩\u200d👩 ☺\ufe0f"]


def rules():
    """Character sequences and what stands in their place."""
    made = {"Ａ": "A", "Ｂ": "B", "ﬁ": "fi", "㌀": "アパート", "½": "1⁄2", "①": "1", "②": "2", "\t": " ", "\n": " ", "\r": " ", "\r\n": " ",
            "\u0001": "", "\u200b": "", "\u3000": " ", "\u2028": " ", "▁": " ", "e\u0301": "é", "E\u0301": "É", "n\u0303": "ñ", "ﷺ": "صلى الله",
            "ي": "ی", "ك": "ک", "ｶ": "カ", "ｶﾞ": "ガ", "ﾞ": "\u3099", "\u00a0": " ", "ß\u0301": "ss", "©": "(c)"}
    return "".join(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in made.items())


def character_map():
    from sentencepiece import sentencepiece_model_pb2
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        table.write(rules())
        table.flush()
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["hello world a b c"] * 9), model_writer=model, vocab_size=20, hard_vocab_limit=False,
            normalization_rule_tsv=table.name, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def pieces(choose, bytes_too=()):
    """Characters, words and parts of the texts; scores of few different values, so that there are ties."""
    texts = [*golden.TEXTS, *OWN, *(t for pair in golden.PAIRS for t in pair)]
    characters = sorted({c for t in texts + golden.ALPHABET for c in t} - set(" \t\n\rж中Ω<>") - {"▁"})
    found = [*SPECIAL, "▁", *(f"<0x{b:02X}>" for b in bytes_too), *choose.sample(characters, len(characters) * 3 // 4)]
    for text in texts:
        for _ in range(2):
            words = ("▁" + text.replace(" ", "▁"))
            begin = choose.randrange(len(words))
            found.append(words[begin : begin + choose.randrange(2, 7)])
    found += ["▁a", "aa", "aaa", "aaaa", "▁hello", "hello", "▁world", "wor", "ld", "▁New", "▁York", "ab", "▁ab", "a▁b"]
    found = [p for p in dict.fromkeys(found) if p]
    return [(p, 0.0 if p in SPECIAL else -choose.randrange(8, 48) / 4 if len(p) > 1 else -choose.randrange(40, 60) / 4) for p in found]


def make(map_bytes):
    n, p, d = normalizers, pre_tokenizers, decoders
    precompiled = n.Precompiled(map_bytes)
    words = lambda scheme="always": p.Sequence([p.WhitespaceSplit(), p.Metaspace(prepend_scheme=scheme)])
    end = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B:1 </s>:1", special_tokens=[("</s>", 2)])
    both = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 2)])
    llama = d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)])
    spaces = n.Replace(Regex(" {2,}"), " ")
    stages = {
        "t5": (precompiled, words(), end, d.Metaspace(), None),
        "xlmr": (n.Sequence([precompiled, spaces]), p.Metaspace(), both, d.Metaspace(), None),
        "albert": (n.Sequence([n.Replace("``", '"'), n.Replace("''", '"'), n.NFKD(), n.StripAccents(), n.Lowercase(), precompiled, spaces]),
                   words(), both, d.Metaspace(), None),
        "first": (precompiled, p.Metaspace(prepend_scheme="first"), None, d.Metaspace(prepend_scheme="first"), None),
        "first_words": (precompiled, words("first"), None, d.Metaspace(), None),
        "never": (None, p.Metaspace(replacement="_", prepend_scheme="never", split=False), None, d.Metaspace("_", "never"), None),
        "whole": (n.Sequence([n.Nmt(), n.NFKC(), spaces]), p.Metaspace(split=False), end, d.Metaspace(), None),
        "bytes": (n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), None, both, llama, range(256)),
        "some_bytes": (precompiled, words(), end, d.Sequence([d.ByteFallback(), d.Metaspace()]), range(0, 256, 3)),
    }
    made = {}
    for name, (normalizer, pre_tokenizer, processor, decoder, bytes_too) in stages.items():
        vocabulary = pieces(random.Random(name), bytes_too or ())
        if name == "never":
            vocabulary = [(t.replace("▁", "_"), s) for t, s in vocabulary]
        tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=bytes_too is not None))
        if normalizer:
            tokenizer.normalizer = normalizer
        if pre_tokenizer:
            tokenizer.pre_tokenizer = pre_tokenizer
        if processor:
            tokenizer.post_processor = processor
        tokenizer.decoder = decoder
        tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False, lstrip=t == "<mask>") for t in SPECIAL if t != "<unk>"])
        if name in ("first", "xlmr"):
            tokenizer.add_tokens([AddedToken("New York", normalized=True), AddedToken("<a>", normalized=False)])
        made[name] = tokenizer
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=400)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    arguments = parser.parse_args()
    made = make(character_map())
    entries = [{"reference": f"tokenizers {tokenizers.__version__}"}]
    for name, tokenizer in made.items():
        (arguments.output / name).mkdir(parents=True, exist_ok=True)
        (arguments.output / name / "tokenizer.json").write_text(tokenizer.to_str())
        entries += [golden.case(name, tokenizer, text) for text in [*OWN, *golden.TEXTS[::5]]]
        entries += [golden.case(name, tokenizer, first, second) for first, second in golden.PAIRS[:2]]
    choose = random.Random(2)
    alphabet = golden.ALPHABET + OWN
    for _ in range(arguments.random):
        name = choose.choice(sorted(made))
        text = "".join(choose.choice(alphabet) for _ in range(choose.randrange(1, 16)))
        entries.append(golden.case(name, made[name], text, special_tokens=choose.random() < 0.8))
    golden.write_lines(arguments.output / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
