#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer_classes: folders without a tokenizer.json, and what transformers' classes make of texts with them.

    pip install transformers==5.23.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python tools/golden/tokenizer_classes.py [--random N] [--output FOLDER]

The folders have a `.model` file of SentencePiece, or `vocab.json` and `merges.txt`, beside the settings that choose a class.
"""

import argparse
import json
import pathlib
import random
import tempfile

import byte_pair
import sentencepiece_models
import tokenizer as golden
import transformers
import unigram

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/tokenizer_classes"
OWN = ["``quoted'' (a-b) £5 \"x\".", "É e\u0301 ÀB", "<s>NOTUSED a <unk>NOTUSED", "＜s＞ [MASK] a <mask> b  <mask>", "hello <eop>[SEP]</s>", "don't  we'll",
       *unigram.OWN[:12], *byte_pair.OWN[:6]]
USER = ["(", ")", '"', "-", ".", "–", "£", "€"]


def train(folder, name, **options):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        table.write(unigram.rules())
        table.flush()
        model = sentencepiece_models.train(vocab_size=400, character_coverage=0.98, normalization_rule_tsv=table.name, **options)
    (folder / name).write_bytes(model)


def merges(folder, special):
    model = json.loads((byte_pair.OUTPUT / "plain/tokenizer.json").read_text())["model"]
    tokens = [*special, *model["vocab"]]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("\n".join(model["merges"]) + "\n")


def make(output):
    fairseq = dict(unk_id=0, bos_id=1, eos_id=2)
    albert = dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols=["[CLS]", "[SEP]", "[MASK]"], user_defined_symbols=USER)
    xlnet = dict(**fairseq, control_symbols=["<cls>", "<sep>", "<pad>", "<mask>", "<eod>"], user_defined_symbols=["<eop>", *USER])
    roberta = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    folders = {  # how to fill it, config.json, tokenizer_config.json
        "albert": (lambda f: train(f, "spiece.model", **albert), {"model_type": "albert"}, None),
        "albert_cased": (lambda f: train(f, "spiece.model", **albert), None,
                         {"tokenizer_class": "AlbertTokenizer", "do_lower_case": False, "keep_accents": True}),
        "camembert": (lambda f: train(f, "sentencepiece.bpe.model", **fairseq), {"model_type": "camembert"}, None),
        "xlnet": (lambda f: train(f, "spiece.model", **xlnet), {"model_type": "xlnet"}, None),
        "bart": (lambda f: merges(f, roberta), {"model_type": "bart"}, None),
        "roberta": (lambda f: merges(f, roberta), None, {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}),
        "deberta": (lambda f: merges(f, ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]), {"model_type": "deberta"}, None),
    }
    for name, (fill, model, tokenizer) in folders.items():
        folder = output / name
        folder.mkdir(parents=True, exist_ok=True)
        fill(folder)
        for file, settings in (("config.json", model), ("tokenizer_config.json", tokenizer)):
            if settings:
                (folder / file).write_text(json.dumps(settings))
        yield name, transformers.AutoTokenizer.from_pretrained(folder).backend_tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=70)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    arguments = parser.parse_args()
    made = dict(make(arguments.output))
    entries = [{"reference": f"transformers {transformers.__version__}"}]
    for name, tokenizer in made.items():
        entries += [golden.case(name, tokenizer, text) for text in [*OWN, *golden.TEXTS[::12]]]
        entries += [golden.case(name, tokenizer, first, second) for first, second in golden.PAIRS[:2]]
    choose = random.Random(6)
    alphabet = golden.ALPHABET + OWN
    for _ in range(arguments.random):
        name = choose.choice(sorted(made))
        text = "".join(choose.choice(alphabet) for _ in range(choose.randrange(1, 12)))
        entries.append(golden.case(name, made[name], text))
    golden.write_lines(arguments.output / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
