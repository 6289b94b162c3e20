#!/usr/bin/env python3
"""Writes tests/fixtures/translation/guided.json: what others translate with the models of translation.py where they are
told how a translation begins, what never appears in it, and that all of the source should be looked at.

    HF_HUB_OFFLINE=1 python tools/golden/guided_translation.py

Needs what translation.py needs, and its folders.

    {"versions": {…}, "sources": [[…], …],
     "models": {"<folder>": {"max_length": n,
         "greedy": [{"prefix": […], "suppressed": [[…], …], "found": [[…], …]}, …],          by transformers, generate()
         "beams": [{"options": {…}, "alignment_layer": l, "alignment_heads": h, "prefix": […], "suppressed": [[…], …],
                    "found": [[{"tokens": […], "score": s, "attention": [[…], …]}, …], …]}, …]}}}

Beams are CTranslate2's, n best, each source alone: in a batch the first step of a beam has the attention of another
source (4.8.5 gathers rows of beams by the numbers of texts). A layer of -1 is the last, h are the first so many heads, 0
all of them. The attention is that of the best of the first three sources, without the row of the end, where there is a
coverage penalty and no prefix. Where a prefix is followed by the end among the likeliest, CTranslate2 counts it as a
hypothesis of log p -1e10 with token 0, which here is the end again: such a source is null.
"""

import json
import platform
import tempfile

import ctranslate2
import torch
import transformers
from ctranslate2.converters.transformers import MarianMTLoader
from transformers import MarianMTModel

from translation import END, LIMIT, OUTPUT, PAD, TOKENS

TEXTS, ATTENTION_TEXTS = 16, 3
PREFIX, SUPPRESSED = [7, 23], [[12], [31, 5], [44]]
GUIDES = [dict(prefix=[], suppressed=SUPPRESSED), dict(prefix=PREFIX, suppressed=[]),
          dict(prefix=PREFIX, suppressed=SUPPRESSED)]
PLAIN = dict(length_penalty=1.0, patience=1.0, coverage_penalty=0.0)
BEAMS = [
    dict(options=dict(PLAIN, beam_size=4, num_hypotheses=4, coverage_penalty=0.2), alignment_layer=-1,
         alignment_heads=1, prefix=[], suppressed=[]),
    dict(options=dict(PLAIN, beam_size=3, num_hypotheses=3, coverage_penalty=0.7, length_penalty=0.6), alignment_layer=0,
         alignment_heads=0, prefix=[], suppressed=[]),
    dict(options=dict(PLAIN, beam_size=3, num_hypotheses=1, coverage_penalty=0.4, length_penalty=0.0),
         alignment_layer=-1, alignment_heads=1, prefix=[], suppressed=[]),
    dict(options=dict(PLAIN, beam_size=1, num_hypotheses=1, coverage_penalty=0.2), alignment_layer=-1,
         alignment_heads=0, prefix=[], suppressed=[]),
    dict(options=dict(PLAIN, beam_size=4, num_hypotheses=4), alignment_layer=-1, alignment_heads=1, prefix=[],
         suppressed=SUPPRESSED),
    dict(options=dict(PLAIN, beam_size=4, num_hypotheses=4), alignment_layer=-1, alignment_heads=1, prefix=PREFIX,
         suppressed=[]),
    dict(options=dict(PLAIN, beam_size=2, num_hypotheses=2, coverage_penalty=0.2), alignment_layer=-1, alignment_heads=1,
         prefix=PREFIX, suppressed=SUPPRESSED),
]


def greedy(model, sources, prefix, suppressed):
    found = []
    for source in sources:
        ids = model.generate(torch.tensor([source]), decoder_input_ids=torch.tensor([[PAD] + prefix]), num_beams=1,
                             do_sample=False, max_length=LIMIT + 1, bad_words_ids=[[PAD]] + suppressed)[0, 1:].tolist()
        found.append(ids[:ids.index(END)])
    return found


def beams(model, sources, run):
    spec = MarianMTLoader().get_model_spec(model)
    spec.register_source_vocabulary(TOKENS)
    spec.register_target_vocabulary(TOKENS)
    spec.config.eos_token, spec.config.bos_token, spec.config.unk_token = "</s>", "</s>", "t1"
    spec.config.decoder_start_token = "</s>"
    spec.decoder.alignment_layer = type(spec.decoder.alignment_layer)(run["alignment_layer"])
    spec.decoder.alignment_heads = type(spec.decoder.alignment_heads)(run["alignment_heads"])
    spec.validate()
    spec.optimize(quantization="float32")
    words = lambda ids: [TOKENS[i] for i in ids]
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        translator = ctranslate2.Translator(folder, compute_type="float32", inter_threads=1, intra_threads=1)
        results = translator.translate_batch(
            [words(source) for source in sources], [words(run["prefix"])] * len(sources) if run["prefix"] else None,
            suppress_sequences=[words(row) for row in run["suppressed"]] or None, return_scores=True,
            return_attention=True, max_decoding_length=LIMIT, min_decoding_length=0, max_batch_size=1, **run["options"])
    found = []
    for i, result in enumerate(results):
        hypotheses = [{"tokens": [TOKENS.index(t) for t in tokens], "score": round(score, 7)}
                      for tokens, score in zip(result.hypotheses, result.scores)]
        if i < ATTENTION_TEXTS and run["options"]["coverage_penalty"] and not run["prefix"]:
            hypotheses[0]["attention"] = [[round(share, 5) for share in row[:len(sources[i])]]
                                          for row in result.attention[0]]
        found.append(None if run["prefix"] and min(result.scores) < -1e6 else hypotheses)
    return dict(run, found=found)


def main():
    torch.set_num_threads(1)
    sources = json.loads((OUTPUT / "expected.json").read_text())["sources"][:TEXTS]
    expected = {"versions": {"python": platform.python_version(), "torch": torch.__version__,
                             "transformers": transformers.__version__, "ctranslate2": ctranslate2.__version__},
                "sources": sources, "models": {}}
    for name in ["tied", "two_tables"]:
        model = MarianMTModel.from_pretrained(OUTPUT / name).eval()
        expected["models"][name] = {
            "max_length": LIMIT,
            "greedy": [dict(guide, found=greedy(model, sources, **guide)) for guide in GUIDES],
            "beams": [beams(model, sources, run) for run in BEAMS]}
    (OUTPUT / "guided.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
