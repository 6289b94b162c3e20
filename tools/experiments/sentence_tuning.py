"""A model becomes a sentence encoder by one recipe, whatever it is, and what it is then worth.

First the entailments of small NLI sets, premise beside hypothesis, by ranking (mnr, batches of 64); then STS-B train by its order
(cosent, batches of 32). Both rates are searched among the same few, one after the other, by Spearman's ρ on STS-B dev.
"""
import shutil
import subprocess

from experiment import answer, words

NLI = ("cad-snli-train.tsv", "conjnli-train.tsv.zst", "snli-dev.tsv.zst", "wiki-crowd-train.tsv.zst")
MEASURES = ("STS-B dev", "STS-B test", "SICK", "TREC", "SST-2")


def rows_of(table):
    """The rows of a table, packed by zstd or not, without its header."""
    text = subprocess.run(["zstd", "-dcq", table], check=True, stdout=subprocess.PIPE).stdout.decode() if table.suffix == ".zst" else table.read_text()
    return [line.split("\t") for line in text.rstrip("\n").split("\n")[1:]]


def write_entailments(data, path, quick):
    """All rows of NLI, how many of them are entailments, and a table of these."""
    rows = [row for name in NLI for row in rows_of(data / "nli" / name)]
    entailed = [row for row in rows if row[0] == "entailment"]
    chosen = entailed[:640] if quick else entailed
    path.write_text("anchor\tpositive\n" + "".join(f"{premise}\t{hypothesis}\n" for _, premise, hypothesis in chosen))
    return {"rows": len(rows), "entailments": len(entailed)}


class Tuning:
    """The recipe, at work in a folder."""

    def __init__(self, args):
        self.mana, self.data, self.work, self.threads, self.quick = args.mana, args.data, args.work, args.threads, args.quick
        self.entailments = self.work / "entailments.tsv"
        self.sizes = write_entailments(self.data, self.entailments, self.quick)

    def trained(self, model, output, table, rate, seed, layers, more):
        """Whether the model could be trained; a rate may be too high for it."""
        length = ["--max-steps", 10] if self.quick else more[:2]
        dropout = ["--dropout", 0.1] if layers else []
        done = subprocess.run(words([self.mana, "train", "sentence", "--model", model, "--data", table, "--learning-rate", rate, "--seed", seed,
                                     "--threads", self.threads, "--output", output, "--force", "--json", "--quiet", *length, *more[2:], *dropout]),
                              stdout=subprocess.DEVNULL)
        return done.returncode == 0

    def first(self, model, output, rate, seed, pooling):
        pooled = ["--pooling", pooling] if pooling else []
        return self.trained(model, output, self.entailments, rate, seed, pooling is not None, ["--epochs", 2, "--loss", "mnr", "--batch", 64, *pooled])

    def second(self, model, output, rate, seed, pooling):
        return self.trained(model, output, self.data / "stsb/en-train.tsv", rate, seed, pooling is not None, ["--epochs", 4, "--loss", "cosent", "--batch", 32])

    def search(self, model, rates, pooling):
        """What STS-B dev says after each rate of the first stage, then of the second upon the best of these."""
        outputs = {rate: self.work / f"search-{rate:g}" for rate in rates}
        first = {f"{rate:g}": self.dev(outputs[rate]) if self.first(model, outputs[rate], rate, 1, pooling) else None for rate in rates}
        best = outputs[best_rate(first)]
        second = {f"{rate:g}": self.dev(self.work / "searched") if self.second(best, self.work / "searched", rate, 1, pooling) else None for rate in rates}
        for folder in [*outputs.values(), self.work / "searched"]:
            shutil.rmtree(folder, ignore_errors=True)
        return {"first": first, "second": second}

    def tuned(self, model, rates, seed, pooling):
        """The measures of the model after both stages."""
        middle, output = self.work / "tuned-once", self.work / "tuned"
        if not (self.first(model, middle, rates[0], seed, pooling) and self.second(middle, output, rates[1], seed, pooling)):
            return None
        measured = self.measure(output)
        for folder in (middle, output):
            shutil.rmtree(folder)
        return measured

    def sts(self, model, table, more=()):
        found = answer([self.mana, "eval", "sts", "--model", model, "--data", self.data / table, "--threads", self.threads, "--json", "--quiet", *more])
        return found and found["spearman"]

    def dev(self, model):
        return self.sts(model, "stsb/en-dev.tsv")

    def measure(self, model, more=()):
        """Spearman's ρ × 100 and accuracies in percent, of the vectors as they are; `more` options of the evaluations."""
        def classes(name, label):
            found = answer([self.mana, "eval", "classify", "--model", model, "--train", self.data / name / "train.tsv", "--test",
                            self.data / name / "test.tsv", "--label", label, "--text", "text", "--threads", self.threads, "--json", "--quiet", *more])
            return found and found["accuracy"]

        return dict(zip(MEASURES, (self.sts(model, "stsb/en-dev.tsv", more), self.sts(model, "stsb/en-test.tsv", more),
                                   self.sts(model, "sick/trial.tsv", ["--score", "relatedness", *more]), classes("trec", "coarse"),
                                   classes("sst2", "label"))))


def best_rate(searched):
    return float(max((rate for rate in searched if searched[rate] is not None), key=lambda rate: searched[rate]))
