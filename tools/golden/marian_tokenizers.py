#!/usr/bin/env python3
"""Writes tests/fixtures/marian: lists of tokens for the `.model` files of tests/fixtures/sentencepiece, and what
transformers' MarianTokenizer makes of difficult texts and of ids with both.

    pip install transformers==5.23.0 sentencepiece==0.2.3
    python tools/golden/marian_tokenizers.py [--random N] [--output FOLDER]
"""

import argparse
import json
import pathlib
import random
import shutil
import tempfile
import warnings

import sentencepiece
import tokenizer as golden
import transformers
import unigram

FIXTURES = pathlib.Path(__file__).parents[2] / "tests/fixtures"
MODELS = FIXTURES / "sentencepiece"
TEXTS = [*unigram.OWN, *golden.TEXTS[::4], ">>deu<< Hello", ">>deu<<Hello >>deu<< x", " >>deu<< a", ">>a b<< c", ">>a", ">>zh_CN<<", "a</s>>>deu<< b<pad>c <unk>",
         "a</s> >>deu<< b", "Hello , world .", "you do not ' t ca n't", "\u200b ab \x1c", "<cls> <s> <0x41>"]


def pieces(name):
    processor = sentencepiece.SentencePieceProcessor(model_file=str(MODELS / f"{name}.model"))
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def numbered(tokens):
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}


def folders():
    """The two files of each folder, its lists of tokens and its settings."""
    some = [p for i, p in enumerate([*pieces("unigram"), *pieces("bpe_bytes")]) if i % 7 != 3]
    joint = numbered(["</s>", "<unk>", *some, "é", "▁中", ">>deu<<", ">>zh_CN<<", "<pad>"])
    source = numbered(["</s>", "<unk>", "<pad>", *pieces("bpe")])
    target = numbered(["</s>", "<unk>", "<pad>", *pieces("unigram")[::-1]])
    config = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
    yield "joint", "unigram", "bpe_bytes", {"vocab": joint}, config
    yield "bytes", "bpe_bytes", "suffix", {"vocab": joint}, config
    yield "separate", "bpe", "unigram", {"vocab": source, "target_vocab": target}, {**config, "separate_vocabs": True, "clean_up_tokenization_spaces": True}


def texts(choose, count):
    yield from TEXTS
    alphabet = golden.ALPHABET + unigram.OWN + [">>deu<<", ">>", "<<", "</s>", "<unk>"]
    for _ in range(count):
        yield "".join(choose.choice(alphabet) for _ in range(choose.randrange(1, 16)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=60)
    parser.add_argument("--output", type=pathlib.Path, default=FIXTURES / "marian")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    choose = random.Random(7)
    entries = [{"reference": f"transformers {transformers.__version__}, sentencepiece {sentencepiece.__version__}"}]
    for name, source, target, lists, config in folders():
        folder = arguments.output / name
        folder.mkdir(parents=True, exist_ok=True)
        if name != "bytes":  # its list is that of "joint"
            for file, tokens in lists.items():
                (folder / f"{file}.json").write_text(json.dumps(tokens, ensure_ascii=False, separators=(",", ":")) + "\n")
        (folder / "tokenizer_config.json").write_text(json.dumps(config) + "\n")
        with tempfile.TemporaryDirectory() as work:
            for file, tokens in lists.items():
                (pathlib.Path(work) / f"{file}.json").write_text(json.dumps(tokens))
            shutil.copy(folder / "tokenizer_config.json", work)
            shutil.copy(MODELS / f"{source}.model", f"{work}/source.spm")
            shutil.copy(MODELS / f"{target}.model", f"{work}/target.spm")
            marian = transformers.MarianTokenizer.from_pretrained(work)
        for text in texts(choose, arguments.random):
            ids = marian(text)["input_ids"]
            labels = marian(text_target=text)["input_ids"]
            assert marian.build_inputs_with_special_tokens([]) == [marian.eos_token_id]
            entries.append({"folder": name, "text": text, "source": ids, "target": labels, "decoded": marian.decode(labels, skip_special_tokens=True)})
        listed = lists.get("target_vocab", lists["vocab"])
        odd = [listed[token] for token in listed if token.startswith("<0x") or len(token) == 1]
        for _ in range(arguments.random):
            ids = [choose.choice(odd if choose.random() < 0.4 else range(len(listed))) for _ in range(choose.randrange(1, 12))]
            entries.append({"folder": name, "ids": ids, "decoded": marian.decode(ids, skip_special_tokens=True)})
    golden.write_lines(arguments.output / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
