#!/usr/bin/env python3
"""Writes tests/fixtures/adapters: LoRA adapters for tests/fixtures/sentence_models/mean, as PEFT saves them.

    HF_HUB_OFFLINE=1 python tools/golden/adapters.py

Needs sentence-transformers, peft and torch. Each folder has adapter_config.json, adapter_model.safetensors and
golden_sentences.jsonl: what sentence-transformers makes of the model with the adapter beside it, each text encoded alone.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from sentence_transformers import SentenceTransformer

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
BASE = FIXTURES / "sentence_models/mean"
TEXTS = ["The cat sat on the mat.", "hello, world 42"]
ADAPTERS = {
    "plain": dict(r=2, lora_alpha=6, target_modules=["query", "value"]),
    "patterns": dict(
        r=2,
        lora_alpha=5,
        use_rslora=True,
        fan_in_fan_out=True,
        target_modules=["query", "key", "dense"],
        exclude_modules=["intermediate.dense"],
        rank_pattern={"layer.0.attention.self.query": 3, "^encoder.layer.1.*dense": 1},
        alpha_pattern={"query": 7, r"layer\.1\.output\.dense": 9},
    ),
    "biases": dict(r=1, lora_alpha=2, bias="all", lora_bias=False, target_modules=r".*layer\.1\..*(query|value)"),
    "lora_bias": dict(
        r=1, lora_alpha=3, lora_bias=True, target_modules=["key"], layers_to_transform=[1], modules_to_save=["LayerNorm"]
    ),
    "embedding": dict(r=2, lora_alpha=1, target_modules=["word_embeddings"]),
}


def write(name, settings):
    torch.manual_seed(len(name))
    model = SentenceTransformer(str(BASE))
    adapted = get_peft_model(model[0].auto_model, LoraConfig(task_type="FEATURE_EXTRACTION", **settings))
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.add_(0.3 * torch.randn_like(parameter))
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "model"
        shutil.copytree(BASE, whole)
        adapted.save_pretrained(whole, save_embedding_layers=False)
        config = json.loads((whole / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = str(whole)
        (whole / "adapter_config.json").write_text(json.dumps(config))
        encoder = SentenceTransformer(str(whole))
        vectors = [encoder.encode([text])[0].tolist() for text in TEXTS]
        target = FIXTURES / "adapters" / name
        target.mkdir(parents=True)
        config["base_model_name_or_path"] = "mean"
        (target / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        shutil.copy(whole / "adapter_model.safetensors", target)
        lines = [json.dumps({"text": text, "embedding": vector}) for text, vector in zip(TEXTS, vectors)]
        (target / "golden_sentences.jsonl").write_text("\n".join(lines) + "\n")


def main():
    shutil.rmtree(FIXTURES / "adapters", ignore_errors=True)
    for name, settings in ADAPTERS.items():
        write(name, settings)


if __name__ == "__main__":
    main()
