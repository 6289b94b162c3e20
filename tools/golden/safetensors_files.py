#!/usr/bin/env python3
"""Writes tests/fixtures/safetensors/reference.safetensors, and checks that the reference reads what Mana writes.

    python tools/golden/safetensors_files.py

Needs safetensors and torch. `mana.safetensors` beside it was written by mana::formats::write_safetensors (a test keeps
the two byte for byte equal); here the reference implementation opens it and compares every value.
"""

from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parents[2] / "tests/fixtures/safetensors"
TYPES = {
    "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64,
    "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u64": torch.uint64, "u32": torch.uint32,
    "u16": torch.uint16, "u8": torch.uint8, "bool": torch.bool,
}


def write_reference():
    """One tensor of each type: 0, 1, 1 for bool; 0 to 5 otherwise; halves of them, below zero, where the type has such."""
    tensors = {}
    for name, dtype in TYPES.items():
        values = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], dtype=torch.float64)
        if dtype.is_floating_point:
            values = -values / 2
        tensors[name] = values.to(dtype)
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 3)
    save_file(tensors, FOLDER / "reference.safetensors", metadata={"format": "pt", "safetensors": safetensors.__version__})


def check_ours():
    with safetensors.safe_open(FOLDER / "mana.safetensors", framework="pt") as file:
        assert file.metadata() == {"format": "pt"}, file.metadata()
        assert sorted(file.keys()) == ["empty", "half", "ids", "mask", "weight"], list(file.keys())
        assert torch.equal(file.get_tensor("weight"), torch.tensor([[1.5, -2.0, 0.25], [3.0, 1e30, -0.0]]))
        assert torch.equal(file.get_tensor("half"), torch.tensor([0.5, -65504.0, 6e-8], dtype=torch.float16))
        assert torch.equal(file.get_tensor("ids"), torch.tensor([-1, 2**62]))
        assert torch.equal(file.get_tensor("mask"), torch.tensor([True, False, True]))
        assert file.get_tensor("empty").shape == (0, 4)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_reference()
    check_ours()
    print("the reference reads mana.safetensors")
