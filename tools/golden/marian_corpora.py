#!/usr/bin/env python3
"""Writes tests/fixtures/marian/digests.jsonl: what transformers' MarianTokenizer makes of 1,000 sentence pairs of Multi30k
(en, de) and Tatoeba (en, fa) with tokenizers that Mana learns from these corpora, as digests.

    pip install transformers==5.23.0 sentencepiece==0.2.3
    MANA_TEST_DATA=… python tools/golden/marian_corpora.py build/release/bin/mana
"""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

import marian_tokenizers
import sentencepiece
import transformers

DATA = pathlib.Path(os.environ["MANA_TEST_DATA"])
# Name, rows, the two files of SentencePiece, each by its columns and options; whether the lists are separate.
CASES = [("multi30k joint", "multi30k/val.tsv", (("bpe", 2000, "both", []), ("bpe", 2000, "both", [])), False),
         ("multi30k two", "multi30k/val.tsv", (("unigram", 1000, "source", []), ("unigram", 1200, "target", [])), False),
         ("tatoeba separate", "tatoeba/en-fa.tsv", (("unigram", 1200, "source", ["--byte-fallback"]), ("bpe", 1500, "target", [])), True)]


def listed(model):
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return [pieces.id_to_piece(i) for i in range(pieces.get_piece_size()) if not pieces.is_control(i) and not pieces.is_unknown(i)]


def ids_digest(lists):
    return zlib.crc32(b"".join(struct.pack(f"<{len(ids)}i", *ids) for ids in lists))


def main():
    warnings.simplefilter("ignore")
    lines = [{"reference": f"transformers {transformers.__version__}, sentencepiece {sentencepiece.__version__}"}]
    for name, file, sides, separate in CASES:
        rows = [line.split("\t")[:2] for line in (DATA / file).read_text().split("\n")[1:] if "\t" in line]
        columns = {"source": [r[0] for r in rows], "target": [r[1] for r in rows]}
        columns["both"] = columns["source"] + columns["target"]
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            for side, (kind, size, texts, options) in zip(("source", "target"), sides):
                (work / "text").write_text("\n".join(columns[texts]) + "\n")
                subprocess.run([sys.argv[1], "train", "tokenizer", "--quiet", "--type", kind, "--vocabulary", str(size), *options, "--output", work / side,
                                "--input-format", "lines", work / "text"], check=True, stdout=subprocess.DEVNULL)
                shutil.copy(work / side / "tokenizer.model", work / f"{side}.spm")
            source, target = listed(work / "source.spm"), listed(work / "target.spm")
            source = list(dict.fromkeys(source if separate else source + target))
            common = min(len(source), len(target)) if separate else len(source)
            for list_name, tokens in [("vocab", source), *([("target_vocab", target)] if separate else [])]:
                numbered = marian_tokenizers.numbered(["</s>", "<unk>", *tokens[:common], "<pad>", *tokens[common:]])
                (work / f"{list_name}.json").write_text(json.dumps(numbered))
            (work / "tokenizer_config.json").write_text(json.dumps({"separate_vocabs": separate}))
            marian = transformers.MarianTokenizer.from_pretrained(str(work))
            ids = [marian(text)["input_ids"] for text in columns["source"][:1000]]
            labels = [marian(text_target=text)["input_ids"] for text in columns["target"][:1000]]
            decoded = "\n".join(marian.decode(each, skip_special_tokens=True) for each in labels)
        lines.append({"name": name, "source": ids_digest(ids), "target": ids_digest(labels), "decoded": zlib.crc32(decoded.encode())})
    marian_tokenizers.golden.write_lines(marian_tokenizers.FIXTURES / "marian/digests.jsonl", lines)


if __name__ == "__main__":
    main()
