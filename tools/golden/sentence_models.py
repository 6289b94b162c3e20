#!/usr/bin/env python3
"""Writes tests/fixtures/sentence_models: small random BERT folders and what sentence-transformers makes of them.

    HF_HUB_OFFLINE=1 python tools/golden/sentence_models.py

Needs sentence-transformers, transformers, torch and safetensors. Each folder shows one thing (see MODELS); files equal
to those of another folder are symbolic links to them. `expected.json` beside the folders:

    {"versions": {…}, "texts": […],
     "models": {"<folder>": {"shows": "…", "runs": [{"prompt": null | "<name>", "embeddings": [[…], …]}]}}}

The embeddings are those of float32 arithmetic whatever the weights are stored in, each text encoded alone.
"""

import hashlib
import json
import os
import platform
import shutil
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import sentence_transformers
import tokenizers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Dropout, LayerNorm, Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

OUTPUT = Path(__file__).resolve().parents[2] / "tests/fixtures/sentence_models"
HIDDEN, POSITIONS = 32, 48
WORDS = ["the", "cat", "sat", "on", "mat", "hello", "world", "query", "passage", "un", "##aff", "##able", "##ing", "سلام"]
VOCABULARY = (
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS + list("abcdefghijklmnopqrstuvwxyz0123456789.,!?:'-日")
    + ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
)
TEXTS = [
    "",
    "The cat sat on the mat.",
    "Hello, WORLD! 42",
    "unaffable café: 日本 🙂",
    "سلام - it's the world?",
    "the cat sat on the mat, " * 12,
]
PROMPTS = {"query": "query: ", "document": "passage: "}
CLASSES = {  # the addresses of the modules before 5.4
    "Transformer": "sentence_transformers.models.Transformer",
    "Pooling": "sentence_transformers.models.Pooling",
    "Dense": "sentence_transformers.models.Dense",
    "LayerNorm": "sentence_transformers.models.LayerNorm",
    "Normalize": "sentence_transformers.models.Normalize",
    "Dropout": "sentence_transformers.models.Dropout",
}
FLAGS = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


def randomize(module):
    """Weights that keep the size of what passes through, so that every part and every token is seen in the result."""
    for name, parameter in module.named_parameters():
        if "norm" in name.lower() and name.endswith("weight"):
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        elif parameter.dim() == 2 and "embeddings" not in name:
            torch.nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        else:
            torch.nn.init.normal_(parameter, std=0.3)
    return module


def write_backbone(folder, **changes):
    """A transformers folder: config.json, model.safetensors, tokenizer.json, tokenizer_config.json."""
    torch.manual_seed(20240601)
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=POSITIONS, **changes,
    )
    randomize(BertModel(config)).eval().save_pretrained(folder)
    vocabulary = {token: i for i, token in enumerate(VOCABULARY)}
    BertTokenizer(vocab=vocabulary, model_max_length=512).save_pretrained(folder)


def write_model(name, backbone, modules, **settings):
    folder = OUTPUT / name
    SentenceTransformer(modules=[Transformer(str(backbone)), *modules], device="cpu", **settings).save(
        str(folder), create_model_card=False
    )
    return folder


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def to_older_schema(folder, max_seq_length, lower_case=False):
    """Rewrites a folder as sentence-transformers before 5.4 would have saved it."""
    modules = read_json(folder / "modules.json")
    for module in modules:
        module["type"] = CLASSES[module["type"].rsplit(".", 1)[1]]
        module.pop("kwargs", None)
        if module["type"].endswith("Pooling"):
            path = folder / module["path"] / "config.json"
            config = read_json(path)
            modes = config["pooling_mode"]
            modes = [modes] if isinstance(modes, str) else modes
            write_json(path, {
                "word_embedding_dimension": config["embedding_dimension"],
                **{flag: mode in modes for mode, flag in FLAGS.items()},
                "include_prompt": config["include_prompt"],
            })
        if module["type"].endswith("Normalize"):
            shutil.rmtree(folder / module["path"])  # hubs do not keep empty folders
    write_json(folder / "modules.json", modules)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": max_seq_length, "do_lower_case": lower_case})
    config = read_json(folder / "config_sentence_transformers.json")
    config.pop("model_type")
    config["__version__"] = {"sentence_transformers": "2.2.2", "transformers": "4.30.0", "pytorch": "2.0.1"}
    write_json(folder / "config_sentence_transformers.json", config)


def restore(folder, dtype):
    """Stores the weights in another type."""
    weights = safetensors.torch.load_file(folder / "model.safetensors")
    weights = {name: tensor.to(dtype) for name, tensor in weights.items()}
    safetensors.torch.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = read_json(folder / "config.json")
    config["dtype"] = str(dtype).removeprefix("torch.")
    write_json(folder / "config.json", config)


def shard(folder, count):
    weights = safetensors.torch.load_file(folder / "model.safetensors")
    names, weight_map = sorted(weights), {}
    for i in range(count):
        file = f"model-{i + 1:05}-of-{count:05}.safetensors"
        part = {name: weights[name] for name in names[i::count]}
        safetensors.torch.save_file(part, folder / file, metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(part, file))
    total = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    write_json(folder / "model.safetensors.index.json",
               {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))})
    (folder / "model.safetensors").unlink()


def to_old_names(folder):
    """As the first BERT checkpoints: a `bert.` before every name, gamma and beta, and the buffer of positions."""
    weights = safetensors.torch.load_file(folder / "model.safetensors")
    renamed = {
        "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in weights.items() if not name.startswith("pooler.")
    }
    renamed["bert.embeddings.position_ids"] = torch.arange(POSITIONS).unsqueeze(0)
    safetensors.torch.save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    config = read_json(folder / "config.json")
    config["architectures"] = ["BertForMaskedLM"]
    write_json(folder / "config.json", config)


def to_cased_tokenizer(folder):
    for file, change in (("tokenizer.json", lambda all: all["normalizer"].update(lowercase=False)),
                         ("tokenizer_config.json", lambda all: all.update(do_lower_case=False))):
        value = read_json(folder / file)
        change(value)
        write_json(folder / file, value)


def to_vocabulary_file(folder):
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("".join(token + "\n" for token in VOCABULARY), encoding="utf-8")


def pooling(mode, **settings):
    return Pooling(HIDDEN, pooling_mode=mode, **settings)


def dense(out_features, activation, **settings):
    torch.manual_seed(7)
    return randomize(Dense(HIDDEN, out_features, activation_function=activation, **settings))


def layer_norm():
    torch.manual_seed(8)
    return randomize(LayerNorm(HIDDEN))


def write_models(gelu, relu, gelu_new):
    """Yields folder, what it shows, and the names of the prompts to run it with."""
    older = "the schema before 5.4; "
    yield write_model("mean", gelu, [pooling("mean")]), "mean pooling", [None]
    for mode in FLAGS:
        if mode != "mean":
            yield write_model(mode, gelu, [pooling(mode)]), f"{mode} pooling", [None]
    yield (write_model("concatenated", gelu, [pooling(("lasttoken", "mean"))]),
           "two modes, in the order of the list", [None])
    folder = write_model("older_concatenated", gelu, [pooling(("max", "mean_sqrt_len_tokens")), Normalize()])
    to_older_schema(folder, 16)
    yield folder, older + "flags of two modes, max_seq_length 16, Normalize without a folder", [None]
    yield (write_model("dense_tanh", gelu, [pooling("mean"), dense(16, torch.nn.Tanh()), Normalize()]),
           "Dense with tanh, then Normalize", [None])
    yield (write_model("dense_residual", gelu, [pooling("cls"), dense(24, torch.nn.GELU(), use_residual=True)]),
           "Dense with GELU and a projected residual", [None])
    folder = write_model("older_dense", gelu, [pooling("mean"), Dropout(0.5), dense(HIDDEN, torch.nn.Identity(), bias=False)])
    to_older_schema(folder, 40)
    yield folder, older + "Dropout, Dense without activation and bias", [None]
    folder = write_model("older_lower_case", gelu, [pooling("mean")])
    to_older_schema(folder, 32, lower_case=True)
    to_cased_tokenizer(folder)
    yield folder, older + "do_lower_case before a cased tokenizer", [None]
    yield write_model("layer_norm", gelu, [pooling("mean"), layer_norm()]), "LayerNorm after the pooling", [None]
    yield (write_model("prompts", gelu, [pooling("mean"), Normalize()], prompts=PROMPTS, default_prompt_name="document",
                       similarity_fn_name="dot"),
           "prompts, one of them used when none is asked for", [None, "query", "document"])
    yield (write_model("prompt_left_out", gelu, [pooling(tuple(FLAGS), include_prompt=False)], prompts=PROMPTS),
           "every mode, with include_prompt false", [None, "query"])
    yield (write_model("truncate_dim", gelu, [pooling("mean"), Normalize()], truncate_dim=8),
           "truncate_dim after Normalize: not normalised again", [None])
    folder = write_model("no_modules", gelu, [pooling("mean")])
    for file in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        (folder / file).unlink()
    shutil.rmtree(folder / "1_Pooling")
    yield folder, "a plain transformers folder", [None]
    folder = write_model("vocabulary_file", gelu, [pooling("mean")])
    to_vocabulary_file(folder)
    yield folder, "vocab.txt without tokenizer.json", [None]
    folder = write_model("f16", gelu, [pooling("mean")])
    restore(folder, torch.float16)
    yield folder, "weights in f16", [None]
    folder = write_model("bf16", gelu, [pooling("mean")])
    restore(folder, torch.bfloat16)
    yield folder, "weights in bf16", [None]
    folder = write_model("sharded", gelu, [pooling("mean")])
    shard(folder, 3)
    yield folder, "weights in three files", [None]
    folder = write_model("old_names", gelu, [pooling("mean")])
    to_old_names(folder)
    yield folder, "names with bert., gamma and beta; no pooler", [None]
    yield write_model("relu", relu, [pooling("mean")]), "hidden_act relu", [None]
    yield write_model("gelu_new", gelu_new, [pooling("mean")]), "hidden_act gelu_new", [None]


def run(folder, prompts):
    # A clean load from the folder, as anybody would; f32 whatever is stored.
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})
    runs = []
    for prompt in prompts:
        vectors = np.stack([model.encode(text, prompt_name=prompt, batch_size=1) for text in TEXTS])
        assert vectors.dtype == np.float32
        runs.append({"prompt": prompt, "embeddings": [[float(f"{x:.9g}") for x in vector] for vector in vectors]})
    return runs


def link_equal_files(folders):
    first = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size > 2000:
                twin = first.setdefault(hashlib.sha256(path.read_bytes()).digest(), path)
                if twin != path:
                    path.unlink()
                    path.symlink_to(os.path.relpath(twin, path.parent))


def main():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    backbones = OUTPUT / "backbones"
    for activation in ("gelu", "relu", "gelu_new"):
        write_backbone(backbones / activation, hidden_act=activation)
    models, folders = {}, []
    for folder, shows, prompts in write_models(*(backbones / each for each in ("gelu", "relu", "gelu_new"))):
        folders.append(folder)
        models[folder.name] = {"shows": shows, "runs": run(folder, prompts)}
    shutil.rmtree(backbones)
    link_equal_files(folders)
    versions = {module.__name__: module.__version__
                for module in (torch, transformers, tokenizers, sentence_transformers, safetensors, np)}
    expected = {"versions": {"python": platform.python_version(), **versions}, "texts": TEXTS, "models": models}
    text = json.dumps(expected, ensure_ascii=False).replace("[[", "[\n[").replace("], [", "],\n[").replace("]]", "]\n]")
    (OUTPUT / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
