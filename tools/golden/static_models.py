#!/usr/bin/env python3
"""Writes tests/fixtures/static_models: small StaticEmbedding folders and what sentence-transformers makes of them.

    HF_HUB_OFFLINE=1 python tools/golden/static_models.py

Needs sentence-transformers, tokenizers, torch and safetensors; takes the tokenizer of tests/fixtures/sentence_models.
`expected.json` has the form that tools/golden/sentence_models.py gives it.
"""

import json
import platform
import shutil
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import sentence_transformers
import tokenizers
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Normalize, StaticEmbedding
from tokenizers import Tokenizer

FIXTURES = Path(__file__).resolve().parents[2] / "tests/fixtures"
OUTPUT = FIXTURES / "static_models"
WIDTH = 24
TEXTS = [
    "",
    "The cat sat on the mat.",
    "Hello, WORLD! 42",
    "unaffable café: 日本 🙂",
    "سلام - it's the world?",
    "the cat sat on the mat, " * 40,
]


def tokenizer():
    return Tokenizer.from_file(str(FIXTURES / "sentence_models/mean/tokenizer.json"))


def table(rows, seed):
    return torch.randn(rows, WIDTH, generator=torch.Generator().manual_seed(seed)) * 0.4


def save(name, modules, **settings):
    SentenceTransformer(modules=modules, device="cpu", **settings).save(str(OUTPUT / name), create_model_card=False)
    return OUTPUT / name


def static(truncation=None):
    words = tokenizer()
    if truncation:
        words.enable_truncation(truncation)
    return StaticEmbedding(words, embedding_weights=table(words.get_vocab_size(), 1))


def to_older_schema(folder):
    """The addresses of modules before 5.4, as model2vec writes them too, and no folder for Normalize."""
    path = folder / "modules.json"
    modules = json.loads(path.read_text(encoding="utf-8"))
    for module in modules:
        module["type"] = "sentence_transformers.models." + module["type"].rsplit(".", 1)[1]
        if module["type"].endswith("Normalize"):
            shutil.rmtree(folder / module["path"])
    path.write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")


def to_model2vec(folder):
    """Tensors as model2vec names them: fewer rows than tokens, and a weight for each token."""
    tokens = tokenizer().get_vocab_size()
    random = torch.Generator().manual_seed(5)
    tensors = {
        "embeddings": table(20, 6),
        "mapping": torch.randint(0, 20, (tokens,), generator=random),
        "weights": torch.rand(tokens, generator=random, dtype=torch.float64),
    }
    safetensors.torch.save_file(tensors, folder / "model.safetensors")


def write_models():
    yield save("plain", [static()]), "the mean of the tokens' vectors", [None]
    prompts = {"query": "query: ", "document": "the "}
    yield save("prompts", [static(), Normalize()], prompts=prompts), "a prompt counts like the text", [None, "query"]
    folder = save("truncated", [static(truncation=7), Normalize()])
    to_older_schema(folder)
    yield folder, "the truncation of tokenizer.json is in force; the schema before 5.4", [None]
    torch.manual_seed(3)
    yield save("dense", [static(), Dense(WIDTH, 10), Normalize()]), "modules behind it", [None]
    folder = save("model2vec", [static()])
    to_older_schema(folder)
    to_model2vec(folder)
    yield folder, "the tensors of model2vec", [None]


def run(folder, prompts):
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    runs = []
    for prompt in prompts:
        vectors = np.stack([model.encode(text, prompt_name=prompt, batch_size=1) for text in TEXTS])
        assert vectors.dtype == np.float32
        runs.append({"prompt": prompt, "embeddings": [[float(f"{x:.9g}") for x in vector] for vector in vectors]})
    return runs


def main():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    models = {folder.name: {"shows": shows, "runs": run(folder, prompts)} for folder, shows, prompts in write_models()}
    versions = {module.__name__: module.__version__
                for module in (torch, tokenizers, sentence_transformers, safetensors, np)}
    expected = {"versions": {"python": platform.python_version(), **versions}, "texts": TEXTS, "models": models}
    text = json.dumps(expected, ensure_ascii=False).replace("[[", "[\n[").replace("], [", "],\n[").replace("]]", "]\n]")
    (OUTPUT / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
