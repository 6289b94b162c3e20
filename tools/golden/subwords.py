#!/usr/bin/env python3
"""What the Rust trainers learn, for src/mana/subwords/: tests/fixtures/subwords/.

    subwords.py [--data FOLDER]

learnt.json: small texts with all pieces and merges. With --data, a folder that has botchan/botchan.txt, botchan.json is
made, too: digests (zlib's crc32) of what is learnt from that novel.

The WordPieceTrainer numbers the letters that go on words in the order of a hash table, and merges pairs counted alike in
the order of these numbers, so that no two runs are the same. Here it is given the letters as special tokens, in order:
those that begin words and those that go on words, by code point. That decides the numbers and nothing else.
"""

import argparse
import codecs
import json
import pathlib
import random
import tempfile
import zlib
from collections import Counter

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests/fixtures/subwords"
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
GPT2 = ["<|endoftext|>"]


def pieces_of(tokenizer):
    return [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])]


def train_bytes(path, vocabulary, prefix_space=False, lowercase=False, **options):
    tokenizer = Tokenizer(models.BPE())
    if lowercase:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=GPT2, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **options)
    tokenizer.train([str(path)], trainer)
    return tokenizer


def alphabets(tokenizer, path, limit):
    """The letters that are kept, and those of them that go on words."""
    counts, within = Counter(), set()
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(line)):
                counts.update(word)
                within.update(word[1:])
    order = sorted(counts, key=lambda letter: (-counts[letter], letter))
    assert not limit or counts[order[limit - 1]] > counts[order[limit]], "the trainer would choose by chance"
    kept = order[:limit]
    return sorted(kept), sorted(within & set(kept))


def train_wordpiece(path, vocabulary, lowercase=False, limit_alphabet=None, **options):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    letters, within = alphabets(tokenizer, path, limit_alphabet)
    first = BERT + letters + ["##" + letter for letter in within]
    trainer = trainers.WordPieceTrainer(vocab_size=vocabulary, show_progress=False, limit_alphabet=len(letters),
                                        special_tokens=first, **options)
    tokenizer.train([str(path)], trainer)
    return tokenizer


def learn(path, type, **options):
    tokenizer = (train_bytes if type == "byte-bpe" else train_wordpiece)(path, **options)
    merges = json.loads(tokenizer.to_str())["model"].get("merges", [])
    return pieces_of(tokenizer), [" ".join(merge) for merge in merges]


def letters_of_two(seed):
    """Words in which pieces come about in many ways: merges that are made twice, and pairs that overlap."""
    source = random.Random(seed)
    words = ["".join(source.choice("aab") for _ in range(source.randint(1, 12))) for _ in range(900)]
    return "".join(word + source.choice([" ", " ", "  ", "\n", "\r\n"]) for word in words)


SCRIPTS = (
    "The king's café wasn't far from Köln, 1999; the queen's café is in Kraków!\n"
    "می\u200cخواهم به کتابخانه بروم، كتاب‌ها را می‌خوانم و ۱۲۳ صفحه مي‌نويسم.\n"
    "قال الملك: أهلاً وسهلاً، وقالت الملكة: أهلاً.\n"
    "東京は日本の首都です。京都も日本の都市です。\n"
    "Ω ὀδός, ὀδοῦ; λόγος λόγου, ΛΌΓΟΣ\t\tİstanbul ﬁne ﬁsh\n"
    "  indented   by spaces  \n\n\nand !!! ??? ... marks --- ---\n"
) * 3

CASES = [
    ("letters.txt", letters_of_two(1), [
        {"type": "byte-bpe", "vocabulary": 600, "min_frequency": 0},
        {"type": "byte-bpe", "vocabulary": 450, "min_frequency": 2, "prefix_space": True},
        {"type": "byte-bpe", "vocabulary": 275, "min_frequency": 0, "max_token_length": 5},
        {"type": "wordpiece", "vocabulary": 400, "min_frequency": 0},
    ]),
    ("scripts.txt", SCRIPTS, [
        {"type": "byte-bpe", "vocabulary": 420, "min_frequency": 2, "lowercase": True},
        {"type": "wordpiece", "vocabulary": 250, "min_frequency": 2, "lowercase": True},
        {"type": "wordpiece", "vocabulary": 280, "min_frequency": 2},
        {"type": "wordpiece", "vocabulary": 120, "min_frequency": 2, "limit_alphabet": 33},
    ]),
]

BOTCHAN = [
    {"type": "byte-bpe", "vocabulary": 6000, "min_frequency": 2},
    {"type": "byte-bpe", "vocabulary": 5000, "min_frequency": 0, "prefix_space": True},
    {"type": "wordpiece", "vocabulary": 5000, "min_frequency": 2, "lowercase": True},
    {"type": "wordpiece", "vocabulary": 6000, "min_frequency": 0},
]


def digest(lines):
    return zlib.crc32("".join(line + "\n" for line in lines).encode())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=pathlib.Path)
    data = arguments.parse_args().data
    OUTPUT.mkdir(parents=True, exist_ok=True)
    versions = {"tokenizers": tokenizers.__version__}

    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text, all_options in CASES:
            path = pathlib.Path(folder) / name
            path.write_bytes(text.encode())
            for options in all_options:
                pieces, merges = learn(path, **options)
                assert len(pieces) == options["vocabulary"], (name, options, len(pieces))
                cases.append({"text": name, "options": options, "pieces": pieces, "merges": merges})
    texts = {name: text for name, text, _ in CASES}
    write(OUTPUT / "learnt.json", {"versions": versions, "texts": texts, "cases": cases})

    if data:
        cases = []
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "botchan.txt"  # without its byte order mark, which is no text to Mana
            path.write_bytes((data / "botchan/botchan.txt").read_bytes().removeprefix(codecs.BOM_UTF8))
            for options in BOTCHAN:
                pieces, merges = learn(path, **options)
                assert len(pieces) == options["vocabulary"], (options, len(pieces))
                cases.append({"options": options, "pieces": digest(pieces), "merges": digest(merges)})
        write(OUTPUT / "botchan.json", {"versions": versions, "cases": cases})


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
