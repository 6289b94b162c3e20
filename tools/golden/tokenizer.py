#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer: small tokenizers, and what the reference makes of difficult texts with them.

    pip install tokenizers==0.23.3
    python tools/golden/tokenizer.py [--model FOLDER] [--bge FOLDER]

`--model` is the default model's folder and `--bge` that of BAAI/bge-small-en; without them their cases are left as they
are. `--random N` makes so many random cases: more than are worth keeping for a longer search.
"""

import argparse
import json
import pathlib
import random
import zlib

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from tokenizer_texts import ALPHABET, BROKEN, PAIRS, TEXTS

FIXTURES = pathlib.Path(__file__).parents[2] / "tests/fixtures/tokenizer"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["hello", "world", "the", "un", "##want", "##ed", "runn", "##ing", "want", "is", "##n", "new", "york", "can", "##not",
         "New", "York", "Hel", "##lo", "می", "##روم", "کتاب", "##ها", "سلام", "##های", "straße", "strasse", "##aße"]
# The words of mana/text/word_segmenter.h, as the files that Mana writes ask for them.
UNICODE_WORDS = pre_tokenizers.Split(
    tokenizers.Regex("[\\p{L}\\p{M}\\p{N}]+(?:\u200c[\\p{L}\\p{M}\\p{N}]+)*"), "removed", invert=True)


def every_character(normalizer):
    """All that the texts are made of after normalisation, a few letters left out so that there are unknown words."""
    texts = [*TEXTS, *(t for pair in PAIRS for t in pair), *ALPHABET]
    characters = {c for t in texts for c in (normalizer.normalize_str(t) if normalizer else t)}
    return sorted(characters - set(" \t\n\rqж中Ω"))


def word_piece(normalizer, pre_tokenizer, name, most=100, prefix="##"):
    characters = every_character(normalizer)
    tokens = SPECIAL + [w for w in WORDS if prefix == "##" or not w.startswith("##")]
    tokens += characters + [prefix + c for c in characters]
    vocabulary = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=most,
                                           continuing_subword_prefix=prefix))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.WordPiece(prefix=prefix)
    return tokenizer


def special(tokenizer):
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    return tokenizer


def bert(**options):
    return normalizers.BertNormalizer(**options)


def make_tokenizers():
    n, p = normalizers, pre_tokenizers
    bert_template = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made = {}

    def make(name, normalizer, pre_tokenizer, processor=None, add=(), keep_special=True, **options):
        tokenizer = word_piece(normalizer, pre_tokenizer, name, **options)
        if keep_special:
            special(tokenizer)
        tokenizer.add_tokens(list(add))
        if processor:
            tokenizer.post_processor = processor
        made[name] = tokenizer

    make("uncased", bert(), p.BertPreTokenizer(), bert_template)
    made["uncased"].enable_truncation(7)  # entries that every reader has to ignore
    made["uncased"].enable_padding(length=9)
    make("cased", bert(lowercase=False), p.BertPreTokenizer(), processors.TemplateProcessing(
        single="[CLS] $A [SEP] [SEP]", pair="[CLS]:3 $B:2 [SEP] $A:1 [MASK]:5 $B:4",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3), processors_token("[MASK]", [4, 1])]))
    make("raw", None, p.WhitespaceSplit(), most=8, keep_special=False)
    made["raw"].decoder = None
    make("unclean", bert(clean_text=False, handle_chinese_chars=False, strip_accents=False), p.BertPreTokenizer())
    make("accents", bert(clean_text=False, strip_accents=True, lowercase=False), p.Whitespace(), most=1000)
    make("nfc", n.NFC(), None, most=1000)
    make("nfd", n.NFD(), None, most=1000)
    make("nfkc", n.NFKC(), None, most=1000)
    make("nfkd", n.NFKD(), None, most=1000)
    make("sequence", n.Sequence([n.Replace("``", '"'), n.Replace("é", "ee"), n.NFKD(), n.StripAccents(), n.Lowercase(),
                                 n.Strip(True, False), n.Sequence([n.NFC()])]),
         p.Sequence([p.Whitespace(), p.Digits(individual_digits=True)]), bert_template, most=1000)
    make("punctuation", n.Strip(), p.Sequence([p.Punctuation("merged_with_next"), p.Digits()]), most=1000, prefix="")
    make("contiguous", n.Lowercase(), p.Sequence([p.Punctuation("contiguous"), p.WhitespaceSplit()]), most=1000)
    make("previous", n.Lowercase(), p.Punctuation("merged_with_previous"), most=1000)
    make("removed", n.Lowercase(), p.Sequence([p.Punctuation("removed"), p.BertPreTokenizer()]), most=1000)
    made["removed"].decoder = decoders.WordPiece(cleanup=False)
    make("added", bert(), p.BertPreTokenizer(), bert_template, add=[
        AddedToken("New York", normalized=True), AddedToken("Héllo", normalized=True, single_word=True),
        AddedToken("<a>", lstrip=True, normalized=False), AddedToken("<b>", rstrip=True, normalized=False),
        AddedToken("<ab>", lstrip=True, rstrip=True, normalized=False), AddedToken("<abc>", normalized=False, special=True),
        AddedToken("run", single_word=True, normalized=False), AddedToken("کتاب‌ها", normalized=False),
        AddedToken("İs", normalized=True, lstrip=True, rstrip=True), AddedToken("中文", normalized=True),
        AddedToken("world", normalized=True, special=True)])
    make("original", bert(lowercase=False), p.BertPreTokenizer(), bert_template, add=[
        AddedToken("<a>", lstrip=True, normalized=False), AddedToken("<b>", rstrip=True, normalized=False),
        AddedToken("é", normalized=False), AddedToken("##ing", normalized=False), AddedToken("ing", normalized=False)])
    # In the order of mana/text/word_segmenter.cc.
    zeros = 0x660, 0x6F0
    persian = [n.Replace("\u064a", "\u06cc"), n.Replace("\u0649", "\u06cc"), n.Replace("\u0643", "\u06a9"),
               *(n.Replace(chr(zero + digit), str(digit)) for zero in zeros for digit in range(10)),
               n.Replace("\u0640", "")]
    for name, stages in {"words": [n.Lowercase()], "words_persian": [n.Lowercase(), *persian]}.items():
        made[name] = word_level(n.Sequence(stages), UNICODE_WORDS)
    return made


WORD_TEXTS = ["\u0643\u062a\u0627\u0628 \u064a\u0649 \u0661\u0662 \u06f1\u06f2", "\u0645\u06cc\u200c\u0631\u0648\u0645, \u200c\u0645\u06cc\u200c \u0645\u06cc\u200c\u200c\u0631\u0648\u0645",
              "\u0645\u06cc\u200c\u0640\u0631\u0648\u0645 \u0640\u0640", "don't e-mail x_y a1b2 \u2167 \u00b2\u00bd \u0130stanbul", "\u200c\u200ca\u200cb\u200d\u0301c"]


def word_level(normalizer, pre_tokenizer):
    """Every other word of the texts is in the vocabulary."""
    found = {}
    for text in [*TEXTS, *(t for pair in PAIRS for t in pair), *WORD_TEXTS]:
        for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text)):
            found.setdefault(word, len(found))
    vocabulary = [word for word, i in found.items() if i % 2 == 0 and len(word) < 50] + ["[UNK]"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def processors_token(token, ids):
    return {"id": token, "ids": ids, "tokens": [f"{token}{i}" for i in ids]}


def byte_offsets(code_point_bytes, offsets):
    starts = [0]
    for size in code_point_bytes:
        starts.append(starts[-1] + size)
    return [[starts[a], starts[b]] for a, b in offsets]


def decode_broken(raw):
    """As bytes.decode("utf-8", "replace"), and how many bytes each code point stands for."""
    text, sizes, at = "", [], 0
    while at < len(raw):
        try:
            rest = raw[at:].decode()
            end, broken = len(raw), 0
        except UnicodeDecodeError as error:
            rest, end, broken = raw[at : at + error.start].decode(), at + error.start, error.end - error.start
        text += rest
        sizes += [len(c.encode()) for c in rest]
        if broken:
            text += "\ufffd"
            sizes.append(broken)
        at = end + broken
    assert text == raw.decode("utf-8", "replace")
    return text, sizes


def case(name, tokenizer, text, pair=None, maximum=None, strategy="longest_first", special_tokens=True, raw=None):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    total = len(tokenizer.encode(text, pair, add_special_tokens=special_tokens).ids)
    entry = {"tokenizer": name}
    if raw is None:
        entry["text"] = text
        sizes = [len(c.encode()) for c in text]
    else:
        entry["hex"] = raw.hex()
        sizes = decode_broken(raw)[1]
    if pair is not None:
        entry["pair"] = pair
    if maximum is not None:
        entry |= {"max_tokens": maximum, "truncation": strategy}
        tokenizer.enable_truncation(maximum, strategy=strategy)
    if not special_tokens:
        entry["special_tokens"] = False
    try:
        encoding = tokenizer.encode(text, pair, add_special_tokens=special_tokens)
    except Exception:
        return entry | {"error": True}
    finally:
        tokenizer.no_truncation()
    offsets = encoding.offsets
    # Which text a token is from; where a template has the second one twice, its types say so.
    texts = [int(kind in (2, 4)) for kind in encoding.type_ids] if name == "cased" else [s or 0 for s in encoding.sequence_ids]
    entry["ids"] = encoding.ids
    entry["code_points"] = [list(o) for o in offsets]
    both = [sizes, [len(c.encode()) for c in pair or ""]]
    entry["offsets"] = [byte_offsets(both[text], [o])[0] if o != (0, 0) else [0, 0] for text, o in zip(texts, offsets)]
    entry["type_ids"] = encoding.type_ids
    entry["special"] = encoding.special_tokens_mask
    entry["total"] = total
    if entry["code_points"] == entry["offsets"]:
        del entry["code_points"]
    for key in ("type_ids", "special"):
        if not any(entry[key]):
            del entry[key]
    entry["decoded"] = [tokenizer.decode(encoding.ids, skip_special_tokens=s) for s in (True, False)]
    return entry


def cases(name, tokenizer):
    for text in [*TEXTS, *(WORD_TEXTS if name.startswith("words") else [])]:
        yield case(name, tokenizer, text)
    if name in ("uncased", "cased", "raw", "added", "words"):
        for raw in BROKEN:
            yield case(name, tokenizer, raw.decode("utf-8", "replace"), raw=raw)
    for first, second in PAIRS:
        yield case(name, tokenizer, first, second)
        yield case(name, tokenizer, first, second, special_tokens=False)
    if name in ("uncased", "cased", "raw", "model"):
        yield from truncated(name, tokenizer)


def truncated(name, tokenizer):
    for first, second in PAIRS:
        for maximum in (6, 7, 8, 9, 11, 12, 20, 21):
            yield case(name, tokenizer, first, None, maximum)
            yield case(name, tokenizer, first, None, maximum, special_tokens=False)
            for strategy in ("longest_first", "only_first", "only_second"):
                yield case(name, tokenizer, first, second, maximum, strategy)


def random_cases(made, count):
    choose = random.Random(1)
    for _ in range(count):
        name = choose.choice(sorted(made))
        text = "".join(choose.choice(ALPHABET) for _ in range(choose.randrange(1, 24)))
        raw = None
        if choose.random() < 0.1:
            raw = bytearray(text.encode())
            for _ in range(choose.randrange(1, 4)):
                raw[choose.randrange(len(raw))] = choose.randrange(256)
            raw = bytes(raw)
            text = raw.decode("utf-8", "replace")
        yield case(name, made[name], text, raw=raw, special_tokens=choose.random() < 0.8)


def write_lines(path, entries):
    with open(path, "w") as out:
        for entry in entries:
            print(json.dumps(entry, ensure_ascii=False, separators=(",", ":")), file=out)
    print(path, path.stat().st_size)


def digests(model):
    """CRC-32 of what every stage makes of every code point in two contexts, for each 0x2000 code points."""
    n, p = normalizers, pre_tokenizers
    stages = {
        "BertNormalizer": bert().normalize_str,
        "BertNormalizer cased": bert(lowercase=False).normalize_str,
        "BertNormalizer accents": bert(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False).normalize_str,
        "BertNormalizer lower": bert(clean_text=False, handle_chinese_chars=False, strip_accents=False).normalize_str,
        "Lowercase": n.Lowercase().normalize_str, "StripAccents": n.StripAccents().normalize_str,
        "NFC": n.NFC().normalize_str, "NFD": n.NFD().normalize_str,
        "NFKC": n.NFKC().normalize_str, "NFKD": n.NFKD().normalize_str,
    }
    for name, stage in {"BertPreTokenizer": p.BertPreTokenizer(), "Whitespace": p.Whitespace(),
                        "WhitespaceSplit": p.WhitespaceSplit(), "Punctuation": p.Punctuation(),
                        "Digits": p.Digits(), "UnicodeWords": UNICODE_WORDS}.items():
        stages[name] = lambda t, stage=stage: "\x01".join(piece for piece, _ in stage.pre_tokenize_str(t))
    if model:
        def ids(text):
            encoding = model.encode(text, add_special_tokens=False)
            return " ".join(f"{i}:{a}-{b}" for i, (a, b) in zip(encoding.ids, encoding.offsets))
        stages["model"] = ids
    for name, stage in stages.items():
        crcs = []
        for start in range(0, 0x110000, 0x2000):
            block = "\n".join(stage(text) for c in range(start, start + 0x2000) if not 0xD800 <= c < 0xE000
                              for text in (f"a{chr(c)}b", f"\u00e9\u0327{chr(c)}\u0301\u0323x"))
            crcs.append(zlib.crc32(block.encode()))
        yield {"stage": name, "crc32": crcs}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model", type=pathlib.Path)
    arguments.add_argument("--bge", type=pathlib.Path)
    arguments.add_argument("--random", type=int, default=300)
    arguments.add_argument("--output", type=pathlib.Path, default=FIXTURES)
    arguments = arguments.parse_args()
    output = arguments.output
    version = {"reference": f"tokenizers {tokenizers.__version__}"}
    made = make_tokenizers()
    for name, tokenizer in made.items():
        (output / name).mkdir(parents=True, exist_ok=True)
        (output / name / "tokenizer.json").write_text(tokenizer.to_str())
    write_lines(output / "random.jsonl", [version, *random_cases(made, arguments.random)])
    write_lines(output / "cases.jsonl", [version, *(c for name, t in made.items() for c in cases(name, t))])
    model = None
    for name, folder in {"model": arguments.model, "bge": arguments.bge}.items():
        if folder:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            write_lines(output / f"{name}.jsonl", [version, *cases(name, tokenizer)])
            model = tokenizer if name == "model" else model
    if model:
        write_lines(output / "digests.jsonl", [version, *digests(model)])


if __name__ == "__main__":
    main()
