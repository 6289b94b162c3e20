#!/usr/bin/env python3
"""Writes src/mana/text/unicode_tables.inc: what the reference tokenizer knows about every code point.

The Rust `tokenizers` take their Unicode data from several crates of different ages, so no Unicode library agrees with
them everywhere. This script asks the installed `tokenizers` themselves, code point by code point:

    pip install tokenizers==0.23.3
    python tools/golden/unicode_tables.py
"""

import pathlib
import unicodedata
from collections import Counter

import tokenizers
from tokenizers import normalizers, pre_tokenizers

OUTPUT = pathlib.Path(__file__).parents[2] / "src/mana/text/unicode_tables.inc"
BLOCK = 128
HANGUL = range(0xAC00, 0xAC00 + 11172)
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]

# The order is that of the bits in unicode.h.
FLAGS = ["control", "whitespace", "cjk", "nonspacing", "combining", "punctuation", "numeric", "word",
         "decomposes", "lowers", "nonstarter", "compatibility", "in_word"]


def bert(**options):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **options}).normalize_str


clean = bert(clean_text=True)
chinese = bert(handle_chinese_chars=True)
stripped = bert(strip_accents=True)
lowercase = normalizers.Lowercase().normalize_str
strip_accents = normalizers.StripAccents().normalize_str
nfd, nfc, nfkd = (f().normalize_str for f in (normalizers.NFD, normalizers.NFC, normalizers.NFKD))


def pieces(pre_tokenizer, text):
    return [piece for piece, _ in pre_tokenizer.pre_tokenize_str(text)]


words, spaces = pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit()
punctuation, digits = pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)
bert_pieces = pre_tokenizers.BertPreTokenizer()
in_words = pre_tokenizers.Split(tokenizers.Regex(r"[\p{L}\p{M}\p{N}]+"), "removed", invert=True)


def combining_class(c):
    """The class that canonical ordering sorts by. Classes never change once given, only which code points have one."""
    moves_before = c != "\u0345" and nfd("a\u0345" + c) == "a" + c + "\u0345"  # class < 240
    moves_after = c != "\u0315" and nfd(c + "\u0315") == "\u0315" + c  # class > 232
    if not (moves_before or moves_after):
        return 0
    known = unicodedata.combining(c)
    assert known, f"U+{ord(c):04X} is a nonstarter that Python does not know"
    assert (known < 240) == moves_before and (known > 232) == moves_after, hex(ord(c))
    return known


def probe(code_point):
    c = chr(code_point)
    flags = set()
    cleaned = clean("a" + c + "b")
    spaced = pieces(spaces, "a" + c + "b") == ["a", "b"]
    if cleaned == "ab":
        flags.add("control")
    elif cleaned != "a" + c + "b":
        assert cleaned == "a b", hex(code_point)
        assert spaced
    if spaced:
        flags.add("whitespace")
    if chinese(c) != c:
        assert chinese(c) == f" {c} "
        flags.add("cjk")
    if strip_accents("a" + c) == "a":
        flags.add("combining")
    isolated = pieces(punctuation, "a" + c + "b") == ["a", c, "b"]
    if isolated:
        flags.add("punctuation")
    assert (pieces(bert_pieces, "a" + c + "b") == ["a", c, "b"]) == isolated, hex(code_point)
    if pieces(digits, "a" + c) == ["a", c]:
        flags.add("numeric")
    if pieces(words, "a" + c) == ["a" + c]:
        flags.add("word")
    if pieces(in_words, c):
        flags.add("in_word")
    assert (pieces(words, "a" + c) == ["a"]) == spaced, hex(code_point)

    canonical, compatible, lower = nfd(c), nfkd(c), lowercase(c)
    if canonical != c:
        flags.add("decomposes")
    elif stripped("a" + c) == "a":
        flags.add("nonspacing")
    if compatible != canonical:
        flags.add("compatibility")
    delta = 0
    if lower != c:
        flags.add("lowers")
        assert len(lower) == 1 or (code_point, lower) == (0x130, "i\u0307"), hex(code_point)
        delta = ord(lower[0]) - code_point
    combining = combining_class(c) if canonical == c else 0
    if combining:
        flags.add("nonstarter")
    return sum(1 << FLAGS.index(f) for f in flags), combining, delta


class Pool:
    """Code points of all decompositions, one after another; a sequence that is there already is used again."""

    def __init__(self):
        self.text = ""

    def place(self, sequence):
        at = self.text.find(sequence)
        if at < 0:
            at = len(self.text)
            self.text += sequence
        return at


def compositions():
    """(first, second, composite): what NFC puts together, Hangul left out."""
    for c in map(chr, CODE_POINTS):
        canonical = nfd(c)
        if len(canonical) < 2 or nfc(canonical) != c or ord(c) in HANGUL:
            continue
        first = nfc(canonical[:-1])
        assert len(first) == 1, hex(ord(c))
        yield ord(first), ord(canonical[-1]), ord(c)


def rows(values):
    line = ""
    for value in values:
        item = f"{value},"
        if len(line) + len(item) > 118:
            yield line
            line = ""
        line += item
    if line:
        yield line


def array(declaration, values):
    return f"constexpr {declaration} = {{\n" + "\n".join(rows(values)) + "\n};\n"


def main():
    probed = {c: probe(c) for c in CODE_POINTS}
    surrogate = (1 << FLAGS.index("control"), 0, 0)
    everything = [probed.get(c, surrogate) for c in range(0x110000)]
    records = [record for record, _ in Counter(everything).most_common()]
    assert len(records) <= 256, len(records)
    number = {record: i for i, record in enumerate(records)}

    blocks, block_numbers = {}, []
    for start in range(0, 0x110000, BLOCK):
        block = tuple(number[r] for r in everything[start : start + BLOCK])
        block_numbers.append(blocks.setdefault(block, len(blocks)))

    pool, canonical, compatible = Pool(), [], []
    for c in CODE_POINTS:
        if c in HANGUL:
            continue
        d, k = nfd(chr(c)), nfkd(chr(c))
        if k != d:
            compatible.append((c, k))
        if d != chr(c):
            canonical.append((c, d))
    places = {s: pool.place(s) for s in sorted({s for _, s in canonical + compatible}, key=lambda s: (-len(s), s))}

    def entries(decompositions):
        return [f"{{{c},{places[s]},{len(s)}}}" for c, s in decompositions]

    pairs = sorted(compositions())
    parts = [
        "// Generated by tools/golden/unicode_tables.py by probing "
        f"tokenizers {tokenizers.__version__}. Do not edit.\n// clang-format off\n",
        array(f"Properties kRecords[{len(records)}]", [f"{{{f},{k},{d}}}" for f, k, d in records]),
        array(f"std::uint16_t kBlocks[{len(block_numbers)}]", block_numbers),
        array(f"std::uint8_t kRecordNumbers[{len(blocks) * BLOCK}]", [n for block in blocks for n in block]),
        array(f"Decomposition kCanonical[{len(canonical)}]", entries(canonical)),
        array(f"Decomposition kCompatible[{len(compatible)}]", entries(compatible)),
        array(f"char32_t kDecomposed[{len(pool.text)}]", [ord(c) for c in pool.text]),
        array(f"Composition kCompositions[{len(pairs)}]", [f"{{{a},{b},{c}}}" for a, b, c in pairs]),
        "// clang-format on\n",
    ]
    OUTPUT.write_text("\n".join(parts))
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes, {len(records)} records, {len(blocks)} blocks, "
          f"{len(canonical)} + {len(compatible)} decompositions, {len(pool.text)} code points, {len(pairs)} pairs")


if __name__ == "__main__":
    main()
