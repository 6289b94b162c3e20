"""What the comparisons share: the peers' interpreter, turns, and the machine they ran on."""
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "bench"
WORK = ROOT / "build" / "peers"
MANA = ROOT / "build" / "release" / "bin" / "mana"


def python():
    """The peers' own interpreter; makes the environment when it is not there."""
    found = WORK / "venv" / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    installed = WORK / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted:
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", WORK / "venv"], check=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        installed.write_text(wanted)
    return found


def interleave(contenders, rounds, turn):
    """turn(contender) for each in turn, `rounds` times after a warm-up: {name: [answers]}."""
    answers = {contender.name: [] for contender in contenders}
    for index in range(rounds + 1):
        for contender in contenders:
            answer = turn(contender)
            if index > 0:
                answers[contender.name].append(answer)
        print(f"  round {index} of {rounds}", file=sys.stderr)
    return answers


def summary(answers, key):
    """{name: median and spread of `key`, the least cosine that was seen, and the median share of the processor's peak}."""
    rows = {}
    for name, each in answers.items():
        values = [answer[key] for answer in each]
        cosines = [answer["least_cosine"] for answer in each if answer.get("least_cosine") is not None]
        shares = [answer["percent_of_peak"] for answer in each if answer.get("percent_of_peak") is not None]
        rows[name] = {"median": statistics.median(values), "least": min(values), "most": max(values),
                      "least_cosine": min(cosines) if cosines else None,
                      "percent_of_peak": statistics.median(shares) if shares else None, "texts": each[0].get("texts")}
    return rows


def precisions(here):
    """Those that Mana trains in on a machine: bf16 where its processor multiplies it."""
    return ["f32", "bf16"] if {"AVX-512 BF16", "AMX"} & set(here["instruction_sets"]) else ["f32"]


def machine(threads):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = set(next(line for line in open("/proc/cpuinfo") if line.startswith("flags")).split())
    sets = [name for name, flag in (("AVX2", "avx2"), ("AVX-512", "avx512f"), ("VNNI", "avx512_vnni"), ("AVX-512 BF16", "avx512_bf16"),
                                    ("AMX", "amx_tile")) if flag in flags]
    version = subprocess.run([MANA, "--version"], capture_output=True, text=True).stdout.strip()
    names = [line.split("==")[0] for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    ask = "import sys, importlib.metadata as m; print(*(f'{name}=={m.version(name)}' for name in sys.argv[1:]))"
    pins = subprocess.run([python(), "-c", ask, *names], check=True, capture_output=True, text=True).stdout.split()
    return {"processor": model, "instruction_sets": sets, "cores": os.cpu_count(), "threads": threads, "mana": version,
            "peers": pins, "system": platform.platform(), "date": time.strftime("%Y-%m-%d")}
