"""A simulation in French: lines for the screen, and a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.engine.reasons import sentences
from etl.model.money import MINUS, NARROW, euros
from reports import french

SHOWN = 12  # rows of a list on the screen; the files have them all
HEADER = (
    "trimestre",
    "convention",
    "association",
    "saisine",
    "prestation",
    "date de l’acte",
    "rang",
    "en vigueur (€)",
    "simulé (€)",
    "différence (€)",
    "motif en vigueur",
    "motif simulé",
)


def told(made: Mapping[str, Any]) -> list[str]:
    """A simulation as lines for people; none when nothing was compared."""
    return [*_head(made), *_conventions(made), *_associations(made), *_lines(made), *_codes(made)] if made else []


def as_csv(made: Mapping[str, Any]) -> bytes:
    """The lines that differ, for a spreadsheet: `;`, UTF-8 with its mark, euros with a comma."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADER)
    for row in made["lines"]:
        act = (row["association"], row["saisine"], row["prestation"], french.day(row["act_date"]), row["nth"])
        amounts = [_decimal(row[name]) for name in ("before_cents", "after_cents", "difference_cents")]
        reasons = [" ".join(row[name]) for name in ("reasons_before", "reasons_after")]
        writer.writerow([row["quarter"], row["convention"], *act, *amounts, *reasons])
    return text.getvalue().encode("utf-8-sig")


def _decimal(cents: int | None) -> str:
    """Cents as a spreadsheet reads them: `-1234,50`, nothing where there is no line."""
    return "" if cents is None else french.amount(cents).replace(NARROW, "").replace(MINUS, "-")


def _head(made: Mapping[str, Any]) -> Iterator[str]:
    quarters = made["quarters"]
    when = french.quarter(quarters[-1])
    when = f"Du {french.quarter(quarters[0])} au {when}" if len(quarters) > 1 else when
    yield f"{when} : {euros(made['before_cents'])} en vigueur, {euros(made['after_cents'])} simulés, {_gap(made)}."
    if made["fresh"]:
        yield "Comme si aucun relevé n’était finalisé : ce que ces trimestres auraient coûté en tout."
    if len(quarters) > 1:
        yield "Chaque trimestre est établi comme si les précédents étaient finalisés."


def _gap(row: Mapping[str, Any]) -> str:
    return f"soit {_signed(row['difference_cents'])}" if row["difference_cents"] else "sans différence"


def _signed(cents: int) -> str:
    return f"+{euros(cents)}" if cents > 0 else euros(cents)


def _conventions(made: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    head = ("trimestre", "convention", "arrêté", "en vigueur", "simulé", "différence", "lignes changées")
    rows = [
        (
            row["quarter"],
            row["convention"],
            _cutoffs(row),
            euros(row["before_cents"]),
            euros(row["after_cents"]),
            _signed(row["difference_cents"]),
            french.number(row["lines_changed"]),
        )
        for row in made["conventions"]
    ]
    yield from _table([head, *rows], left=3)
    for row in made["conventions"]:
        if row["parked_after"] and not row["parked_before"]:
            yield f"  {row['convention']} {row['quarter']} serait parqué : un barème manque."


def _cutoffs(row: Mapping[str, Any]) -> str:
    days = list(dict.fromkeys(french.day(day) for day in (row["cutoff_before"], row["cutoff_after"]) if day))
    return " → ".join(days)


def _associations(made: Mapping[str, Any]) -> Iterator[str]:
    rows = sorted(made["associations"], key=lambda row: (-abs(row["difference_cents"]), row["association"]))
    if rows:
        yield from ("", "Par association, les plus grandes différences d’abord :")
        yield from _table([_place(row) for row in rows[:SHOWN]], left=3)
        yield from _others(len(rows), "autre association", "autres associations")


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    sums = f"{euros(row['before_cents'])} → {euros(row['after_cents'])}"
    return row["quarter"], row["convention"], row["association"], sums, _signed(row["difference_cents"])


def _lines(made: Mapping[str, Any]) -> Iterator[str]:
    rows = sorted(made.get("lines", ()), key=lambda row: -abs(row["difference_cents"]))
    if rows:
        yield from ("", "Ligne à ligne, les plus grandes différences d’abord :")
        yield from _table([_act(row) for row in rows[:SHOWN]], left=4)
        yield from _others(len(rows), "autre ligne", "autres lignes")
        yield from _reasons(rows[:SHOWN])


def _act(row: Mapping[str, Any]) -> tuple[str, ...]:
    act = f"{row['prestation']} du {french.day(row['act_date'])}"
    sides = [_paid(row[f"{side}_cents"], row[f"reasons_{side}"]) for side in ("before", "after")]
    return row["association"], row["saisine"], act, " → ".join(sides), _signed(row["difference_cents"])


def _paid(cents: int | None, reasons: Sequence[str]) -> str:
    why = " ".join(reasons)
    if cents is None:
        return why or "rien"
    return f"{euros(cents)} ({why})" if why else euros(cents)


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the codes shown mean."""
    known = sentences()
    for code in sorted({code for row in rows for code in (*row["reasons_before"], *row["reasons_after"])}):
        yield f"  {code} : {known.get(code, '')}"


def _codes(made: Mapping[str, Any]) -> Iterator[str]:
    rows, known = made["discrepancies"], sentences()
    if rows:
        yield from ("", "Écarts qui changent de nombre :")
        numbers = [
            (row["quarter"], row["convention"], row["code"], f"{row['before']} → {row['after']}") for row in rows
        ]
        told = [known.get(row["code"], "") for row in rows]
        yield from (f"{line}  {text}" for line, text in zip(_table(numbers, left=3), told, strict=True))


def _others(number: int, one: str, several: str) -> Iterator[str]:
    if number > SHOWN:
        yield f"  … et {french.count(number - SHOWN, one, several)} (--out les écrit toutes)"


def _table(rows: Sequence[tuple[str, ...]], left: int) -> Iterator[str]:
    """Rows in columns two spaces in, the first `left` columns aligned on the left, the others on the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:left], widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(row[left:], widths[left:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()
