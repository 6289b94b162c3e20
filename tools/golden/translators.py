#!/usr/bin/env python3
"""Writes tests/fixtures/translators: eight MarianMT folders of random weights, with what transformers computes.

    python tools/golden/translators.py

Needs torch and transformers. Norms, biases and the logits' bias are perturbed, so that one that is forgotten is seen;
weights are stored as f16, as the converter of OPUS-MT stores them.

<name>/config.json, generation_config.json, model.safetensors
<name>/expected.safetensors
    source.<i>, target.<i>   [tokens] ids of a sentence and of what the decoder is given, its start token first
    memory.<i>               [source tokens, model] the encoder's last states
    logits.<i>               [target tokens, vocabulary], each pair alone, in float32
versions.json
"""

import json
import pathlib
import shutil

import safetensors.torch
import torch
import transformers
from transformers import MarianConfig, MarianMTModel

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/translators"
LENGTHS = [(1, 1), (7, 5), (12, 14), (4, 17)]

# name, one table, tied output, activation, encoder (layers, heads, inner), decoder, scaled embeddings
FOLDERS = [
    ("one-table-tied-relu", True, True, "relu", (2, 2, 24), (2, 2, 24), True),
    ("one-table-tied-silu", True, True, "swish", (3, 4, 40), (1, 2, 24), True),
    ("one-table-tied-gelu", True, True, "gelu", (1, 1, 24), (3, 4, 40), True),
    ("one-table-tied-unscaled", True, True, "swish", (1, 2, 24), (1, 2, 24), False),
    ("two-tables-tied-relu", False, True, "relu", (1, 4, 24), (2, 1, 24), True),
    ("two-tables-tied-silu", False, True, "silu", (2, 2, 40), (1, 4, 24), True),
    ("two-tables-relu", False, False, "relu", (2, 2, 24), (1, 2, 40), True),
    ("two-tables-silu", False, False, "swish", (1, 2, 24), (2, 2, 24), True),
]


def config_of(one_table, tied, activation, encoder, decoder, scaled):
    vocabulary = 41
    return MarianConfig(
        vocab_size=vocabulary if one_table else 53, decoder_vocab_size=vocabulary, d_model=16,
        encoder_layers=encoder[0], encoder_attention_heads=encoder[1], encoder_ffn_dim=encoder[2],
        decoder_layers=decoder[0], decoder_attention_heads=decoder[1], decoder_ffn_dim=decoder[2],
        max_position_embeddings=32, activation_function=activation, scale_embedding=scaled,
        pad_token_id=40, eos_token_id=0, decoder_start_token_id=40, forced_eos_token_id=0, bad_words_ids=[[40]],
        share_encoder_decoder_embeddings=one_table, tie_word_embeddings=tied, max_length=32, num_beams=4)


def perturbed(model, generator):
    """Random weights that make logits of a few units, rounded to f16."""
    state = model.state_dict()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "embed_positions" in name:
                continue  # computed, not stored
            noise = torch.randn(tensor.shape, generator=generator)
            if "layer_norm" in name and name.endswith("weight"):
                tensor.copy_(1 + 0.2 * noise)
            elif tensor.dim() == 1:
                tensor.copy_(0.2 * noise)
            else:
                tensor.copy_(noise * tensor.shape[1] ** -0.5)
            tensor.copy_(tensor.half().float())
        state["final_logits_bias"].copy_((0.5 * torch.randn(state["final_logits_bias"].shape, generator=generator)).half().float())
        for side in (model.model.encoder, model.model.decoder):
            side.embed_tokens.weight[model.config.pad_token_id] = 0
    return model


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for number, (name, *kind) in enumerate(FOLDERS):
        generator = torch.Generator().manual_seed(number)
        config = config_of(*kind)
        model = perturbed(MarianMTModel(config).eval(), generator)
        expected = {}
        for i, (source_length, target_length) in enumerate(LENGTHS):
            source = torch.randint(1, 40, (source_length,), generator=generator)
            source[-1] = 0
            target = torch.randint(1, 40, (target_length,), generator=generator)
            target[0] = 40
            with torch.no_grad():
                out = model(input_ids=source[None], decoder_input_ids=target[None])
            expected |= {f"source.{i}": source.int(), f"target.{i}": target.int(),
                         f"memory.{i}": out.encoder_last_hidden_state[0].contiguous(), f"logits.{i}": out.logits[0].contiguous()}
        model.half().save_pretrained(OUTPUT / name)
        safetensors.torch.save_file(expected, OUTPUT / name / "expected.safetensors")
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (OUTPUT / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


main()
