#!/usr/bin/env python3
"""Writes tests/fixtures/added_tokens/cases.jsonl: small tokenizers whose added tokens collide, and what the Rust `tokenizers`
make of texts with them: tokens that are listed twice with other flags, that are words of the vocabulary, or whose numbers
are taken.

    pip install tokenizers==0.23.3
    python tools/golden/added_tokens.py [--random N]

Of tokens that are the same after normalisation the reference finds one by chance, so no case has two such.
"""

import argparse
import json
import pathlib
import random

from tokenizers import Tokenizer

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/added_tokens/cases.jsonl"
CONTENTS = ["Foo", "foo", "fóo", "foo ", "İstanbul", "i̇stanbul", "I", "ı", " foo", "foo bar", "<a>", "[MASK]", "[UNK]", "AB", "a",
            "ß", "ﬁ", "Å", "é", "你好", "Σ", "ς", "##b", "Hello", "lo", "a\u200b", "a\tb", "aa", "Aaa"]
WORDS = ["a", "b", "c", "f", "fo", "foo", "##o", "##oo", "##b", "i", "istanbul", "Foo", "[MASK]", "hello", "##llo", "x", "s", "ß", "é",
         "你", "σ", "AB"]
NORMALIZERS = [None, {"type": "Lowercase"}, {"type": "NFKC"},
               {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
               {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}]
LOADS = 20  # enough that a choice by chance shows


def token(content, number, **flags):
    return {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": True,
            "special": False, **flags}


def tokenizer(added, words, normalizer, kind="WordPiece", **model):
    if kind == "WordPiece":
        model = {"continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
            "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None, "decoder": None,
            "model": {"type": kind, "unk_token": "[UNK]", **model, "vocab": words}}


def plain():
    """Each kind by itself."""
    words = {"[UNK]": 0, "foo": 1, "Foo": 2, "a": 3, "##b": 4}
    lower = NORMALIZERS[1]
    texts = ["Foo foo FOO", "a foob Foo", "xfoo foo."]
    # Listed twice: the flags are the last ones, special stays, and what decode() joins was normalised once.
    for first in [{}, {"special": True}, {"normalized": False}, {"normalized": False, "special": True}]:
        for second in [{}, {"single_word": True}, {"normalized": False}, {"normalized": False, "lstrip": True}]:
            yield tokenizer([token("Foo", 5, **first), token("Foo", 6, **second)], words, lower), texts
            yield tokenizer([token("New", 5, **first), token("b", 6), token("New", 7, **second)], words, lower), ["New b", "new b"]
    # A vocabulary with gaps: the number behind it is that of a word, which is an added token itself.
    gaps = {"[UNK]": 0, "a": 1, "b": 2, "AB": 4, "x": 6}
    for last in ["AB", "Neu", "other"]:
        yield (tokenizer([token("Neu", 0, normalized=False), token("AB", 1, normalized=False), token(last, 2, normalized=False)],
                         gaps, None, "WordLevel"), ["AB Neu a other", "NeuAB"])
        yield (tokenizer([token("Neu", 0, normalized=False), token("AB", 1, normalized=False), token("Neu", 2, normalized=False),
                          token(last, 3, normalized=False)], gaps, None, "WordLevel"), ["AB Neu a other", "NeuAB"])


def drawn(choose):
    pool = choose.sample(CONTENTS, choose.choice([2, 3, 5]))
    flag = lambda share: choose.random() < share
    added = [token(choose.choice(pool), i, single_word=flag(.2), lstrip=flag(.2), rstrip=flag(.2), normalized=flag(.7), special=flag(.3))
             for i in range(choose.choice([2, 3, 4, 6]))]
    words = ["[UNK]", *choose.sample(WORDS, choose.randrange(4, 12))]
    case = tokenizer(added, {word: i for i, word in enumerate(words)}, choose.choice(NORMALIZERS))
    texts = []
    for _ in range(3):
        text = ""
        for _ in range(choose.randrange(2, 6)):
            part = choose.choice(pool + CONTENTS[:4])
            text += choose.choice([part, part.lower(), part.upper()]) + choose.choice(["", " ", "  ", "x", ".", "\n"])
        texts.append(text)
    return case, texts


def answers(case, texts):
    made = Tokenizer.from_str(json.dumps(case))
    found = []
    for text in texts:
        encoding = made.encode(text)
        byte = lambda at: len(text[:at].encode())
        found.append({"text": text, "ids": encoding.ids, "offsets": [n for begin, end in encoding.offsets for n in (byte(begin), byte(end))],
                      "decoded": made.decode(encoding.ids, skip_special_tokens=False),
                      "without_special": made.decode(encoding.ids, skip_special_tokens=True)})
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--random", type=int, default=24)
    options = options.parse_args()
    choose = random.Random(7)
    OUTPUT.parent.mkdir(exist_ok=True)
    with OUTPUT.open("w") as file:
        def write(case, texts):
            loads = [answers(case, texts) for _ in range(LOADS)]
            if any(load != loads[0] for load in loads):
                return False
            file.write(json.dumps({"tokenizer": case, "cases": loads[0]}, ensure_ascii=False) + "\n")
            return True
        for case, texts in plain():
            write(case, texts)
        for _ in range(options.random):
            while not write(*drawn(choose)):
                pass


if __name__ == "__main__":
    main()
