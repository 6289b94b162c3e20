"""What the experiments share: runs that may be broken off at any moment, a record of what is finished, tables in a page."""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "mana"
sys.path.insert(0, str(ROOT / "bench"))  # runs.py: the peers' interpreter


def words(command):
    return [str(part) for part in command]


def call(command, **more):
    return subprocess.run(words(command), check=True, **more)


def answer(command):
    """What a program says under --json; nothing where it fails, as with a rate at which the weights are no numbers soon."""
    done = subprocess.run(words(command), stdout=subprocess.PIPE)
    return json.loads(done.stdout) if done.returncode == 0 else None


def stretch(command, times, stop=lambda seconds: False):
    """Runs a training, or goes on with it, to its end; adds what it took to the file `times`. True when `stop` has killed it, which
    is asked every few seconds. A training ends with this script."""
    spent = json.loads(times.read_text()) if times.exists() else {"processor_seconds": 0.0, "seconds": 0.0}
    began = time.time()
    killed = False
    alone = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    process = subprocess.Popen(words([*alone, *command]), stdout=subprocess.DEVNULL)
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        if stop(time.time() - began):
            process.kill()
            killed = True
            _, status, usage = os.wait4(process.pid, 0)
            break
        time.sleep(0.5)
    spent = {"processor_seconds": spent["processor_seconds"] + usage.ru_utime + usage.ru_stime,
             "seconds": spent["seconds"] + time.time() - began}
    times.write_text(json.dumps(spent) + "\n")
    if status != 0 and not killed:
        sys.exit("the training did not come to its end; the same command goes on from its checkpoint")
    return killed


def evaluations(model, **measures):
    """The log of a training: its steps, and [step, value] of each evaluation's score and of `measures` (name here = name there)."""
    log = [json.loads(line) for line in (model / "training.jsonl").read_text().splitlines()]
    found = {name: [[line["step"], line[key]] for line in log if key in line] for name, key in {"validation": "score", **measures}.items()}
    return {"steps": max(line["step"] for line in log), **found}


class Record:
    """What has been measured, in a file that is written after each run."""

    def __init__(self, path):
        self.path = path
        self.found = json.loads(path.read_text()) if path.exists() else {}

    def get(self, *names):
        part = self.found
        for name in names:
            part = part.get(name, {})
        return part

    def once(self, names, compute):
        """What stands under these names, one inside the other; computed and written where nothing does."""
        part = self.found
        for name in names[:-1]:
            part = part.setdefault(name, {})
        if names[-1] not in part:
            print("  " + ", ".join(map(str, names)), file=sys.stderr, flush=True)
            part[names[-1]] = compute()
            self.write()
        return part[names[-1]]

    def write(self):
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.found, indent=1) + "\n")
        partial.rename(self.path)


def spread(numbers, digits):
    more = f" ± {statistics.stdev(numbers):.{digits}f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.{digits}f}{more}"


def fill_marks(page, parts):
    """Puts each part between its marks in a page."""
    text = page.read_text()
    for mark, content in parts.items():
        text = re.sub(f"(<!-- {mark} -->\n).*?(<!-- end -->)", lambda found: found[1] + content + "\n" + found[2], text, flags=re.DOTALL)
    page.write_text(text)
