"""Draws how scores and cost follow from a setting: a column of two panels for each, as an SVG for light and dark pages."""
import math

COLOURS = ["#d97706", "#2563eb", "#0891b2", "#dc2626", "#9333ea"]
WIDTH, LEFT, RIGHT, GAP = 1080, 56, 150, 44
TOP, SCORES, BETWEEN, COST, BOTTOM = 46, 300, 34, 120, 56
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937 }
.title { font-weight: 600; font-size: 14px }
.small { font-size: 12px; fill: #6b7280 }
.grid { stroke: #d1d5db; stroke-width: 1 }
.bar { fill: #9ca3af }
.usual { fill: #9ca3af; opacity: .14 }
.line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb } .small { fill: #9ca3af } .grid { stroke: #4b5563 } .bar { fill: #6b7280 }
}
"""


def ticks(most, count=5):
    """From 0 in steps of 1, 2 or 5 times a power of ten."""
    step = 10 ** math.floor(math.log10(most / count))
    step = next(step * factor for factor in (1, 2, 5, 10) if most / (step * factor) <= count)
    return [step * index for index in range(int(most / step) + 1)]


def apart(heights, distance):
    """The same heights, in their order, moved down so far that labels do not overlap."""
    placed = {}
    for index in sorted(range(len(heights)), key=lambda index: heights[index]):
        least = max(placed.values(), default=-math.inf) + distance
        placed[index] = max(heights[index], least)
    return [placed[index] for index in range(len(heights))]


def text(x, y, content, kind="", anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}"{more}>{content}</text>'


def grid(parts, numbers, height, left, right, labels):
    for number in numbers:
        y = height(number)
        parts.append(f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        if labels:
            parts.append(text(left - 8, y + 4, f"{number:g}", "small", "end"))


def draw(panels):
    width = (WIDTH - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)
    most_score = max(mean + spread for panel in panels for line in panel["scores"].values() for mean, spread in line)
    most_seconds = max(mean + spread for panel in panels for mean, spread in panel["seconds"])
    cost_top = TOP + SCORES + BETWEEN
    height = cost_top + COST + BOTTOM
    y_score = lambda score: TOP + SCORES * (1 - score / (most_score * 1.04))
    y_cost = lambda seconds: cost_top + COST * (1 - seconds / (most_seconds * 1.1))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
             "<title>Scores and cost of word vectors by neighbourhood, sub-sampling and negatives</title>",
             f"<style>{STYLE}</style>"]
    for column, panel in enumerate(panels):
        left = LEFT + column * (width + GAP)
        step = width / len(panel["values"])
        x = [left + step * (index + 0.5) for index in range(len(panel["values"]))]
        usual = x[panel["values"].index(panel["usual"])]
        parts.append(text(left + width / 2, TOP - 20, panel["title"], "title"))
        parts.append(f'<rect x="{usual - step / 2:.1f}" y="{TOP}" width="{step:.1f}" height="{cost_top + COST - TOP}" class="usual"/>')
        grid(parts, ticks(most_score), y_score, left, left + width, column == 0)
        grid(parts, ticks(most_seconds, 3), y_cost, left, left + width, column == 0)
        for (label, line), colour in zip(panel["scores"].items(), COLOURS):
            points = " ".join(f"{at:.1f},{y_score(mean):.1f}" for at, (mean, _) in zip(x, line))
            parts.append(f'<polyline points="{points}" class="line" stroke="{colour}"/>')
            for at, (mean, spread) in zip(x, line):
                parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y_score(mean - spread):.1f}" y2="{y_score(mean + spread):.1f}" '
                             f'stroke="{colour}" stroke-width="1.5"/>')
                parts.append(f'<circle cx="{at:.1f}" cy="{y_score(mean):.1f}" r="3.5" fill="{colour}"><title>{label}: {mean:.1f} ± '
                             f'{spread:.1f}</title></circle>')
        for at, (mean, _), value in zip(x, panel["seconds"], panel["values"]):
            parts.append(f'<rect x="{at - step * 0.3:.1f}" y="{y_cost(mean):.1f}" width="{step * 0.6:.1f}" '
                         f'height="{cost_top + COST - y_cost(mean):.1f}" class="bar"/>')
            parts.append(text(at, y_cost(mean) - 4, f"{mean:.0f}", "small"))
            parts.append(text(at, cost_top + COST + 18, value))
        parts.append(text(left + width / 2, cost_top + COST + 40, panel["title"], "small"))
    ends = [y_score(line[-1][0]) for line in panels[-1]["scores"].values()]
    for (label, _), y, colour in zip(panels[-1]["scores"].items(), apart(ends, 17), COLOURS):
        parts.append(text(WIDTH - RIGHT + 10, y + 4, label, "", "start", f' style="fill:{colour}"'))
    for at, label in [(TOP + SCORES / 2, "accuracy, or ρ × 100"), (cost_top + COST / 2, "processor s")]:
        parts.append(text(14, at, label, "small", "middle", f' transform="rotate(-90 14 {at:.1f})"'))
    return "\n".join(parts) + "\n</svg>\n"
