#!/usr/bin/env python3
"""Writes tests/fixtures/pytorch: small files of torch.save() in both of its forms, and the same tensors as safetensors.

    pip install torch==2.15.0 safetensors
    python tools/golden/pytorch_files.py
"""

import collections
from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parents[2] / "tests/fixtures/pytorch"


def tensors():
    """Every type, tied tensors, a part of a storage, a transposed one, a repeated row of one, none at all."""
    values = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 4 - 1
    types = {"f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64, "i32": torch.int32,
             "i16": torch.int16, "i8": torch.int8, "bool": torch.bool}
    whole = torch.arange(20, dtype=torch.float32)
    return collections.OrderedDict(
        {"f32": values, "tied": values, "part": whole[5:11].view(2, 3), "columns": values.t(), "every_other": whole[1::2],
         "permuted": torch.arange(24, dtype=torch.float32).reshape(2, 3, 4).permute(2, 0, 1), "row": torch.arange(4).expand(1, 4),
         "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "u8": torch.arange(4, dtype=torch.uint8),
         **{name: values.to(dtype) for name, dtype in types.items()}})


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    plain = tensors()
    torch.save(plain, FOLDER / "zip.bin")
    torch.save(plain, FOLDER / "old.bin", _use_new_zipfile_serialization=False)
    torch.save({"weight": torch.nn.Parameter(plain["f32"])}, FOLDER / "parameter.bin", pickle_protocol=4)
    model = torch.nn.Linear(2, 3)
    with torch.no_grad():
        model.weight.copy_(plain["f32"][:, :2])
        model.bias.copy_(plain["f32"][:, 3])
    torch.save(model.state_dict(), FOLDER / "state_dict.bin")
    torch.save({"epoch": 3, "weights": plain["f32"]}, FOLDER / "checkpoint.bin")
    torch.save(model, FOLDER / "module.bin")
    save_file({name: tensor.contiguous().clone() for name, tensor in plain.items()}, FOLDER / "expected.safetensors",
              metadata={"format": "pt", "torch": torch.__version__})


if __name__ == "__main__":
    main()
