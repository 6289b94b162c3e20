#!/usr/bin/env python3
"""Writes tests/fixtures/eval/classification.json: scikit-learn's LogisticRegression on small made-up vectors, and its
scores of predictions.

Needs numpy and scikit-learn. Run from anywhere: python3 tools/golden/classification.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/eval/classification.json"


def regressions():
    """name, C, x, classes"""
    random = numpy.random.default_rng(5)
    # Eighths: the same in f32, in f64 and in print.
    vectors = lambda rows, width: random.integers(-16, 17, size=(rows, width)) / 8
    noisy = lambda x, classes: (x @ random.normal(size=(x.shape[1], classes))
                                + random.gumbel(size=(len(x), classes))).argmax(axis=1)
    x = vectors(90, 6)
    yield "four classes", 1.0, x, noisy(x, 4)
    yield "two classes", 1.0, x, noisy(x, 2)
    yield "a strong penalty", 0.01, x, noisy(x, 4)
    yield "two classes, a weak penalty", 100.0, x, noisy(x, 2)
    yield "separable", 1.0, x, (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] > 0)
    wide = vectors(20, 33)
    yield "more dimensions than rows", 1.0, wide, numpy.arange(20) % 5
    yield "uneven classes", 1.0, x, numpy.where(numpy.arange(90) < 85, 0, numpy.arange(90) - 84)
    yield "large values", 1.0, 64 * x, noisy(x, 3)


def fitted(name, c, x, classes):
    # The default tolerance leaves it about 1e-3 off its own minimum.
    model = LogisticRegression(C=c, tol=1e-12, max_iter=1_000_000, solver="newton-cg").fit(x, classes)
    return {
        "name": name, "c": c, "x": x.tolist(), "classes": classes.tolist(),
        "weights": model.coef_.tolist(), "intercepts": model.intercept_.tolist(),
        "probabilities": model.predict_proba(x).tolist(), "predicted": model.predict(x).tolist(),
    }


def scorings():
    random = numpy.random.default_rng(6)
    truth = random.integers(0, 5, size=60)
    yield "some wrong", truth, numpy.where(random.random(60) < 0.3, random.integers(0, 5, size=60), truth)
    yield "all right", truth, truth
    yield "all wrong", truth, truth + 1
    yield "a class that is never predicted", truth, numpy.minimum(truth, 3)
    yield "a class that only is predicted", numpy.minimum(truth, 3), truth
    yield "classes that only occur in truth", truth + 10 * (random.random(60) < 0.1), truth


def scored(name, truth, predicted):
    return {
        "name": name, "truth": truth.tolist(), "predicted": predicted.tolist(),
        "accuracy": accuracy_score(truth, predicted),
        "macro_f1": f1_score(truth, predicted, average="macro", zero_division=0.0),
    }


def main():
    versions = {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
    parts = {"regressions": [fitted(*case) for case in regressions()], "scorings": [scored(*case) for case in scorings()]}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w") as file:
        file.write('{"versions": %s' % json.dumps(versions))
        for name, rows in parts.items():
            file.write(',\n"%s": [\n%s\n]' % (name, ",\n".join(json.dumps(row) for row in rows)))
        file.write("}\n")


if __name__ == "__main__":
    main()
