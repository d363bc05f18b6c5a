"""Charts drawn on the server as SVG, each with a text alternative and its figures as a table; blues and orange, told apart without colour vision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from etl.engine.proposals import Piece
from etl.model.money import euros
from reports import french

HEIGHT, TOP, BOTTOM = 220, 22, 28  # pixels of upright bars
LEFT = 13.0  # percent of the width kept for the figures of the axis
WIDEST = 8.0  # percent, of an upright bar
ROW = 52  # pixels of a level bar and its words
NARROWEST = 270  # pixels of the narrowest drawing: its labels must not touch
LETTER, GAP = 7, 8  # pixels of a letter of a label, and between two labels


@dataclass(frozen=True)
class Chart:
    """A chart: what it is of, its drawing, and the same figures as a table."""

    title: str
    note: str
    svg: Markup
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def columns(
    title: str, names: tuple[str, str], points: Sequence[tuple[str, int]], note: str = "", least: int = 0
) -> Chart:
    """Upright bars of whole numbers over an ordered axis. Values from 1 to `least` - 1 are hidden."""
    shown = [(label, 0 if 0 < value < least else value) for label, value in points]
    top = _round_up(max([value for _, value in shown], default=0))
    step = (100 - LEFT) / max(1, len(shown))
    parts = [_grid(top)]
    longest = max((len(label) for label, _ in shown), default=0) * LETTER + GAP
    every = max(1, -(-len(shown) * longest // NARROWEST))
    for place, (label, value) in enumerate(shown):
        height = (HEIGHT - TOP - BOTTOM) * value / top
        x = LEFT + place * step
        wide = min(WIDEST, step * 0.72)
        parts.append(_bar("bar1", x + (step - wide) / 2, HEIGHT - BOTTOM - height, wide, height))
        if place % every == 0:
            parts.append(_text(x + step / 2, HEIGHT - 8, label, "middle", soft=True))
    rows = [(label, f"moins de {least}" if 0 < value < least else french.number(value)) for label, value in points]
    return Chart(title, note, _drawn(title, rows, HEIGHT, parts), names, rows)


def _grid(top: int) -> Markup:
    lines = []
    for part in range(3):
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part / 2
        lines.append(Markup('<line class="axis" x1="{}%" x2="100%" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, y, y))
        lines.append(_text(LEFT - 1.5, y + 4, _thousands(top * part // 2), "end", soft=True))
    return Markup("").join(lines)


def _thousands(value: int) -> str:
    return f"{french.number(value // 1000)}\u202fk" if value >= 10_000 and value % 1000 == 0 else french.number(value)


def shares(title: str, names: tuple[str, ...], parts: Sequence[tuple[str, int, int, str]], note: str = "") -> Chart:
    """Level bars of a part in a whole, a mark at 100 %: (name, part, whole, figure in words)."""
    most = max([1.0, *(part / whole for _, part, whole, _ in parts if whole)])
    full, drawn = 99.5 / most, []
    for place, (name, part, whole, figure) in enumerate(parts):
        y, share = place * ROW, part / whole if whole else 0
        mark = '<line class="limit" x1="{0:.1f}%" x2="{0:.1f}%" y1="{1}" y2="{2}"/>'
        drawn += [
            _text(0, y + 16, name, "start"),
            _text(100, y + 16, figure, "end", soft=True),
            _bar("whole", 0, y + 24, full, 14),
            _bar("bar1" if part <= whole else "minus1", 0, y + 24, full * share, 14),
            Markup(mark).format(full, y + 21, y + 41),
        ]
    rows = [(name, figure) for name, part, whole, figure in parts]
    return Chart(title, note, _drawn(title, rows, ROW * max(1, len(parts)), drawn), names, rows)


def fall(pieces: Sequence[Piece]) -> list[Markup]:
    """The waterfall of a match, one small drawing a piece: from where the score stood to where the piece takes it. The table says it in figures."""
    sums = [0.0, *(piece.running for piece in pieces)]
    low, wide = min(sums), max(max(sums) - min(sums), 1.0)
    made = []
    for before, after in pairwise(sums):
        left, width = 100 * (min(before, after) - low) / wide, max(1.0, 100 * abs(after - before) / wide)
        zero = Markup('<line class="axis" x1="{0:.1f}%" x2="{0:.1f}%" y1="0" y2="16"/>').format(100 * -low / wide)
        drawn = zero + _bar("minus1" if after < before else "bar1", min(left, 99.0), 3, width, 10)
        made.append(Markup('<svg height="16" aria-hidden="true">{}</svg>').format(drawn))
    return made


def envelopes(parts: Sequence[tuple[str, int, int]], year: int) -> Chart:
    """What is consumed of each envelope: (convention, cents consumed, cents of the envelope)."""
    told = [(name, used, limit, f"{french.share(used, limit)} de {_short(limit)}") for name, used, limit in parts]
    note = "Actes de l’année, finalisés ou à payer ; le trait est l’enveloppe."
    return shares(f"Enveloppes {year}", ("Convention", "Consommé"), told, note)


def _short(cents: int) -> str:
    return euros(cents).replace(",00", "")


def _bar(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    form = '<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" rx="2"/>'
    return Markup(form).format(kind, x, y, width, height)


def _text(x: float, y: float, told: str, anchor: str, soft: bool = False) -> Markup:
    return Markup('<text x="{:.2f}%" y="{:.1f}" text-anchor="{}"{}>{}</text>').format(
        x, y, anchor, Markup(' class="soft"') if soft else "", told
    )


def _drawn(title: str, rows: Sequence[tuple[str, ...]], height: int, parts: Sequence[Markup]) -> Markup:
    """The drawing, as wide as its place, read aloud as its title and its figures."""
    told = f"{title}. " + " ; ".join(", ".join(row) for row in rows)
    head = Markup('<svg height="{}" role="img" aria-label="{}">').format(height, escape(told))
    return head + Markup("").join(parts) + Markup("</svg>")


def _round_up(value: int) -> int:
    """The next of 2, 4, 6, 10, 20, 40…: a top of the axis that halves into whole numbers."""
    size = 1
    while True:
        for step in (2, 4, 6, 10):
            if value <= step * size:
                return step * size
        size *= 10
