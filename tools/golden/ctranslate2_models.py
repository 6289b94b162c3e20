#!/usr/bin/env python3
"""Writes tests/fixtures/ctranslate2/: small random Transformers as CTranslate2 stores them, of the kinds that mana convert
reads, each with log-probabilities and greedy outputs of CTranslate2 itself in f32.

Needs ctranslate2. Run from anywhere: python3 tools/golden/ctranslate2_models.py
"""

import json
import pathlib
import shutil

import ctranslate2
import numpy
from ctranslate2.specs import TransformerSpec, common_spec

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/ctranslate2"
WIDTH, INNER = 8, 12
SOURCE = ["<blank>", "<s>", "</s>"] + list("abcdefgh")
TARGET = ["<blank>", "<s>", "</s>"] + list("آبتثجچ")
SHARED = ["</s>", "<unk>"] + ["▁a", "▁b", "b", "c", "▁de", "fg", "h", "▁"]


def fill(spec, random, source, target, shared):
    """Random weights; the tables' rows are those of the vocabularies, whose <unk> comes last where it is not there."""
    def linear(layer, outputs, inputs):
        layer.weight = random.normal(size=(outputs, inputs)).astype(numpy.float32) * 0.4
        layer.bias = random.normal(size=outputs).astype(numpy.float32) * 0.6

    def norm(layer):
        layer.gamma = random.normal(1, 0.2, size=WIDTH).astype(numpy.float32)
        layer.beta = random.normal(size=WIDTH).astype(numpy.float32) * 0.2

    def table(rows):
        return random.normal(size=(rows, WIDTH)).astype(numpy.float32) * 0.6

    for side in (spec.encoder, spec.decoder):
        if hasattr(side, "layer_norm"):
            norm(side.layer_norm)
        for layer in side.layer:
            linear(layer.self_attention.linear[0], 3 * WIDTH, WIDTH)
            linear(layer.self_attention.linear[1], WIDTH, WIDTH)
            norm(layer.self_attention.layer_norm)
            if side is spec.decoder:
                linear(layer.attention.linear[0], WIDTH, WIDTH)
                linear(layer.attention.linear[1], 2 * WIDTH, WIDTH)
                linear(layer.attention.linear[2], WIDTH, WIDTH)
                norm(layer.attention.layer_norm)
            linear(layer.ffn.linear_0, INNER, WIDTH)
            linear(layer.ffn.linear_1, WIDTH, INNER)
            norm(layer.ffn.layer_norm)
    spec.encoder.embeddings[0].weight = table(source)
    spec.decoder.embeddings.weight = spec.encoder.embeddings[0].weight if shared else table(target)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight if shared else table(target)
    spec.decoder.projection.bias = random.normal(size=target).astype(numpy.float32) * 0.2


def register(spec, source, target):
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)


def before(random):
    """Norms before the branches, sinusoids, two vocabularies, sources that end."""
    spec = TransformerSpec.from_config((2, 1), 2, pre_norm=True, activation=common_spec.Activation.SWISH)
    spec.config.add_source_eos = True
    fill(spec, random, len(SOURCE) + 1, len(TARGET) + 1, False)
    register(spec, SOURCE + ["<unk>"], TARGET + ["<unk>"])
    return spec, None


def behind(random):
    """As Marian's: norms behind the branches, stored positions, one table, a decoder that begins with zeros; integers."""
    spec = TransformerSpec.from_config((1, 2), 4, pre_norm=False, activation=common_spec.Activation.GELU)
    fill(spec, random, len(SHARED), len(SHARED), True)
    positions = random.normal(size=(40, WIDTH)).astype(numpy.float32)
    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = positions
    spec.decoder.start_from_zero_embedding = True
    spec.config.decoder_start_token = "</s>"
    register(spec, SHARED, SHARED)
    return spec, "int8"


def unscaled(random):
    """Embeddings as they are, another ε, sources that begin, halves of floats."""
    spec = TransformerSpec.from_config((1, 1), 2, pre_norm=True, no_final_norm=True, activation=common_spec.Activation.GELUTanh)
    fill(spec, random, len(SOURCE) + 1, len(TARGET) + 1, False)
    spec.encoder.scale_embeddings = spec.decoder.scale_embeddings = False
    spec.config.layer_norm_epsilon = 1e-3
    spec.config.add_source_bos = True
    register(spec, SOURCE + ["<unk>"], TARGET + ["<unk>"])
    return spec, "float16"


def old_integers(random):
    """Integers of 16 bits, ReLU."""
    spec = TransformerSpec.from_config((1, 1), 2, pre_norm=True, activation=common_spec.Activation.RELU)
    fill(spec, random, len(SOURCE) + 1, len(TARGET) + 1, False)
    register(spec, SOURCE + ["<unk>"], TARGET + ["<unk>"])
    return spec, "int16"


def expectations(folder, random):
    translator = ctranslate2.Translator(str(folder), device="cpu", compute_type="float32")
    shared = (folder / "shared_vocabulary.json").exists()
    source, target = (SHARED, SHARED) if shared else (SOURCE, TARGET)
    sources = [[str(token) for token in random.choice(source[2 if shared else 3:], size=length)] for length in (1, 3, 7, 12)]
    targets = [[str(token) for token in random.choice(target[2 if shared else 3:], size=length)] for length in (4, 1, 9, 5)]
    scores = translator.score_batch(sources, targets)
    greedy = translator.translate_batch(sources, beam_size=1, max_decoding_length=15, return_scores=True)
    rows = [json.dumps({"source": s, "target": t, "log_probs": score.log_probs, "greedy": output.hypotheses[0]}, ensure_ascii=False)
            for s, t, score, output in zip(sources, targets, scores, greedy)]
    return '{"ctranslate2": "%s",\n"cases": [\n%s]}\n' % (ctranslate2.__version__, ",\n".join(rows))


def main():
    for seed, make in enumerate((before, behind, unscaled, old_integers)):
        random = numpy.random.default_rng(seed)
        folder = OUTPUT / make.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        spec, quantization = make(random)
        spec.validate()
        spec.optimize(quantization=quantization)
        spec.save(str(folder))
        (folder / "expected.json").write_text(expectations(folder, random))


if __name__ == "__main__":
    main()
