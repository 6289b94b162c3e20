#!/usr/bin/env python3
"""Writes tests/fixtures/attention: what the heads of small models look at, by transformers' output_attentions.

    HF_HUB_OFFLINE=1 python tools/golden/attention.py

Needs transformers, torch and safetensors. The models are those of sentence_models.py and translation.py, on ids that
`inputs.json` has:

    {"versions": {…}, "bert": [[…], …], "marian": [{"source": […], "target": […]}, …]}

`weights.safetensors`: of model m and input i, all layers of a stack as one tensor [layers, heads, queries, keys],
"bert.i", "m.i.encoder", "m.i.decoder", "m.i.cross". Attention is computed by equations ("eager"), in float32.
"""

import json
import platform
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import BertModel, MarianMTModel

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT = FIXTURES / "attention"
BERT = [[2, 5, 6, 7, 8, 5, 9, 36, 3], [2, 14, 15, 16, 3], [2, 3]]
MARIAN = [
    {"source": [3, 17, 44, 8, 8, 25, 0], "target": [60, 12, 31, 5, 58, 2]},
    {"source": [0], "target": [60]},
    {"source": [9, 50, 0], "target": [60, 1, 7, 33, 33, 20, 41, 18]},
]


def stacked(layers):
    return torch.stack([layer[0] for layer in layers]).contiguous()


def main():
    torch.set_num_threads(1)
    OUTPUT.mkdir(exist_ok=True)
    tensors = {}
    with torch.no_grad():
        model = BertModel.from_pretrained(FIXTURES / "sentence_models/mean", attn_implementation="eager").eval()
        for i, ids in enumerate(BERT):
            tensors[f"bert.{i}"] = stacked(model(torch.tensor([ids]), output_attentions=True).attentions)
        for name in ["tied", "two_tables"]:
            model = MarianMTModel.from_pretrained(FIXTURES / "translation" / name, attn_implementation="eager").eval()
            for i, text in enumerate(MARIAN):
                found = model(input_ids=torch.tensor([text["source"]]),
                              decoder_input_ids=torch.tensor([text["target"]]), output_attentions=True, use_cache=False)
                tensors[f"{name}.{i}.encoder"] = stacked(found.encoder_attentions)
                tensors[f"{name}.{i}.decoder"] = stacked(found.decoder_attentions)
                tensors[f"{name}.{i}.cross"] = stacked(found.cross_attentions)
    save_file(tensors, OUTPUT / "weights.safetensors")
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "transformers": transformers.__version__}
    text = json.dumps({"versions": versions, "bert": BERT, "marian": MARIAN}, separators=(",", ":"))
    (OUTPUT / "inputs.json").write_text(text + "\n")
    for name, tensor in sorted(tensors.items()):
        print(name, tuple(tensor.shape))


if __name__ == "__main__":
    main()
