"""Pre-training runs of the experiments: the corpus, its tokenizer, a BERT of shape mini."""
import json
import shutil
from subprocess import DEVNULL

from experiment import answer, call, evaluations, stretch

VOCABULARY, BATCH_TOKENS, HELD_OUT = 16384, 8192, 0.1


class Pretraining:
    """`mana train mlm` on the books, at work in a folder."""

    def __init__(self, args):
        self.mana, self.work, self.threads, self.quick = args.mana, args.work, args.threads, args.quick
        self.corpus = args.data / "classics" / "classics-en.txt.zst"
        self.tokenizer, self.shape = self.work / "tokenizer", "mini"
        if self.quick:
            self.corpus, self.shape = self.some_books(), "tiny"
        if not self.tokenizer.exists():
            call([self.mana, "train", "tokenizer", "--type", "wordpiece", "--lowercase", "--vocabulary", 2000 if self.quick else VOCABULARY,
                  "--output", self.tokenizer, "--quiet", self.corpus])

    def some_books(self):
        """Twelve books' beginnings, for --quick."""
        path = self.work / "some-books.txt"
        if not path.exists():
            text = call(["zstd", "-dcq", self.corpus], capture_output=True).stdout.decode()
            path.write_text("\n\n".join("\n".join(book.split("\n")[:300]) for book in text.split("\n\n")[:12]) + "\n")
        return path

    def data(self):
        return ["--input", self.corpus, "--tokenizer", self.tokenizer, "--shape", self.shape, "--held-out", HELD_OUT, "--threads", self.threads]

    def command(self, output, steps, more):
        return [self.mana, "train", "mlm", *self.data(), "--output", output, "--max-steps", steps, "--json", "--quiet", *more]

    def run(self, name, steps, more, kills=0):
        """A training to its end, through as many ends by kill -9; what its log says and how long it took."""
        output, times, killed = self.work / name, self.work / f"{name}.times.json", self.work / f"{name}.kills"
        log = self.work / f"{name}.training.jsonl.partial"
        while not (output / "config.json").exists():
            done = int(killed.read_text()) if killed.exists() else 0

            def is_time(seconds):
                # Not at a checkpoint but anywhere, once the run is as far as it is to be.
                return done < kills and last_step(log) >= steps * (done + 1) // (kills + 1) and seconds > 1

            if stretch([*self.command(output, steps, more), "--resume-if-any"], times, is_time):
                killed.write_text(str(done + 1))
        found = evaluations(output, accuracy="masked accuracy · 100", next_accuracy="next-sentence accuracy · 100")
        return {**json.loads(times.read_text()), **found, "killed": int(killed.read_text()) if killed.exists() else 0}

    def random(self, name, seed):
        """Weights as they are before the first step: a rate of 1e-30 moves none of them, and a bias of 0 by less than a float of the
        sums has digits for."""
        output = self.work / name
        if not (output / "config.json").exists():
            call(self.command(output, 1, ["--rate", 1e-30, "--warmup", 0, "--dropout", 0, "--attention-dropout", 0, "--batch-tokens", 256, "--validation-tokens",
                                          256, "--seed", seed, "--force"]), stdout=DEVNULL)
            (self.work / f"{name}.tokens").unlink()
        return output

    def batches(self, name, more):
        """What a run learns from or is measured on, as a file of JSON lines."""
        path = self.work / name
        if not path.exists():
            partial = path.with_suffix(".partial")
            with open(partial, "wb") as file:
                call([self.mana, "train", "mlm-batches", *self.data(), "--quiet", *more], stdout=file)
            partial.rename(path)
        return path

    def next_accuracy(self, model, steps, seed):
        """How often the next sentence is told on held-out books, after as many more steps of pairs, whatever the model learned from."""
        output = self.work / "next"
        found = answer([self.mana, "train", "mlm", "--model", model, "--nsp", "on", "--input", self.corpus, "--held-out", HELD_OUT, "--max-steps",
                        steps, "--batch-tokens", 1024 if self.quick else BATCH_TOKENS, "--rate", 2e-4, "--seed", seed, "--threads", self.threads,
                        "--output", output, "--force", "--json", "--quiet"])
        shutil.rmtree(output)
        (self.work / "next.tokens").unlink()
        return found["next_accuracy"]


def last_step(log):
    """The last step that a log tells of; 0 where there is none yet."""
    if not log.exists():
        return 0
    with open(log, "rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().splitlines()
    for line in reversed(lines):  # the last one may be half a line
        try:
            return json.loads(line)["step"]
        except (ValueError, KeyError, TypeError):
            continue
    return 0
