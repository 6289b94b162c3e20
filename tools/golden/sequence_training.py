#!/usr/bin/env python3
"""Writes tests/fixtures/sequence_training: ten steps of training a tiny MarianMT model in PyTorch.

    python tools/golden/sequence_training.py

Needs torch and transformers. In float32 on one thread: no dropout, labels smoothed by 0.1, Adam (lr 1e-3, betas 0.9 and 0.98,
eps 1e-9), a constant rate, no clipping. The keys' biases stay: their true gradient is zero, and Adam would make whole steps of
its rounding; so does the pad's vector of zeros, which a target begins with. Weights, norms, biases and the bias of the logits, which is not trained, are all drawn at random.

config.json, model.safetensors   the model before step 1
training.json   {"versions": {…}, "learning_rate": 1e-3, "smoothing": 0.1,
                 "batches": [{"source": [[id, …], …], "target": [[id, …], …]}],      ten of them, every text with its </s>
                 "losses": [ten of them, before each step]}
gradients.safetensors            the gradient of step 1 of eight tensors
"""

import json
import pathlib
import random

import safetensors.torch
import torch
import transformers

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/sequence_training"
VOCABULARY, END, PAD, STEPS, PAIRS, RATE, SMOOTHING = 40, 0, 39, 10, 6, 1e-3, 0.1
GRADIENTS = [
    "model.shared.weight", "model.encoder.layers.0.self_attn.q_proj.weight", "model.encoder.layers.1.fc1.weight",
    "model.encoder.layers.1.final_layer_norm.weight", "model.decoder.layers.0.self_attn.v_proj.bias",
    "model.decoder.layers.0.encoder_attn.k_proj.weight", "model.decoder.layers.1.encoder_attn_layer_norm.bias",
    "model.decoder.layers.1.fc2.weight",
]


def make_model():
    config = transformers.MarianConfig(
        vocab_size=VOCABULARY, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=32,
        activation_function="relu", scale_embedding=True, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
        pad_token_id=PAD, eos_token_id=END, decoder_start_token_id=PAD, forced_eos_token_id=END,
        share_encoder_decoder_embeddings=True, tie_word_embeddings=True)
    torch.manual_seed(3)
    model = transformers.MarianMTModel(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "embed_positions" in name:
                continue
            spread = 0.3 if weights.dim() == 2 else 0.1
            weights.copy_(spread * torch.randn_like(weights) + (1 if "norm.weight" in name else 0))
        model.model.shared.weight[PAD] = 0
        model.final_logits_bias.copy_(0.2 * torch.randn_like(model.final_logits_bias))
    return model.eval()


def make_batches():
    chance = random.Random(5)

    def text():
        return [chance.randrange(1, PAD) for _ in range(chance.randrange(1, 9))] + [END]

    return [{"source": [text() for _ in range(PAIRS)], "target": [text() for _ in range(PAIRS)]} for _ in range(STEPS)]


def padded(texts, filling):
    longest = max(map(len, texts))
    return torch.tensor([text + [filling] * (longest - len(text)) for text in texts])


def loss_of(model, batch):
    source = padded(batch["source"], PAD)
    mask = padded([[1] * len(text) for text in batch["source"]], 0)
    before = padded([[PAD] + text[:-1] for text in batch["target"]], PAD)
    logits = model(input_ids=source, attention_mask=mask, decoder_input_ids=before).logits
    labels = padded(batch["target"], -100)
    loss = torch.nn.CrossEntropyLoss(ignore_index=-100, label_smoothing=SMOOTHING)
    return loss(logits.view(-1, VOCABULARY), labels.view(-1))


def main():
    torch.set_num_threads(1)
    OUTPUT.mkdir(exist_ok=True)
    model, batches = make_model(), make_batches()
    model.config.save_pretrained(OUTPUT)
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()
               if "embed" not in name and name != "lm_head.weight"}
    safetensors.torch.save_file(tensors, OUTPUT / "model.safetensors", metadata={"format": "pt"})

    for name, weights in model.named_parameters():
        weights.requires_grad = "k_proj.bias" not in name and "embed_positions" not in name
    weights = dict(model.named_parameters())
    optimizer = torch.optim.Adam([each for each in weights.values() if each.requires_grad], lr=RATE, betas=(0.9, 0.98),
                                 eps=1e-9)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        weights["model.shared.weight"].grad[PAD] = 0
        if not losses:
            gradients = {name: weights[name].grad.clone() for name in GRADIENTS}
            safetensors.torch.save_file(gradients, OUTPUT / "gradients.safetensors")
        optimizer.step()
        losses.append(loss.item())
    versions = {module.__name__: module.__version__ for module in (torch, transformers)}
    record = {"versions": versions, "learning_rate": RATE, "smoothing": SMOOTHING, "batches": batches, "losses": losses}
    (OUTPUT / "training.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
