"""Turns of translating with CTranslate2, for bench/translation. Reads the settings of a turn as a line of JSON, prints a line
of JSON for each.

  translate_peer.py FOLDER CT2_FOLDER SENTENCES.txt

FOLDER is a translator's, as Mana writes it, whose tokenizers are taken; CT2_FOLDER is made of it where it is not there.
A turn {"type": "float32"|"int8", "inter": n, "intra": n, "beam": n, "batch_tokens": n, "one": bool}: all sentences, with
tokenizing; or each by itself.
"""
import json
import os
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"


def main():
    import ctranslate2
    from transformers import MarianTokenizer

    folder, converted, sentences_file = sys.argv[1:4]
    if not Path(converted, "model.bin").exists():
        ctranslate2.converters.TransformersConverter(folder).convert(converted, force=True)
    tokenizer = MarianTokenizer.from_pretrained(folder)
    sentences = Path(sentences_file).read_text(encoding="utf-8").splitlines()
    translators = {}
    for line in sys.stdin:
        turn = json.loads(line)
        key = (turn["type"], turn["inter"], turn["intra"])
        if key not in translators:
            translators.clear()
            translators[key] = ctranslate2.Translator(converted, device="cpu", compute_type=key[0], inter_threads=key[1], intra_threads=key[2])
        options = {"beam_size": turn["beam"], "batch_type": "tokens", "max_batch_size": turn["batch_tokens"], "max_decoding_length": 128}

        def translate(texts):
            tokens = [tokenizer.convert_ids_to_tokens(ids) for ids in tokenizer(texts)["input_ids"]]
            found = [result.hypotheses[0] for result in translators[key].translate_batch(tokens, **options)]
            return [tokenizer.decode(tokenizer.convert_tokens_to_ids(each)) for each in found], sum(map(len, found))

        translate(sentences[:8])
        start = time.perf_counter()
        if turn["one"]:
            times = []
            for sentence in sentences[:200]:
                begin = time.perf_counter()
                translate([sentence])
                times.append(time.perf_counter() - begin)
            times.sort()
            answer = {"p50_ms": 1e3 * times[len(times) // 2], "p99_ms": 1e3 * times[len(times) * 99 // 100]}
        else:
            texts, tokens = translate(sentences)
            seconds = time.perf_counter() - start
            answer = {"sentences_per_second": len(sentences) / seconds, "tokens_per_second": tokens / seconds, "texts": texts}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
