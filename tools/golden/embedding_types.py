#!/usr/bin/env python3
"""Writes tests/fixtures/embedding_types/expected.json: what sentence-transformers' quantize_embeddings makes of vectors.

    HF_HUB_OFFLINE=1 python tools/golden/embedding_types.py

Needs sentence-transformers and numpy. Numbers are float32, printed so that they read back as the same; f16 stands as the
bits of numpy.float16, everything else as it is stored:

    {"versions": {…}, "cases": [{"shows": "…", "calibration": [[…], …] or null, "ranges": [[least …], [greatest …]],
      "vectors": [[…], …], "f16": …, "int8": …, "uint8": …, "binary": …, "ubinary": …}]}
"""

import json
from pathlib import Path

import numpy as np
import sentence_transformers
from sentence_transformers.util.quantization import quantize_embeddings

OUTPUT = Path(__file__).resolve().parents[2] / "tests/fixtures/embedding_types/expected.json"
TYPES = ["int8", "uint8", "binary", "ubinary"]


def normalised(random, count, dimensions):
    vectors = random.normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def neighbours(values):
    """Each number between the one below it and the one above."""
    values = np.asarray(values, dtype=np.float32)
    return np.stack([np.nextafter(values, np.float32(-np.inf)), values, np.nextafter(values, np.float32(np.inf))])


def cases():
    """What the case shows, calibration or None, ranges or None, vectors."""
    random = np.random.default_rng(4)
    for dimensions in (1, 7, 8, 9, 24):
        yield (f"{dimensions} dimensions, most within the ranges of a calibration", normalised(random, 12, dimensions),
               None, normalised(random, 12, dimensions))
    sample = normalised(random, 6, 16)
    yield "a sample calibrates itself: the greatest are level 255 or just below", sample, None, sample
    bounds = np.array([[-0.3, -1, 0, -0.7, 1e-20, -3e38], [0.7, 1, 1, -0.1, 3e-20, -1e38]], dtype=np.float32)
    yield "numbers at, just below and just above the bounds", None, bounds, np.concatenate([*neighbours(bounds).swapaxes(0, 1)])
    steps = (bounds[1] - bounds[0]) / np.float32(255)
    yield ("numbers at and beside the steps between levels", None, bounds,
           np.concatenate([neighbours(bounds[0] + np.float32(level) * steps) for level in (1, 3, 127, 128, 129, 254, 255)]))
    least = np.array([0, 0.5, -0.5, 0, 1e-44, 7], dtype=np.float32)
    greatest = np.array([0, 0.5, -0.5, -0.0, 3e-44, np.nextafter(np.float32(7), np.float32(8))], dtype=np.float32)
    yield ("ranges without width, or with one whose step is 0 or the least there is", None, np.stack([least, greatest]),
           np.concatenate([neighbours(least), [least + 1, least + 300, least - 1, np.full(6, 127.5)]]).astype(np.float32))
    signs = np.array([[0.0, -0.0, 1e-45, -1e-45, 1, -1, 3e38, -3e38, 65504, 65519.996, 65520]], dtype=np.float32)
    yield "signs of zero, of the least and of the largest numbers", None, np.stack([-np.ones(11), np.ones(11)]), signs
    yield "all above zero, all not", None, np.stack([-np.ones(17), np.ones(17)]), np.stack([np.ones(17), np.zeros(17)])


def numbers(array):
    return np.asarray(array, dtype=np.float32).tolist()


def case(shows, calibration, ranges, vectors):
    vectors = vectors.astype(np.float32)
    if ranges is None:
        ranges = np.stack([calibration.min(axis=0), calibration.max(axis=0)])
    ranges = ranges.astype(np.float32)
    entry = {"shows": shows, "calibration": None if calibration is None else numbers(calibration),
             "ranges": numbers(ranges), "vectors": numbers(vectors)}
    with np.errstate(over="ignore"):
        entry["f16"] = vectors.astype(np.float16).view(np.uint16).tolist()
    for precision in TYPES:
        stored = quantize_embeddings(vectors, precision, ranges=ranges)
        if calibration is not None:
            again = quantize_embeddings(vectors, precision, calibration_embeddings=calibration)
            assert (stored == again).all(), shows
        entry[precision] = stored.tolist()
    return entry


def main():
    versions = {"sentence-transformers": sentence_transformers.__version__, "numpy": np.__version__}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s, "cases": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(case(*each)) for each in cases()))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
