#!/usr/bin/env python3
"""Writes tests/fixtures/sentencepiece: small `.model` files and what SentencePiece makes of difficult texts with them.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python tools/golden/sentencepiece_models.py [--random N]

A token is from all of the text that its last character is from: SentencePiece itself ends one early whose characters
stand for a part of what they are from.
"""

import argparse
import io
import pathlib
import random
import tempfile

import sentencepiece
import tokenizer as golden
import unigram

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/sentencepiece"
SPECIAL = ["<s>", "</s>", "<unk>", "<cls>"]  # which are tokens wherever they stand, as they are not in SentencePiece
OWN = [*(t for t in unigram.OWN if not any(s in t for s in SPECIAL)), "NEW YORK ab NEW YORKab<sep><sep> <sep>", "a<sep>b a", "   ", "x\u3000", "½½ ﬁa", "cab ab", "\u200b", "\u200b a"]


def sentences():
    choose = random.Random(3)
    words = [w for t in [*golden.TEXTS, *OWN, *(t for pair in golden.PAIRS for t in pair)] for w in t.split()]
    for _ in range(600):
        yield " ".join(choose.choice(words) for _ in range(choose.randrange(1, 9)))


def train(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=sentences(), model_writer=model, minloglevel=2, num_threads=1,
                                             hard_vocab_limit=False, max_sentencepiece_length=12, **options)
    return model.getvalue()


def make():
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        table.write(unigram.rules())
        table.flush()
        rules = {"normalization_rule_tsv": table.name}
        user = {"user_defined_symbols": ["<sep>", "NEW YORK", "ab"], "control_symbols": ["<cls>"]}
        return {
            "unigram": train(vocab_size=700, character_coverage=0.98, **rules, **user),
            "bytes": train(vocab_size=900, character_coverage=0.98, byte_fallback=True, normalization_rule_name="identity",
                           remove_extra_whitespaces=False, add_dummy_prefix=False),
            "suffix": train(vocab_size=600, treat_whitespace_as_suffix=True, **rules),
            "bpe": train(vocab_size=800, model_type="bpe", character_coverage=0.98, **rules),
            "bpe_bytes": train(vocab_size=1000, model_type="bpe", byte_fallback=True, character_coverage=0.98,
                               normalization_rule_name="identity", remove_extra_whitespaces=False, **user),
        }


def offsets(processor, text, pieces):
    normal, origins = processor.normalize(text, with_offsets=True)
    starts = [0]
    for c in text:
        starts.append(starts[-1] + len(c.encode()))
    found, at, left = [], 0, 0
    for piece in pieces:
        if processor.is_byte(piece.id):
            left = left or len(normal[at].encode())
            left -= 1
            size = 1
        else:
            size = len(piece.piece)
        last = origins[at + size - 1]
        end = next((o for o in origins[at + size :] if o > last), last)
        found.append([starts[origins[at]], starts[end]])
        at += 0 if left else size
    assert at == len(normal)
    return found


def case(name, processor, text):
    pieces = processor.encode(text, return_type="proto").pieces
    ids = [piece.id for piece in pieces]
    return {"model": name, "text": text, "ids": ids, "offsets": offsets(processor, text, pieces)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=300)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    arguments = parser.parse_args()
    entries = [{"reference": f"sentencepiece {sentencepiece.__version__}"}]
    processors = {}
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, model in make().items():
        (arguments.output / f"{name}.model").write_bytes(model)
        print(name, len(model))
        processors[name] = sentencepiece.SentencePieceProcessor(model_proto=model)
        entries += [case(name, processors[name], text) for text in [*OWN, *golden.TEXTS[::5]]]
    choose = random.Random(4)
    for _ in range(arguments.random):
        name = choose.choice(sorted(processors))
        text = "".join(choose.choice(golden.ALPHABET + OWN) for _ in range(choose.randrange(1, 16)))
        entries.append(case(name, processors[name], text))
    golden.write_lines(arguments.output / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
