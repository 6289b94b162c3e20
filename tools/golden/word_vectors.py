#!/usr/bin/env python3
"""Writes tests/fixtures/word_vectors: small files of word vectors by gensim, and what gensim makes of them.

    pip install gensim==4.4.0
    python tools/golden/word_vectors.py
"""

import json
import platform
from pathlib import Path

import gensim
import numpy as np
from gensim.models import FastText, KeyedVectors
from gensim.models.fasttext import save_facebook_model

OUTPUT = Path(__file__).resolve().parents[2] / "tests/fixtures/word_vectors"
SENTENCES = """the king of spain met the queen of france in paris
a man and a woman walk with a boy and a girl
berlin is in germany and paris is in france and rome is in italy and madrid is in spain
Paris and Rome are cities
the king is a man the queen is a woman the prince is a boy the princess is a girl
good better best bad worse worst big bigger biggest small smaller smallest
سلام دنیا کتاب‌ها را می‌خوانم کتاب خوب است
walk walks walking run runs running""".split("\n")
UNKNOWN = ["kings", "میخوانم", "x", "walked", "</s>"]
QUESTIONS = """: capital-common-countries
berlin germany paris france
Rome Italy Madrid Spain
paris france london england
madrid spain berlin germany
: family
king queen man woman
boy girl prince princess
man woman king queen
: gram3-comparative
good better bad worse
big bigger small smaller
cold colder big bigger
: gram7-empty
eins zwei drei vier
"""
PAIRS = """# word word score
king\tqueen\t8.5
man\twoman\t8.3
paris\tfrance\t7
Paris\tRome\t6.5
london\tengland\t6
walk\trun\t6.5
big\tsmall\t3
good\tbook\t1.5
the\tprincess\t0.5
"""


WIDTH = 12
RELATIONS = [[("berlin", "germany"), ("paris", "france"), ("rome", "italy"), ("madrid", "spain"), ("Rome", "Italy"),
              ("Madrid", "Spain")],
             [("king", "queen"), ("man", "woman"), ("boy", "girl"), ("prince", "princess")],
             [("good", "better"), ("bad", "worse"), ("big", "bigger"), ("small", "smaller")]]


def related_words(words):
    """Random vectors in which the words of a relation are about the same difference apart."""
    random = np.random.default_rng(5)
    words += [word for relation in RELATIONS for pair in relation for word in pair if word not in words]
    vectors = {word: random.normal(size=WIDTH) for word in words}
    for relation in RELATIONS:
        difference = random.normal(size=WIDTH) * 1.5
        for first, second in relation:
            vectors[second] = vectors[first] + difference + random.normal(size=WIDTH) * 1.3
    return words, np.array([vectors[word] for word in words], dtype=np.float32)


def numbers(vector):
    return [float(f"{x:.9g}") for x in vector]


def neighbours(found):
    return [[word, float(f"{similarity:.7g}")] for word, similarity in found]


def analogies(words, **options):
    score, sections = words.evaluate_word_analogies(str(OUTPUT / "questions.txt"), **options)
    return {"score": score, "sections": [
        {"name": s["section"], "correct": len(s["correct"]), "incorrect": len(s["incorrect"])} for s in sections]}


def pairs(words):
    pearson, spearman, unknown = words.evaluate_word_pairs(str(OUTPUT / "pairs.tsv"))
    return {"pearson": float(pearson[0]), "spearman": float(spearman[0]), "unknown_percent": float(unknown)}


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "questions.txt").write_text(QUESTIONS)
    (OUTPUT / "pairs.tsv").write_text(PAIRS)
    model = FastText(vector_size=6, window=3, min_count=1, min_n=2, max_n=4, bucket=64, seed=3, workers=1, sg=1)
    sentences = [line.split() for line in SENTENCES]
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=60)
    save_facebook_model(model, str(OUTPUT / "fasttext.bin"))
    expected = {"versions": {"python": platform.python_version(), "gensim": gensim.__version__, "numpy": np.__version__},
                "fasttext": {"words": list(model.wv.index_to_key),
                             "counts": [int(model.wv.get_vecattr(w, "count")) for w in model.wv.index_to_key],
                             "vectors": [numbers(model.wv[w]) for w in model.wv.index_to_key],
                             "unknown": {w: numbers(model.wv[w]) for w in UNKNOWN}}}
    words = KeyedVectors(WIDTH)
    words.add_vectors(*related_words(list(model.wv.index_to_key)))
    words.save_word2vec_format(str(OUTPUT / "words.txt"), binary=False)
    words.save_word2vec_format(str(OUTPUT / "words.bin"), binary=True)
    words = KeyedVectors.load_word2vec_format(str(OUTPUT / "words.bin"), binary=True)
    odd = ["king", "queen", "man", "paris"]
    expected["queries"] = {
        "nearest": {w: neighbours(words.most_similar(w, topn=5)) for w in ("king", "paris", "کتاب")},
        "analogy": {"words": ["man", "king", "woman"],
                    "nearest": neighbours(words.most_similar(positive=["king", "woman"], negative=["man"], topn=4))},
        "odd": {"words": odd, "odd": words.doesnt_match(odd)},
        "similarity": {"words": ["king", "queen"], "value": float(words.similarity("king", "queen"))}}
    expected["analogies"] = {"all": analogies(words), "first 20": analogies(words, restrict_vocab=20)}
    expected["pairs"] = pairs(words)
    (OUTPUT / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
