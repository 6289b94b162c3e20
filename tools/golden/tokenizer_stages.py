#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer_stages: the rarer stages of a tokenizer.json and what the Rust `tokenizers` make of them.

    pip install tokenizers==0.23.3
    python tools/golden/tokenizer_stages.py
"""

import pathlib

import tokenizer as golden
import tokenizers
from tokenizers import AddedToken, Regex, normalizers, pre_tokenizers, processors

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/tokenizer_stages"
OWN = ["a1b22 c333", "don't, we'll SAY it's 3.14", "a-b--c---d", "x  y\t\tz \n w", "京太いグーab たのしい Русский текст 123", "aa bb aab",
       "\u200bzero\u200fwidth\ufeff \u2581sp\u2028line\x08\x0b", "  ", "-", "--", "é-É ²³ ½ _a_ \u0661\u0662", "\u180e a\u0085b\u00a0c",
       "Ġa <a>  b", "日本語テキスト、です。Hello 世界", "ab1 cd2\nef3", "E5 \u0130\u0131 ß SS"]
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def make():
    n, p = normalizers, pre_tokenizers
    roberta = processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2), trim_offsets=True, add_prefix_space=False)
    template = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    stages = {
        "roberta": (golden.bert(), p.BertPreTokenizer(), roberta),
        "roberta_spaces": (n.Lowercase(), None, processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2), True, True)),
        "several": (golden.bert(), p.BertPreTokenizer(), processors.Sequence([processors.ByteLevel(trim_offsets=True), template])),
        "one_of_several": (golden.bert(), p.BertPreTokenizer(), processors.Sequence([template])),
        "prepend": (n.Sequence([n.Prepend("▁é"), n.Lowercase()]), p.Whitespace(), None),
        "nmt": (n.Sequence([n.Nmt(), n.Lowercase()]), p.WhitespaceSplit(), None),
        "scripts": (n.Lowercase(), p.UnicodeScripts(), None),
        "scripts_words": (n.Lowercase(), p.Sequence([p.WhitespaceSplit(), p.UnicodeScripts()]), None),
        "replace": (n.Sequence([n.Replace(Regex(r"\s+"), " "), n.Replace(Regex(r"(?<=\d)\p{L}|[^\w\s]{2,}"), "@é"), n.Lowercase()]),
                    p.WhitespaceSplit(), None),
        "words_by_expression": (n.Lowercase(), p.Split(Regex(WORDS), "isolated"), None),
        "character": (n.Lowercase(), p.CharDelimiterSplit("-"), None),
        "bounds": (None, p.Split(Regex(r"\b\w\w?\b|^\W|\d$"), "isolated"), None),
    }
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        stages[f"split_{behavior}"] = (None, p.Split(Regex(r"[-\s]|\p{Nd}"), behavior), None)
        stages[f"between_{behavior}"] = (None, p.Split("-", behavior, invert=True), None)
    made = {}
    for name, (normalizer, pre_tokenizer, processor) in stages.items():
        tokenizer = golden.word_piece(normalizer, pre_tokenizer, name, most=1000)
        golden.special(tokenizer)
        tokenizer.add_tokens([AddedToken("<a>", lstrip=True, rstrip=True, normalized=False), AddedToken("ab", normalized=True)])
        if processor:
            tokenizer.post_processor = processor
        made[name] = tokenizer
    return made


def main():
    made = make()
    entries = [{"reference": f"tokenizers {tokenizers.__version__}"}]
    for name, tokenizer in made.items():
        (OUTPUT / name).mkdir(parents=True, exist_ok=True)
        (OUTPUT / name / "tokenizer.json").write_text(tokenizer.to_str())
        entries += [golden.case(name, tokenizer, text) for text in [*OWN, *golden.TEXTS[::12]]]
        if not name.startswith("roberta"):  # whose types do not tell the two texts apart
            entries += [golden.case(name, tokenizer, first, second) for first, second in golden.PAIRS[:2]]
    golden.write_lines(OUTPUT / "cases.jsonl", entries)


if __name__ == "__main__":
    main()
