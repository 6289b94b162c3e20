#!/usr/bin/env python3
"""Writes tests/fixtures/word_tokenizers: tokenizers as `mana words export` writes them, and how the reference cuts texts
with them.

    pip install tokenizers==0.23.3
    python tools/golden/word_tokenizers.py build/release/bin/mana
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import tokenizers

FIXTURES = pathlib.Path(__file__).parents[2] / "tests/fixtures/word_tokenizers"
OPTIONS = {"words": [], "cased": ["--keep-case"], "persian": ["--persian"], "spaces": ["--split", "spaces"]}
WORDS = ["the", "new", "york", "new_york", "new_york_times", "los angeles", "a_b", "b_c", "times", "in", "café", "cafe\u0301",
         "strasse", "gro\u00df", "gross", "οδος", "σ", "σας", "σίσυφος", "fi", "sos", "i\u0307", "می\u200cخواهم", "می", "خواهم",
         "क\u094d\u200dष", "क\u094d", "ष", "ශ\u0dca\u200dරී", "12", "کتاب", "علی", "یک", "یک_کتاب", "user:123", "C++", "😀", "don't",
         "U.S.A.", "_x_", "x__y", "York", "[UNK]", "պտղեւ", "αι"]
TEXTS = [
    "", "I love New York, the new_york times", "new   york", "new\nyork", "NEW-YORK-TIMES in Los Angeles!", "anew york new yorker",
    "a b c", "b c a b", "a_b_c", "Straße STRASSE groß GROẞ GROSS", "ΟΔΟΣ οδος οδοσ ὉΔΌΣ", "Σ σ ς ΣΑΣ σας", "ΣΊΣΥΦΟΣ σίσυφος σίσυφοσ",
    "Σ\u0301 aΣ\u200c b Σ\u200cΑ ΑΣ\u200d", "ﬁ ſoſ İ ί ΐ ΰ ᾶ", "Café CAFE\u0301", "می\u200cخواهم می خواهم می\u200c\u200cخواهم \u200cمی\u200c",
    "क\u094d\u200dष क\u094dष क\u094d ष", "ශ\u0dca\u200dරී", "كتاب علي ١٢ ۱۲ كـتاب یک كتاب يك\u200cكتاب", "user:123 C++ 😀 don't U.S.A. _x_ x__y new_york",
    "user:123,C++\u3000😀\u00a0don't\u2028U.S.A.\x85_x_", "[UNK] x", "new\u200c york new\u200cyork new york\u200d times", "ՊՏՂԵՒ պտղև ᾳ ΑΙ",
    "new york²", "\u200d\u200cnew\u200d \u200cyork", "ꭰ Ꭰ ǅ ǆ K Å",
]


def main():
    mana = sys.argv[1]
    lines = []
    for name, options in OPTIONS.items():
        folder = FIXTURES / name
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            vectors = pathlib.Path(temporary) / "words.vec"
            vectors.write_text(f"{len(WORDS)} 1\n" + "".join(f"{word} 0.5\n" for word in WORDS))
            subprocess.run([mana, "words", "export", "--quiet", "--model", vectors, "--output", f"{temporary}/folder", *options],
                           check=True)
            (folder / "tokenizer.json").write_bytes((pathlib.Path(temporary) / "folder/tokenizer.json").read_bytes())
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        for text in TEXTS:
            encoding = tokenizer.encode(text)
            lines.append({"tokenizer": name, "text": text, "ids": encoding.ids, "offsets": encoding.offsets})
    with open(FIXTURES / "expected.jsonl", "w") as out:
        print(json.dumps({"versions": {"tokenizers": tokenizers.__version__}, "words": WORDS}, ensure_ascii=False), file=out)
        for line in lines:
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), file=out)


if __name__ == "__main__":
    main()
