"""docs/benchmarks.md from the results of bench/compare: one section for each kind of processor."""
import re
from pathlib import Path

HEAD = """# Benchmarks

Written by `bench/compare`; one section for each kind of processor it was run on. Every table comes from one run in which
the contenders took turns, with equal threads, each peer in its best configuration found so far (OpenVINO: one
asynchronous stream a thread for throughput; ONNX Runtime: fused BERT graph, per-channel int8; batches sorted by length
for all). Time includes tokenising, pooling and normalising. Only ratios taken in one run count: machines are shared.
"""


def table(title, rows, unit, more_is_better=True, digits=0):
    """One table; a column for each of Mana's rows says how many times better it is than the row."""
    own = [name for name in rows if name.startswith("mana") and not name.endswith("-avx2")]
    cosines = any(row["least_cosine"] is not None for row in rows.values())
    shares = any(row["percent_of_peak"] is not None for row in rows.values())
    head = ["", f"{unit}, median", "least – most", *(f"{name} is" for name in own), *(["least cosine to f32"] if cosines else []),
            *(["products' share of the peak"] if shares else [])]
    lines = [f"**{title}**", "", "| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name, row in rows.items():
        cells = [name, f"{row['median']:,.{digits}f}", f"{row['least']:,.{digits}f} – {row['most']:,.{digits}f}"]
        for each in own:
            ratio = rows[each]["median"] / row["median"] if more_is_better else row["median"] / rows[each]["median"]
            cells.append("" if name.startswith("mana") else f"{ratio:.2f} ×")
        if cosines:
            cells.append("" if row["least_cosine"] is None else f"{row['least_cosine']:.5f}")
        if shares:
            cells.append("" if row["percent_of_peak"] is None else f"{row['percent_of_peak']:.0f} %")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def markdown(results):
    machine = results["machine"]
    parts = [f"## {machine['processor']}: {', '.join(machine['instruction_sets'])}\n",
             f"{machine['cores']} cores, {machine['threads']} threads on both sides (tokenising: one), {machine['date']}; "
             f"{machine['mana']}; peers: {', '.join(machine['peers'])}.\n"]
    for name, rows in results.get("embed", {}).items():
        size = {"long": "89 tokens on average", "short": "36 tokens on average"}[name]
        texts = next(iter(rows.values())).get("texts") or 2000
        parts.append(table(f"Embedding {texts:,} {name} texts ({size}), all-MiniLM-L6-v2", rows, "texts/s"))
    if "latency" in results:
        parts.append(table("One text of 10 tokens", results["latency"]["p50"], "ms (p50)", False, 2))
        parts.append(table("One text of 10 tokens, the slowest of a hundred", results["latency"]["p99"], "ms (p99)", False, 2))
    for language, rows in results.get("tokenize", {}).items():
        parts.append(table(f"Tokenising {language}: ids and offsets, one thread", rows, "MB/s", True, 1))
    if "coldstart" in results:
        parts.append(table("Cold start: from the shell to the first vector", results["coldstart"]["seconds"], "s", False, 3))
        parts.append(table("Its peak memory", results["coldstart"]["megabytes"], "MB", False))
    return "\n".join(parts)


def other_rows(path, title, measured):
    """The rows of the table in the section `title`, as lists of cells, but for those whose first cell is in `measured`: what was
    measured another time and stays."""
    text = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    section = text.partition(f"\n{title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in rows if row[0] not in measured]


def write(path, head, text):
    """Puts `text` in the place of the section of its title, or behind the others; `head` stands before them all."""
    title = text.split("\n", 1)[0]
    sections = {}
    if Path(path).exists():
        for section in Path(path).read_text().split("\n## ")[1:]:
            sections["## " + section.split("\n", 1)[0]] = "## " + section.rstrip() + "\n"
    sections[title] = text.rstrip() + "\n"
    Path(path).write_text(head + "\n" + "\n".join(sections.values()))
