#!/usr/bin/env python3
"""Writes tests/fixtures/bert_japanese: what transformers' BertJapaneseTokenizer makes of Japanese texts, by several settings.

    apt-get install mecab-ipadic-utf8
    pip install transformers==5.23.0 tokenizers==0.23.3 fugashi==1.5.2
    python tools/golden/bert_japanese.py [--output FOLDER]

The sentences are our own. The dictionary is Debian's (2.7.0-20070801+main-3): unlike that of the Python package ipadic 1.0.0 it
knows the era Reiwa. The class itself gives no offsets, so these come from the Rust `tokenizers` with the same stages.
"""

import argparse
import json
import pathlib
import random
import tempfile

import fugashi
from tokenizers import NormalizedString, PreTokenizedString, Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertJapaneseTokenizer

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/fixtures/bert_japanese"
DICTIONARY = "/var/lib/mecab/dic/ipadic-utf8"

WHO = ["私", "彼女", "田中さん", "子供たち", "先生", "うちの猫", "隣の人", "社長", "学生", "祖母"]
WHERE = ["東京", "京都駅", "北海道の牧場", "駅前の喫茶店", "図書館", "公園のベンチ", "大阪府堺市", "海辺", "会議室", "台所"]
WHAT = ["本を読んでいました", "友達を待っている", "写真を撮りたい", "昼ごはんを食べた", "機械学習を勉強します", "歌を歌わなかった",
        "新しい靴を買おうとした", "自然言語処理について話した", "コーヒーを三杯も飲んだ", "雨が止むのを待った"]
DIFFICULT = [
    "", " ", "　", "\n", " \t\r\n", "。", "猫", "すもももももももものうち", "私は猫が好きです", "東京都に住んでいます", "自然言語処理",
    "令和元年五月一日", "平成と昭和と令和", "㍻から㋿へ", "ＡＢＣ１２３！？", "ｶﾞｷﾞｸﾞｹﾞｺﾞ ﾊﾟﾋﾟﾌﾟ", "ﾊﾝｶｸｶﾅとゼンカクカナ", "㈱山田商店の㌔数は㍑", "①②③ ㊤㊥㊦ ℃ ™",
    "か\u3099き\u3099は\u309a", "ﾞ゛゜", "🎉お誕生日おめでとう🎂🍰", "👨‍👩‍👧‍👦家族👍🏽", "笑顔😀と涙😢", "一行目です\n二行目です\r\n三行目です", "行末\n\n\n空行",
    "全角　スペース　です", "タブ\tと\x0bと\x0cと\x1cと\x85と\u2028と", "Google社はPythonとC++を使う", "iPhone15 Proを買った", "HELLO Worldと言った",
    "ΣΑΣ ΟΔΟΣ と İstanbul と H\u0331", "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｃｏｍ／", "https://example.com/日本語?q=1&r=2", "a_b-c.d@e.jp 宛",
    "1,234円と３．１４と２０２４年", "一二三四五六七八九十百千万億", "「こんにちは」と（彼は）言った…", "〜ー−―‐〰", "・々〆〇〻ゝゞヽヾ", "、。，．・：；？！",
    "ニャーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーーー", "ア" * 60, "あ" * 150, "x" * 130, "漢" * 40, "w" * 10 + "草",
    "한국어와 中文 и русский ελληνικά", "नमस्ते سلام שלום", "\u200bゼロ幅\u200d\ufeff文字", "\ue000私用\ue001", "\ufffd壊れた", "𠮟る𩸽を食べる", "辻󠄀さん", "髙橋と﨑",
    "[CLS]と[MASK]と[SEP]", "[UNK] [mask] [PAD]です", "##猫 # #", "Ⅷ世とⅳ章", "½と²と™", "¨と´と｀", "Ꭰꭰ ẞß ŉ ǰ", "ﬁﬂ ﷺ", "東京特許許可局", "外国人参政権",
    "くるまでまつ", "はははははと笑った", "にわにはにわにわとりがいる", "コンピューターサイエンス", "スペース  が  二つ", " 前後に空白 ", "\t行頭", "改行で終わる\n",
]
SETTINGS = {
    "wordpiece": {"subword_tokenizer_type": "wordpiece"},
    "character": {"subword_tokenizer_type": "character"},
    "lower": {"do_lower_case": True, "never_split": ["Google"]},
    "lower character": {"do_lower_case": True, "subword_tokenizer_type": "character"},
    "unnormalized": {"normalize_text": False},
    "unnormalized character": {"normalize_text": False, "subword_tokenizer_type": "character"},
    "words": {"do_subword_tokenize": False},
    "spaces": {"do_word_tokenize": False},
    "basic": {"word_tokenizer_type": "basic"},
    "basic lower": {"word_tokenizer_type": "basic", "do_lower_case": True},
    "basic character": {"word_tokenizer_type": "basic", "do_lower_case": True, "subword_tokenizer_type": "character"},
}


def config_of(setting, folder=None):
    """tokenizer_config.json; `folder` is where the dictionary of its name lies."""
    config = {"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab", **setting}
    normalize = config.pop("normalize_text", True)
    config["mecab_kwargs"] = {"mecab_dic": "ipadic", "normalize_text": normalize}
    if folder:
        config["mecab_kwargs"] = {"mecab_dic": None, "mecab_option": f"-d {folder} -r /dev/null", "normalize_text": normalize}
    return config


def texts():
    choose = random.Random(7)
    made = {f"{choose.choice(WHO)}は{choose.choice(WHERE)}で{choose.choice(WHAT)}。": None for _ in range(180)}
    return DIFFICULT + list(made)[:130]


def vocabulary(all_texts, tagger):
    """Frequent words, pieces of them and most characters, so that some words are cut and some are unknown."""
    counts, letters = {}, {}
    for text in all_texts:
        for form in (text, normalizers.NFKC().normalize_str(text)):
            for word in {w.surface for w in tagger(form)} | {w.surface.lower() for w in tagger(form)}:
                counts[word] = counts.get(word, 0) + 1
                for letter in word:
                    letters[letter] = letters.get(letter, 0) + 1
    words = [w for w, n in sorted(counts.items()) if n >= 4 and len(w) > 1 and not set(w) & set(" \r\n\x0b\x0c\x1c\x85\u2028\u3000")]
    single = [c for c in sorted(letters) if not c.isspace() and ord(c) % 7 != 3]
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *single, *["##" + c for c in single if ord(c) % 5 != 1]]


class Words:
    """The pre-tokenizer of the Rust library that cuts as the class does."""

    def __init__(self, tagger, characters):
        self.tagger, self.characters = tagger, characters

    def cut(self, _, text: NormalizedString):
        whole, at, found = str(text), 0, []
        for word in self.tagger(whole):
            begin = whole.index(word.surface, at)
            at = begin + len(word.surface)
            if self.characters:
                found += [text[i:i + 1] for i in range(begin, at)]
                continue
            inner = begin
            for part in word.surface.split():
                inner = whole.index(part, inner)
                found.append(text[inner:inner + len(part)])
                inner += len(part)
        return found

    def pre_tokenize(self, text: PreTokenizedString):
        text.split(self.cut)


def offsets_of(text, tagger, tokens, characters):
    """(ids, ranges of bytes) without special tokens."""
    ids = {token: i for i, token in enumerate(tokens)}
    model = models.WordLevel(ids, "[UNK]") if characters else models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100)
    rust = Tokenizer(model)
    rust.normalizer = normalizers.Sequence([normalizers.Replace("㋿", "令和"), normalizers.NFKC()])  # its Unicode is older
    rust.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(Words(tagger, characters))
    for token in tokens[:5]:
        rust.add_special_tokens([token])
    encoding = rust.encode(text, add_special_tokens=False)
    sizes = [0]
    for letter in text:
        sizes.append(sizes[-1] + len(letter.encode()))
    return encoding.ids, [[sizes[a], sizes[b]] for a, b in encoding.offsets]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    tagger = fugashi.GenericTagger(f"-d {DICTIONARY} -r /dev/null")
    all_texts = texts()
    tokens = vocabulary(all_texts, tagger)
    (folder / "vocab.txt").write_text("".join(token + "\n" for token in tokens))

    made = {}
    for name, setting in SETTINGS.items():
        with tempfile.TemporaryDirectory() as temporary:
            pathlib.Path(temporary, "vocab.txt").write_text("".join(token + "\n" for token in tokens))
            pathlib.Path(temporary, "tokenizer_config.json").write_text(json.dumps(config_of(setting, DICTIONARY)))
            made[name] = BertJapaneseTokenizer.from_pretrained(temporary)
    (folder / "settings.json").write_text(
        json.dumps([{"name": n, "config": config_of(s)} for n, s in SETTINGS.items()], indent=1) + "\n")

    with open(folder / "cases.jsonl", "w") as out:
        for i, text in enumerate(all_texts):
            case = {"text": text, "ids": {}, "offsets": {}}
            for name, tokenizer in made.items():
                if i >= len(DIFFICULT) and name not in ("wordpiece", "character"):
                    continue
                case["ids"][name] = tokenizer(text)["input_ids"]
                if name in ("wordpiece", "character"):
                    ids, offsets = offsets_of(text, tagger, tokens, name == "character")
                    assert ids == case["ids"][name][1:-1], (name, text, ids, case["ids"][name])
                    if i < len(DIFFICULT) or name == "wordpiece":
                        case["offsets"][name] = [place for pair in offsets for place in pair]
            if i < len(DIFFICULT):
                case["decoded"] = made["wordpiece"].decode(case["ids"]["wordpiece"], skip_special_tokens=True)
            out.write(json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{len(all_texts)} texts, {len(tokens)} tokens")


if __name__ == "__main__":
    main()
