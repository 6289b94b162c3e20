"""The texts of the comparisons: 2,000 Debian package descriptions (89 tokens on average) and their first sentences (36)."""
import glob
import random
import re
import subprocess
import sys
from pathlib import Path


def write_texts(folder):
    """Writes long.txt and short.txt, the same on every machine with the same package lists (seed 1)."""
    lists = [f for f in glob.glob("/var/lib/apt/lists/*Translation-en*") if "security" not in f and "updates" not in f]
    if not lists:
        sys.exit("no English package descriptions here: run `apt-get -o Acquire::Languages=en update` (Debian or Ubuntu) first")
    raw = subprocess.run(["lz4", "-dc", lists[0]], capture_output=True, check=True).stdout if lists[0].endswith("lz4") else Path(lists[0]).read_bytes()
    texts = []
    for block in raw.decode("utf8", "replace").split("\n\n"):
        found = re.search(r"^Description-en: (.*(?:\n .*)*)", block, re.M)
        if found:
            texts.append(re.sub(r"\s+", " ", re.sub(r"\n \.?", " ", found.group(1))).strip())
    random.seed(1)
    random.shuffle(texts)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "long.txt").write_text("\n".join(texts[:2000]) + "\n")
    (folder / "short.txt").write_text("\n".join(t.split(". ")[0] for t in texts[:2000]) + "\n")
