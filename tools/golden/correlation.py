#!/usr/bin/env python3
"""Writes tests/fixtures/eval/correlation.json: Spearman's and Pearson's coefficients as SciPy computes them.

Needs numpy and scipy. Run from anywhere: python3 tools/golden/correlation.py
"""

import json
import pathlib

import numpy
import scipy
from scipy import stats

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/eval/correlation.json"


def cases():
    random = numpy.random.default_rng(7)
    x = random.normal(size=50)
    yield "independent", x, random.normal(size=50)
    yield "related", x, 0.7 * x + random.normal(size=50)
    yield "monotonic but not linear", x, numpy.exp(3 * x)
    yield "opposite", x, -2 * x + 1
    yield "many ties", random.integers(0, 6, size=80).astype(float), random.integers(0, 3, size=80).astype(float)
    yield "scores with ties against cosines", random.integers(0, 26, size=60) / 5, random.uniform(-0.1, 1, size=60)
    yield "two pairs", numpy.array([1.0, 2.0]), numpy.array([5.0, 3.0])
    yield "huge and tiny", x * 1e150, random.normal(size=50) * 1e-150
    yield "far from zero", x + 1e9, 2 * x + random.normal(size=50)
    yield "signed zeros are equal", numpy.array([0.0, -0.0, 1.0, 2.0]), numpy.array([1.0, 2.0, 3.0, 5.0])


def main():
    rows = []
    for name, x, y in cases():
        rows.append({
            "name": name, "x": x.tolist(), "y": y.tolist(),
            "ranks": stats.rankdata(x).tolist(),
            "spearman": float(stats.spearmanr(x, y).statistic),
            "pearson": float(stats.pearsonr(x, y).statistic),
        })
    versions = {"scipy": scipy.__version__, "numpy": numpy.__version__}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s, "cases": [\n' % json.dumps(versions))
        file.write(",\n".join(json.dumps(row) for row in rows))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
