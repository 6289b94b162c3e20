"""Draws how a value falls with the steps of a training, one line for each run, as an SVG for light and dark pages."""
import math

from neighbourhood_chart import COLOURS, STYLE, apart, grid, text, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 420, 56, 110, 46, 46


def draw(title, curves):
    """`curves`: name → [(step, value), …]. What lies above twice the last value is cut off: the first steps say nothing."""
    last = max(line[-1][1] for line in curves.values())
    least = min(value for line in curves.values() for _, value in line)
    most, steps = least + 2 * last - least, max(line[-1][0] for line in curves.values())
    x = lambda step: LEFT + (WIDTH - LEFT - RIGHT) * step / steps
    y = lambda value: TOP + (HEIGHT - TOP - BOTTOM) * (most - value) / (most - least)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">', f"<title>{title}</title>",
             f"<style>{STYLE}</style>", text((LEFT + WIDTH - RIGHT) / 2, TOP - 20, title, "title")]
    step = ticks(most - least)[1]
    grid(parts, [step * n for n in range(math.ceil(least / step), math.floor(most / step) + 1)], y, LEFT, WIDTH - RIGHT, True)
    parts += [text(x(step), HEIGHT - BOTTOM + 20, f"{step:g}", "small") for step in ticks(steps)]
    seen = {name: [(step, value) for step, value in line if value <= most] for name, line in curves.items()}
    labels = apart([y(line[-1][1]) for line in seen.values()], 16)
    for (name, line), label, colour in zip(seen.items(), labels, COLOURS):
        points = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in line)
        parts.append(f'<polyline points="{points}" class="line" stroke="{colour}"/>')
        parts.append(text(x(line[-1][0]) + 8, label + 4, name, "small", "start", f' style="fill:{colour}"'))
    return "\n".join([*parts, "</svg>"]) + "\n"
