#!/usr/bin/env python3
"""Writes tests/fixtures/translators: eight MarianMT folders of random weights, with what transformers computes, and two of
kinds that MarianMT does not have, with what PyTorch's nn.Transformer computes.

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


# name, norm before, last norms, positions, heads
OTHERS = [("pre-norm-interleaved", True, True, "sinusoidal", 2), ("post-norm-trained-positions", False, False, "trained", 4)]


def sinusoids(length, width, first):
    """Sine and cosine side by side, in double; the periods end at 2π · 10000."""
    pair = torch.arange(width // 2, dtype=torch.float64)
    angle = torch.arange(first, first + length, dtype=torch.float64)[:, None] / 10000 ** (pair / (width // 2 - 1))
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(length, width).float()


def other_kind(name, norm_first, last_norms, positions, heads, generator):
    """A torch.nn.Transformer, its weights under the names of MarianMT, and its logits."""
    width, inner, vocabulary, length, layers = 16, 24, 41, 32, 2
    norm = (lambda: torch.nn.LayerNorm(width)) if last_norms else (lambda: None)
    kind = {"d_model": width, "nhead": heads, "dim_feedforward": inner, "dropout": 0.0, "norm_first": norm_first, "batch_first": True}
    encoder = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(**kind), layers, norm(), enable_nested_tensor=False).eval()
    decoder = torch.nn.TransformerDecoder(torch.nn.TransformerDecoderLayer(**kind), layers, norm()).eval()
    table = torch.randn(vocabulary, width, generator=generator) * width ** -0.5
    bias = 0.5 * torch.randn(1, vocabulary, generator=generator)
    place = {"encoder": sinusoids(length, width, 1), "decoder": sinusoids(length, width, 1)}
    if positions == "trained":
        place = {side: torch.randn(length, width, generator=generator) for side in place}
    with torch.no_grad():
        for each, weights in (*encoder.named_parameters(), *decoder.named_parameters()):
            noise = torch.randn(weights.shape, generator=generator)
            weights.copy_(1 + 0.2 * noise if "norm" in each and each.endswith("weight") else 0.2 * noise)
    tensors = {"model.shared.weight": table, "final_logits_bias": bias}
    if positions == "trained":
        tensors |= {f"model.{side}.embed_positions.weight": weights for side, weights in place.items()}
    for side, stack in (("encoder", encoder), ("decoder", decoder)):
        for each, weights in stack.named_parameters():
            each = each.replace("linear1", "fc1").replace("linear2", "fc2")
            norms = ["self_attn_layer_norm", "final_layer_norm"] if side == "encoder" else [
                "self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm"]
            for number, other in enumerate(norms):
                each = each.replace(f".norm{number + 1}.", f".{other}.")
            each = each.replace("multihead_attn", "encoder_attn")
            if each.startswith("norm."):
                each = "layer_norm." + each[5:]
            if "in_proj_" in each:
                for letter, part in zip("qkv", weights.chunk(3)):
                    tensors[f"model.{side}." + each.replace("in_proj_", f"{letter}_proj.")] = part.contiguous()
            else:
                tensors[f"model.{side}.{each}"] = weights
    config = {"model_type": "mana-transformer", "vocab_size": vocabulary, "decoder_vocab_size": vocabulary, "d_model": width,
              "max_position_embeddings": length, "activation_function": "relu", "scale_embedding": True, "pad_token_id": 40,
              "eos_token_id": 0, "decoder_start_token_id": 40, "norm_place": "before" if norm_first else "behind",
              "last_norms": last_norms, "position_kind": positions, "sinusoid_order": "interleaved",
              "sinusoid_periods": "half-width-less-one", "first_position": 1, "layer_norm_eps": 1e-5}
    for side in ("encoder", "decoder"):
        config |= {f"{side}_layers": layers, f"{side}_attention_heads": heads, f"{side}_ffn_dim": inner}

    def states(stack, side, ids, *more, **masks):
        return stack((table[ids] * width ** 0.5 + place[side][:len(ids)])[None], *more, **masks)

    def logits(source, target):
        memory = states(encoder, "encoder", source)
        mask = torch.nn.Transformer.generate_square_subsequent_mask(len(target))
        return memory[0], (states(decoder, "decoder", target, memory, tgt_mask=mask) @ table.T + bias)[0]

    (OUTPUT / name).mkdir(parents=True)
    (OUTPUT / name / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    safetensors.torch.save_file({key: value.detach().contiguous() for key, value in tensors.items()}, OUTPUT / name / "model.safetensors")
    return logits


def random_pairs(generator):
    for source_length, target_length in LENGTHS:
        source = torch.randint(1, 40, (source_length,), generator=generator)
        source[-1] = 0
        target = torch.randint(1, 40, (target_length,), generator=generator)
        target[0] = 40
        yield source, target


def write_expected(name, logits, generator):
    expected = {}
    for i, (source, target) in enumerate(random_pairs(generator)):
        with torch.no_grad():
            memory, of_target = logits(source, target)
        expected |= {f"source.{i}": source.int(), f"target.{i}": target.int(), f"memory.{i}": memory.contiguous(),
                     f"logits.{i}": of_target.contiguous()}
    safetensors.torch.save_file(expected, OUTPUT / name / "expected.safetensors")


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for number, (name, *kind) in enumerate(FOLDERS):
        generator = torch.Generator().manual_seed(number)
        config = config_of(*kind)
        model = perturbed(MarianMTModel(config).eval(), generator)

        def logits(source, target):
            out = model(input_ids=source[None], decoder_input_ids=target[None])
            return out.encoder_last_hidden_state[0], out.logits[0]

        (OUTPUT / name).mkdir(parents=True)
        write_expected(name, logits, generator)
        model.half().save_pretrained(OUTPUT / name)
    for number, (name, *kind) in enumerate(OTHERS):
        generator = torch.Generator().manual_seed(100 + number)
        write_expected(name, other_kind(name, *kind, generator), generator)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (OUTPUT / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


main()
