"""How many masked words can be had by counting: the left and the right neighbour, no neural network. Prints one JSON object.

  count_model.py TRAINING.jsonl HELD_OUT.jsonl TOKENIZER [--questions N]

Both files are of `mana train mlm-batches`: an epoch to learn from (`--epochs 1`), and `--side held-out`, whose masked text is the very
one that `mana train mlm` measures its accuracy on. Counted are the words of the epoch as they were before masking. Asked are the
places of [MASK]; a neighbour that is a [MASK] itself is not known.

  P(w)           = c(w) / N
  P(w | l)       = (c(l, w) + b P(w)) / (c(l) + b),   P(w | r) alike
  P2(w | l, r)   ∝ P(w | l) P(w | r) / P(w)                          the one neighbour where the other is not known
  P3(w | l, r)   = (c(l, w, r) + k P2(w | l, r)) / (c(l, ·, r) + k)

b and k are those of a few that are right most often on the held-out text itself, which is more than any model may be granted.
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

SMOOTHINGS, BACK_OFFS = (1, 10, 100), (0.3, 1, 3, 10)


def restored(path):
    """The tokens of a file's batches as they were before masking, [CLS] and [SEP] among them."""
    parts = []
    with open(path) as file:
        for line in file:
            batch = json.loads(line)
            ids = np.array(batch["ids"], np.int32)
            ids[batch["chosen"]] = batch["originals"]
            parts.append(ids)
    return np.concatenate(parts)


def questions(path, mask):
    """(left, right, answer) of each place of [MASK]; −1 for a neighbour that is masked, too."""
    rows = []
    with open(path) as file:
        for line in file:
            batch = json.loads(line)
            ids, chosen = np.array(batch["ids"]), np.array(batch["chosen"])
            hidden = ids[chosen] == mask
            places, answers = chosen[hidden], np.array(batch["originals"])[hidden]
            rows.append(np.stack([ids[places - 1], ids[places + 1], answers], 1))
    found = np.concatenate(rows)
    found[:, :2][found[:, :2] == mask] = -1
    return found


class Counts:
    def __init__(self, tokens, size, special):
        left, word, right = tokens[:-2], tokens[1:-1], tokens[2:]
        inside = ~np.isin(word, special)
        left, word, right = left[inside], word[inside], right[inside]
        ones = np.ones(len(word), np.float32)
        self.size = size
        self.share = np.bincount(word, minlength=size) / len(word)                     # P(w)
        self.after = csr_matrix((ones, (left, word)), shape=(size, size))              # c(l, w)
        self.before = csr_matrix((ones, (right, word)), shape=(size, size))            # c(w, r)
        self.triples = np.sort((left.astype(np.int64) * size + right) * size + word)   # (l, r, w)

    def beside(self, counts, neighbour, smoothing):
        begin, end = counts.indptr[neighbour], counts.indptr[neighbour + 1]
        values = counts.data[begin:end]
        total = values.sum() + smoothing
        chance = self.share * (smoothing / total)
        chance[counts.indices[begin:end]] += values / total
        return chance

    def between(self, left, right):
        """The words that stood between both, and how often each."""
        first = (int(left) * self.size + int(right)) * self.size
        begin, end = np.searchsorted(self.triples, [first, first + self.size])
        return np.unique(self.triples[begin:end] - first, return_counts=True)

    def two_sided(self, left, right, smoothing):
        """P2."""
        if left < 0 and right < 0:
            return self.share
        if left < 0:
            return self.beside(self.before, right, smoothing)
        if right < 0:
            return self.beside(self.after, left, smoothing)
        product = self.beside(self.after, left, smoothing) * self.beside(self.before, right, smoothing)
        product = np.divide(product, self.share, out=np.zeros(self.size), where=self.share > 0)
        return product / product.sum()

    def guesses(self, left, right, smoothing):
        """The likeliest word by P2, and by P3 for each k."""
        chance = self.two_sided(left, right, smoothing)
        found = [int(chance.argmax())]
        if left < 0 or right < 0:
            return found * (1 + len(BACK_OFFS))
        words, counts = self.between(left, right)
        for k in BACK_OFFS:
            best = k * chance[found[0]], found[0]
            if len(words):  # of the words that were never between, the likeliest by P2 stays the likeliest
                seen = counts + k * chance[words]
                at = int(seen.argmax())
                best = max(best, (seen[at], int(words[at])))
            found.append(best[1])
        return found

    def left_alone(self, left):
        begin, end = self.after.indptr[left], self.after.indptr[left + 1]
        return int(self.share.argmax()) if left < 0 or begin == end else int(self.after.indices[begin + self.after.data[begin:end].argmax()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training")
    parser.add_argument("held_out")
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--questions", type=int, default=0, help="of so many alone, evenly spread; 0: all")
    options = parser.parse_args()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.tokenizer / "tokenizer.json"))
    mask = tokenizer.token_to_id("[MASK]")
    special = [tokenizer.token_to_id(name) for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")]
    tokens = restored(options.training)
    counts = Counts(tokens, tokenizer.get_vocab_size(), special)
    asked = questions(options.held_out, mask)
    if 0 < options.questions < len(asked):
        asked = asked[np.linspace(0, len(asked) - 1, options.questions).astype(int)]
    right = {smoothing: np.zeros(1 + len(BACK_OFFS)) for smoothing in SMOOTHINGS}
    for left, after, answer in asked:
        for smoothing in SMOOTHINGS:
            right[smoothing] += np.array(counts.guesses(left, after, smoothing)) == answer
    percent = {smoothing: 100 * row / len(asked) for smoothing, row in right.items()}
    smoothing, place = max(((b, i) for b in SMOOTHINGS for i in range(1, 1 + len(BACK_OFFS))), key=lambda each: percent[each[0]][each[1]])
    print(json.dumps({"tokens": int((~np.isin(tokens, special)).sum()), "questions": len(asked),
                      "most_frequent": 100 * float((asked[:, 2] == counts.share.argmax()).mean()),
                      "left": 100 * float(np.mean([counts.left_alone(left) == answer for left, _, answer in asked])),
                      "without_triples": float(max(row[0] for row in percent.values())),
                      "two_sided": float(percent[smoothing][place]), "b": smoothing, "k": BACK_OFFS[place - 1]}))


if __name__ == "__main__":
    main()
