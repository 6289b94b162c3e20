#!/usr/bin/env python3
"""Writes tests/fixtures/eval/bleu.json: words, statistics and scores of sacreBLEU's BLEU and chrF on a few sentences.

Needs sacrebleu. Run from anywhere: python3 tools/golden/bleu.py
"""

import json
import logging
import pathlib

import regex
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_intl import TokenizerV14International
from sacrebleu.tokenizers.tokenizer_none import NoneTokenizer

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/eval/bleu.json"
TOKENIZERS = {"13a": Tokenizer13a(), "intl": TokenizerV14International(), "none": NoneTokenizer()}

TEXTS = [
    "", "   ", " a  b\tc ", "Hello, world!", "It costs $1,000.50 (or 3.5%), doesn't it?", "1990-1995, e-mail, x-ray, 3-4", "a.b.c ... ,, .,",
    "ends with 2020.", ".5 and 5. and -5-", "&quot;A&quot; &amp;lt; &lt;b&gt; &apos; & ;", "<skipped>left<skipped>", "two-\nlines\nmore",
    "{[(~`^_|\\/@#*+=:;?<>)]}", "«Guillemets» „unten“ – und — Striche…", "٣٫١٤ و ۱٬۰۰۰، چرا؟ می‌روم؛ «خوب» ٪", "他说：“你好，世界。”３、４",
    "これは、テスト（試験）です！", "👍🏽 ok👨‍👩‍👧!❤️ ±2€ ©2020 ½", "Ⅷ² №7 x₁", "a\u00a0b\u2003c\u3000d\u001ce\u0085f\u200bg", "İSTANBUL ΟΔΟΣ ẞ Ǆ",
    "e\u0301té, a\u0300.", "١.٢ 1.٢ ٢-1", "\U0001fbf0.5 \U00010107 \U00011a3f"]

CORPORA = [
    ("english", ["The cat is on the mat.", "There's a dog running in the park, isn't there?", "He paid 1,000.50 euros."],
     [["The cat sits on the mat.", "A dog is running in the park, isn't it?", "He paid 1,000.50 dollars for it."]]),
    ("three references", ["a b c d e f g", "the the the the the", "It is a guide to action, which ensures that"],
     [["a b c d e", "the cat is on the mat", "It is a guide to action that ensures that"],
      ["x a b c d e f g h i", "there is a cat on the mat", "It is the guiding principle which guarantees"],
      ["g f e d c b a", "the the", "It is the practical guide for the army, which"]]),
    ("persian", ["گربه روی فرش است.", "او ۱٬۰۰۰ تومان داد، نه؟", "می‌خواهم بروم"],
     [["گربه روی آن فرش نشسته است.", "او ۱٬۰۰۰ تومان پرداخت، نه؟", "من می‌خواهم به خانه بروم!"]]),
    ("chinese", ["猫坐在垫子上。", "他 说：“你好。”"], [["猫坐在那张垫子上。", "他 说：“您好！”"]]),
    ("emoji", ["good 👍🏽 job ❤️!", "😀😀😀"], [["great 👍🏽 job ❤️ !", "😀 😀"]]),
    ("empty hypotheses", ["", "a man walks", ""], [["a dog runs", "a man walks home", "two men"]]),
    ("all hypotheses empty", ["", " "], [["a dog", "b"]]),
    ("an empty reference", ["a dog runs", "a man"], [["", "a man walks"]]),
    ("short", ["yes", "no way"], [["yes", "no way out"]]),
    ("no match", ["x y z", "q"], [["a b c d", "e"]]),
    ("words but no pairs", ["a x b y c"], [["c z b w a"]]),
    ("capitals", ["DER HUND LÄUFT SCHNELL NACH HAUSE", "İstanbul ΟΔΟΣ"], [["Der Hund läuft schnell nach Hause", "i̇stanbul οδος"]]),
    ("the longer", ["a b c d e f g h i j k l"], [["a b c d"]]),
]

BLEU_OPTIONS = [{}, {"tokenize": "intl"}, {"tokenize": "none"}, {"lowercase": True}, {"smooth_method": "floor"},
                {"smooth_method": "add-k"}, {"smooth_method": "add-k", "smooth_value": 0.25}, {"smooth_method": "none"},
                {"effective_order": True}, {"effective_order": True, "smooth_method": "floor", "smooth_value": 0.01}]
CHRF_OPTIONS = [{}, {"word_order": 1}, {"word_order": 2}, {"word_order": 2, "lowercase": True}]


def signature(metric):
    return str(metric.get_signature()).rsplit("|version:", 1)[0]


def bleu(hypotheses, references, options):
    metric = BLEU(**options)
    score = metric.corpus_score(hypotheses, references)
    return {"options": options, "score": score.score, "precisions": score.precisions, "bp": score.bp, "ratio": score.ratio,
            "lengths": [score.sys_len, score.ref_len], "signature": signature(metric),
            "text": score.format(signature="").split(" = ", 1)[1],
            "sentences": [metric.sentence_score(hypothesis, list(each)).score for hypothesis, *each in zip(hypotheses, *references)]}


def chrf(hypotheses, references, options):
    metric = CHRF(**options)
    score = metric.corpus_score(hypotheses, references)
    return {"options": options, "score": score.score, "name": score.name, "signature": signature(metric),
            "sentences": [metric.sentence_score(hypothesis, list(each)).score for hypothesis, *each in zip(hypotheses, *references)]}


def main():
    logging.disable(logging.WARNING)
    words = [{"text": text, **{name: tokenizer(text.rstrip()).split() for name, tokenizer in TOKENIZERS.items()}} for text in TEXTS]
    corpora = [{"name": name, "hypotheses": hypotheses, "references": references,
                "bleu": [bleu(hypotheses, references, options) for options in BLEU_OPTIONS],
                "chrf": [chrf(hypotheses, references, options) for options in CHRF_OPTIONS]}
               for name, hypotheses, references in CORPORA]
    versions = {"sacrebleu": sacrebleu.__version__, "regex": regex.__version__}
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s,\n"words": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(row, ensure_ascii=False) for row in words))
        file.write('],\n"corpora": [\n')
        file.write(",\n".join(json.dumps(row, ensure_ascii=False) for row in corpora))
        file.write("]}\n")


if __name__ == "__main__":
    main()
