#!/usr/bin/env python3
"""Writes src/mana/text/newer_properties.inc: what Oniguruma in the Rust `tokenizers` takes for a letter, a mark, ... and PCRE2 does not.

    pip install tokenizers==0.23.3
    python tools/golden/newer_properties.py [--digests]

PCRE2 is the one of this machine, which has to be that of Debian 12 (10.42, Unicode 14). `--digests` prints the CRC-32 of every
property over all code points, a byte for each, for regular_expression_test.cc.
"""

import argparse
import ctypes
import pathlib
import zlib

import tokenizers
from tokenizers import Regex, pre_tokenizers

OUTPUT = pathlib.Path(__file__).parents[2] / "src/mana/text/newer_properties.inc"
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cf".split()
SCRIPTS = ("Han Hiragana Katakana Hangul Latin Greek Cyrillic Arabic Hebrew Thai Bengali Tamil Telugu Georgian Armenian Devanagari "
           "Ethiopic Khmer Tibetan").split()
TESTED = [r"\p{L}", r"\p{M}", r"\p{N}", r"\p{P}", r"\p{S}", r"\p{Z}", r"\p{Lu}", r"\p{Nd}", r"\p{Han}", r"\p{Latin}", r"\w", r"\s", r"\d", r"\D",
          r"\P{L}", r"[^\s\p{L}\p{N}]"]
CODE_POINTS = [c for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000]
TEXT = "".join(map(chr, CODE_POINTS))
UTF, NO_CHECK, JIT, NO_MATCH = 0x00080000, 0x40000000, 1, -1


def oniguruma(pattern):
    split = pre_tokenizers.Split(Regex(f"(?:{pattern})+"), "removed", invert=True)
    return {i for _, (begin, end) in split.pre_tokenize_str(TEXT) for i in range(begin, end)}


class Pcre2:
    def __init__(self):
        self.library = ctypes.CDLL("libpcre2-8.so.0")
        self.library.pcre2_compile_8.restype = self.library.pcre2_match_data_create_8.restype = ctypes.c_void_p
        self.library.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(ctypes.c_size_t)
        self.data = ctypes.c_void_p(self.library.pcre2_match_data_create_8(1, None))
        self.text = TEXT.encode()
        self.places, at = {}, 0
        for i, c in enumerate(TEXT):
            self.places[at] = i
            at += len(c.encode())
        self.places[at] = len(TEXT)

    def __call__(self, pattern):
        bytes_ = f"{pattern}+".encode()
        error, place = ctypes.c_int(), ctypes.c_size_t()
        code = ctypes.c_void_p(self.library.pcre2_compile_8(bytes_, ctypes.c_size_t(len(bytes_)), UTF, ctypes.byref(error),
                                                            ctypes.byref(place), None))
        self.library.pcre2_jit_compile_8(code, JIT)
        found, at = set(), 0
        while True:
            result = self.library.pcre2_match_8(code, self.text, ctypes.c_size_t(len(self.text)), ctypes.c_size_t(at), NO_CHECK, self.data, None)
            if result == NO_MATCH:
                return found
            assert result > 0, result
            ends = self.library.pcre2_get_ovector_pointer_8(self.data)
            at = ends[1]
            found.update(range(self.places[ends[0]], self.places[at]))


def ranges(places):
    all_ = []
    for c in (CODE_POINTS[i] for i in sorted(places)):
        if all_ and all_[-1][1] == c - 1:
            all_[-1][1] = c
        else:
            all_.append([c, c])
    return all_


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digests", action="store_true")
    if parser.parse_args().digests:
        for pattern in TESTED:
            flags = bytearray(0x110000)
            for i in oniguruma(pattern):
                flags[CODE_POINTS[i]] = 1
            print(pattern, hex(zlib.crc32(flags)))
        return
    pcre2 = Pcre2()
    with open(OUTPUT, "w") as out:
        print(f"// Made by tools/golden/newer_properties.py of the Rust tokenizers {tokenizers.__version__} and PCRE2 10.42.", file=out)
        for name in CATEGORIES + SCRIPTS:
            newer = oniguruma(rf"\p{{{name}}}") - pcre2(rf"\p{{{'sc:' if name in SCRIPTS else ''}{name}}}")
            for first, last in ranges(newer):
                print(f'{{0x{first:X}, 0x{last:X}, "{name}"}},', file=out)
        alphabetic = oniguruma(r"\p{Alphabetic}") - pcre2(r"\p{Alphabetic}") - oniguruma(r"[\p{L}\p{M}]")
        for first, last in ranges(alphabetic):
            print(f'{{0x{first:X}, 0x{last:X}, "Alphabetic"}},', file=out)


if __name__ == "__main__":
    main()
