#!/usr/bin/env python3
"""Writes tests/fixtures/translation: small random MarianMT folders and what others translate with them.

    HF_HUB_OFFLINE=1 python tools/golden/translation.py

Needs transformers, torch, safetensors and ctranslate2. Weights are wide enough that translations differ and end; the
pad, which begins every target, has the last number and a vector of zeros, as in Marian's own models. `expected.json`:

    {"versions": {…}, "sources": [[…], …],
     "models": {"<folder>": {"shows": "…", "max_length": n,
                             "greedy": [[…], …],                                by transformers, generate()
                             "beams": [{"options": {…}, "found": [[{"tokens": […], "score": s}, …], …]}, …]}}}

Beams are CTranslate2's, n best of each of the first 60 sources. Tokens are without start and end. CTranslate2 has no pad and forces no end.
"""

import json
import platform
import random
import shutil
import tempfile
from pathlib import Path

import ctranslate2
import torch
import transformers
from ctranslate2.converters.transformers import MarianMTLoader
from transformers import MarianConfig, MarianMTModel

OUTPUT = Path(__file__).resolve().parents[2] / "tests/fixtures/translation"
VOCABULARY, MODEL, POSITIONS, TEXTS, BEAM_TEXTS, LIMIT = 61, 16, 64, 200, 60, 24
END = 0
PAD = VOCABULARY - 1
TOKENS = ["</s>"] + [f"t{i}" for i in range(1, VOCABULARY - 1)]
MODELS = {
    "tied": {
        "shows": "one table for both languages and the logits; ReLU",
        "config": dict(encoder_layers=2, decoder_layers=2, activation_function="relu"),
        "end": 5.0,
    },
    "two_tables": {
        "shows": "a table for each language; SiLU; stacks of unequal depth",
        "config": dict(encoder_layers=2, decoder_layers=1, activation_function="swish",
                       share_encoder_decoder_embeddings=False),
        "end": 2.0,
    },
}
SEARCHES = [
    dict(beam_size=4, num_hypotheses=4, length_penalty=1.0, patience=1.0, coverage_penalty=0.0),
    dict(beam_size=4, num_hypotheses=1, length_penalty=0.0, patience=1.0, coverage_penalty=0.0),
    dict(beam_size=3, num_hypotheses=5, length_penalty=0.6, patience=2.0, coverage_penalty=0.0),
    dict(beam_size=4, num_hypotheses=2, length_penalty=1.0, patience=1.0, coverage_penalty=0.0, no_repeat_ngram_size=2,
         min_decoding_length=6),
]


def make(name, settings):
    torch.manual_seed(sum(map(ord, name)))
    config = MarianConfig(
        vocab_size=VOCABULARY, decoder_vocab_size=VOCABULARY, max_position_embeddings=POSITIONS, d_model=MODEL,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=2 * MODEL, decoder_ffn_dim=2 * MODEL,
        scale_embedding=True, pad_token_id=PAD, eos_token_id=END, forced_eos_token_id=END, decoder_start_token_id=PAD,
        tie_word_embeddings=True, **settings["config"])
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if value.dim() == 2 and "embed_positions" not in key:
                value.normal_(0, 0.6 if "embed" in key or "shared" in key else 0.4)
            elif key.endswith("bias"):
                value.normal_(0, 0.1)
        for table in {model.get_encoder().embed_tokens, model.get_decoder().embed_tokens}:
            table.weight[PAD] = 0
        model.final_logits_bias.normal_(0, 0.3)
        model.final_logits_bias[0, END] = settings["end"]
    return model


def greedy(model, sources):
    found = [None] * len(sources)
    for length in {len(source) for source in sources}:  # together, so that nothing is padded
        alike = [i for i, source in enumerate(sources) if len(source) == length]
        outputs = model.generate(torch.tensor([sources[i] for i in alike]), num_beams=1, do_sample=False,
                                 max_length=LIMIT + 1, bad_words_ids=[[PAD]])
        for i, ids in zip(alike, outputs[:, 1:].tolist()):
            found[i] = ids[:ids.index(END)]
    return found


def beams(model, sources):
    loader = MarianMTLoader()
    spec = loader.get_model_spec(model)
    spec.register_source_vocabulary(TOKENS)
    spec.register_target_vocabulary(TOKENS)
    spec.config.eos_token, spec.config.bos_token, spec.config.unk_token = "</s>", "</s>", "t1"
    spec.config.decoder_start_token = "</s>"
    spec.validate()
    spec.optimize(quantization="float32")
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        translator = ctranslate2.Translator(folder, compute_type="float32", inter_threads=1, intra_threads=1)
        texts = [[TOKENS[i] for i in source] for source in sources]
        runs = []
        for options in SEARCHES:
            results = translator.translate_batch(texts, return_scores=True, max_decoding_length=LIMIT,
                                                 **{"min_decoding_length": 0, **options})
            runs.append({"options": options, "found": [
                [{"tokens": [TOKENS.index(t) for t in tokens], "score": round(score, 7) if score > -1e30 else None}
                 for tokens, score in zip(result.hypotheses, result.scores)] for result in results]})
        return runs


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    dice = random.Random(7)
    sources = [[dice.randrange(1, PAD) for _ in range(dice.randrange(1, 12))] + [END] for _ in range(TEXTS)]
    expected = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__,
                     "transformers": transformers.__version__, "ctranslate2": ctranslate2.__version__},
        "sources": sources, "models": {}}
    for name, settings in MODELS.items():
        model = make(name, settings)
        model.save_pretrained(OUTPUT / name)
        expected["models"][name] = {"shows": settings["shows"], "max_length": LIMIT, "greedy": greedy(model, sources),
                                    "beams": beams(model, sources[:BEAM_TEXTS])}
        lengths = [len(ids) for ids in expected["models"][name]["greedy"]]
        print(name, "lengths", min(lengths), sum(lengths) / len(lengths), max(lengths),
              "distinct", len({tuple(ids) for ids in expected["models"][name]["greedy"]}))
    (OUTPUT / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
