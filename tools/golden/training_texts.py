"""The rows that training.py trains on: clauses of the World Factbook (CC0) from examples/data, with made-up scores."""

import json
import pathlib
import re

import numpy

FACTBOOK = pathlib.Path(__file__).resolve().parents[2] / "examples/data/factbook.jsonl"


def clauses(text):
    """Its parts of 8 to 20 words between semicolons and full stops."""
    parts = (part.strip(" ;.-") for part in re.split(r"[;.]\s", text))
    return [part for part in parts if 8 <= len(part.split()) <= 20]


def triplets(count):
    """Two clauses of one entry and one on the same subject of another country; no text occurs twice."""
    entries, seen = {}, set()
    for line in FACTBOOK.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        country, subject = entry["title"].split(" — ", 1)
        found = [clause for clause in dict.fromkeys(clauses(entry["text"])) if clause not in seen]
        seen.update(found)
        if found:
            entries.setdefault(subject, []).append((country, found))
    subjects, random, rows = sorted(entries), numpy.random.default_rng(3), []
    for topic, subject in enumerate(subjects):
        of_two = [found for _, found in entries[subject] if len(found) >= 2]
        of_one = [found for _, found in entries[subject] if len(found) == 1]
        rows += [(topic, first, second, other[0]) for (first, second, *_), other in zip(of_two, of_one)]
    chosen = random.permutation(len(rows))[:count]
    assert len(chosen) == count
    return [dict(zip(("topic", "anchor", "positive", "negative"), rows[i])) for i in chosen]


def scored(rows, encode):
    """Adds the scores that a loss wants: what the untrained model thinks, and noise."""
    random = numpy.random.default_rng(4)
    anchor, positive, negative = (encode([row[column] for row in rows]) for column in ("anchor", "positive", "negative"))
    near, far = (anchor * positive).sum(axis=1), (anchor * negative).sum(axis=1)
    scores = numpy.clip(near + random.normal(scale=0.15, size=len(rows)), 0, 1).round(2)
    thirds = numpy.quantile(scores, [1 / 3, 2 / 3])
    for row, score, margin in zip(rows, scores.tolist(), near - far + random.normal(scale=0.1, size=len(rows))):
        row["score"] = score
        row["label"] = int(score > thirds[0]) + int(score > thirds[1])
        row["similar"] = int(score > numpy.median(scores))
        row["margin"] = round(float(margin), 3)
    return rows
