#!/usr/bin/env python3
"""Writes tests/fixtures/sentences: 200 fixed texts and what sentence-transformers makes of them.

    HF_HUB_OFFLINE=1 python tools/golden/sentences.py --model DIR --factbook FILE.jsonl

`--model` is the folder of all-MiniLM-L6-v2, `--factbook` a file of JSON lines with paragraphs ("text") of the CIA World
Factbook (public domain, CC0). Needs sentence-transformers and numpy. The result:

    minilm-200.jsonl      one object for each text: "text", "tokens" (special tokens included, at most 256), "truncated"
    minilm-200.npy        float32 [200, 384], the vector of each text, encoded alone so that nothing is padded
    minilm-200.meta.json  the versions it was made with
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import sentence_transformers
import tokenizers
import torch
import transformers

MADE_UP = [
    "",
    " ",
    "a",
    ".",
    "?!",
    "Hello",
    "hello",
    "HELLO",
    "hello hello hello",
    "The quick brown fox jumps over the lazy dog.",
    "A man is playing a guitar on a small stage.",
    "line one\nline two\r\nline three\ttabbed",
    "  leading and trailing spaces  ",
    "[CLS] the tokens of the model itself [SEP] [MASK] [PAD] [UNK]",
    "don't, can't, won't; it's O'Neill's",
    "https://example.org/path?query=1&other=two#fragment",
    "for (int i = 0; i < n; ++i) { sum += x[i] * y[i]; }",
    "1234567890 3.14159 1e-12 0x1F 50% $9.99 €20 ½ №5",
    "سلام دنیا، حالت چطوره؟",
    "می‌خواهم کتاب‌های تازه را بخوانم.",
    "معنا یعنی آنچه از یک جمله فهمیده می‌شود.",
    "مرحبا بالعالم، كيف حالك اليوم؟",
    "שלום עולם",
    "Привет, мир! Как дела?",
    "Γειά σου Κόσμε",
    "日本語のテキストと漢字かな交じり文。",
    "今天天气很好,我们去公园散步。",
    "한국어 문장도 하나 있습니다.",
    "नमस्ते दुनिया, आप कैसे हैं?",
    "สวัสดีชาวโลก",
    "Übergröße, naïve café, façade, Ångström, ĳ, ß, İstanbul",
    "e\u0301 a\u0300 o\u0302 n\u0303 \u0323\u0307 combining marks",
    "👍🏽 👩‍👩‍👧‍👦 🇮🇷 ☕️ 🎉🎉🎉",
    "zero\u200bwidth\u200dand\ufeffmarks\u00adhidden",
    "control \u0001\u0007\u001b[31mred\u001b[0m\u007f characters",
    "\ufffd replacement \ufffd characters",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "x" * 120,
    "ab" * 40 + " " + "ba" * 60,
    "— “quoted” ‘text’ … « guillemets » ‹single›",
    "𝕄𝕒𝕥𝕙 𝓯𝓸𝓷𝓽𝓼 ℝ ∑ ∫ √ ∞ ≠ ≤ ⇒",
    "ﬁne ﬂow ﷺ ㎏ Ⅷ ①",
]
COUNT = 200
LONGEST = 256


def paragraphs(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def count_tokens(tokenizer, text):
    return len(tokenizer(text, add_special_tokens=True, truncation=False)["input_ids"])


def of_length(tokenizer, text, target):
    """The words of `text` from its beginning that make `target` tokens or as few more as can be, within LONGEST."""
    words = text.split(" ")
    low, high = 1, len(words)
    while low < high:
        middle = (low + high) // 2
        if count_tokens(tokenizer, " ".join(words[:middle])) < target:
            low = middle + 1
        else:
            high = middle
    return " ".join(words[:low])


def choose(tokenizer, sources):
    """The texts above, then paragraphs: whole ones where one has the wanted length, else the beginning of a long one."""
    by_length, long = {}, []
    for text in sources:
        length = count_tokens(tokenizer, text)
        by_length.setdefault(length, text)
        if length > LONGEST + 20:
            long.append(text)
    texts = list(MADE_UP)
    texts += long[:3]  # longer than the model takes
    wanted = COUNT - len(texts)
    for i in range(wanted):
        target = 4 + round(i * (LONGEST - 4) / (wanted - 1))
        text = by_length.pop(target, None) or of_length(tokenizer, long[3 + i % (len(long) - 3)], target)
        if text in texts:
            text = of_length(tokenizer, long[3 + (i * 7 + 1) % (len(long) - 3)], target)
        texts.append(text)
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--factbook", required=True)
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[2] / "tests/fixtures/sentences")
    arguments = parser.parse_args()

    model = sentence_transformers.SentenceTransformer(arguments.model, device="cpu", local_files_only=True)
    assert model.max_seq_length == LONGEST
    texts = choose(model.tokenizer, paragraphs(arguments.factbook))
    assert len(texts) == len(set(texts)) == COUNT
    vectors = np.stack([model.encode(text, batch_size=1, convert_to_numpy=True) for text in texts])
    assert vectors.dtype == np.float32 and vectors.shape == (COUNT, 384)

    arguments.output.mkdir(parents=True, exist_ok=True)
    np.save(arguments.output / "minilm-200.npy", vectors)
    with open(arguments.output / "minilm-200.jsonl", "w", encoding="utf-8") as lines:
        for text in texts:
            tokens = count_tokens(model.tokenizer, text)
            line = {"text": text, "tokens": min(tokens, LONGEST), "truncated": tokens > LONGEST}
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    meta = {
        "model": "all-MiniLM-L6-v2",
        "texts": "made up by this project (CC0), and paragraphs of the CIA World Factbook (CC0)",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "sentence_transformers": sentence_transformers.__version__,
            "numpy": np.__version__,
        },
    }
    (arguments.output / "minilm-200.meta.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
