"""Charts as SVG, drawn by hand: horizontal bars on a scale of powers of ten."""

import math
from typing import Any
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 860, 300, 90, 24, 44
OURS, PEER, FLOOR = "#0b5cad", "#b4530a", "#8a8f98"

Bar = tuple[str, float, str]  # label, seconds, colour


def drawn(stages: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The charts that the figures allow, by file name."""
    made = {"matching": _bars("Matching, seconds (logarithmic scale)", _matching(stages)), "stages": _bars("Stages at each size, seconds (logarithmic scale)", _all(stages))}  # fmt: skip
    return {name: drawing for name, drawing in made.items() if drawing}


def _good(stages: dict[str, dict[str, Any]], name: str) -> list[tuple[str, Any]]:
    return [
        (f"{int(size):,}".replace(",", " "), one) for size, one in stages.get(name, {}).items() if "failed" not in one
    ]


def _matching(stages: dict[str, dict[str, Any]]) -> list[Bar]:
    bars: list[Bar] = []
    for size, one in _good(stages, "matching"):
        bars += [(f"{size} · bare join (floor)", one["floor"], FLOOR), (f"{size} · Saisines", one["seconds"], OURS)]
        for name in ("untrained", "trained"):
            bars += [
                (f"{size} · Splink 5, {name}", other["seconds"], PEER)
                for at, other in _good(stages, f"splink.{name}")
                if at == size
            ]
    return bars


def _all(stages: dict[str, dict[str, Any]]) -> list[Bar]:
    names = {"store.load": "rows stored", "store.gather": "inputs read", "reading.journal": "journal in", "reading.books": "workbooks in", "core": "rules, rating, settlement", "story": "explain"}  # fmt: skip
    bars: list[Bar] = []
    for name, told in names.items():
        for size, one in _good(stages, name):
            bars.append((f"{told} · {size}", one["seconds"], OURS))
            bars += [(f"its floor · {size}", one["floor"], FLOOR)] if "floor" in one else []
    return bars


def _bars(title: str, bars: list[Bar]) -> str:
    if not bars:
        return ""
    least = math.floor(math.log10(min(seconds for _, seconds, _ in bars)))
    most = math.ceil(math.log10(max(seconds for _, seconds, _ in bars)))
    room = (WIDTH - LEFT - RIGHT) / max(most - least, 1)
    height = TOP + ROW * len(bars) + 30
    parts = [_text(10, 20, title, "bold")]
    for power in range(least, most + 1):
        x = LEFT + (power - least) * room
        parts.append(f'<line x1="{x:.0f}" y1="{TOP - 8}" x2="{x:.0f}" y2="{height - 26}" stroke="#d9dce1"/>')
        parts.append(_text(x, height - 10, f"{10.0**power:g} s", anchor="middle"))
    for place, (label, seconds, colour) in enumerate(bars):
        y = TOP + ROW * place
        long = max((math.log10(seconds) - least) * room, 1)
        parts += [
            _text(LEFT - 8, y + 13, label, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{long:.0f}" height="{ROW - 7}" fill="{colour}"/>',
            _text(LEFT + long + 6, y + 13, f"{seconds:.3g}"),
        ]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _text(x: float, y: float, text: str, weight: str = "normal", anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}" fill="#1d2430">{escape(text)}</text>'
