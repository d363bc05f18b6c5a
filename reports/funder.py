"""The funder's report of a convention and a quarter: no personal data, no small cell, and none that can be worked out.

A quarter is published once. Its cells, values and masks, are kept as an issue and come back unchanged in every later
report: what arrives late changes no earlier quarter, so that no difference between two reports tells of anybody, and
the proof made for each quarter holds over all issues together.
"""

from collections import Counter
from typing import Any

from reports.disclosure import hidden_cells
from reports.funder_cells import CROSSED, THRESHOLD, Row, Tables, key

Issue = dict[str, Any]


def publish(convention: str, quarter: str, rows: list[Row], earlier: list[Issue]) -> Issue:
    """The cells of a quarter as they are published, to keep and to give to later reports.

    Args:
        convention: its code.
        quarter: the quarter reported, `2026-T2`.
        rows: the aggregated data, as `reports.funder_cells` describes it.
        earlier: the issues already published; if the quarter is among them, it is returned as it was.

    Returns:
        `convention`, `quarter`, `thresholds`, `departements`, `qualites`, `cells` (name → value, None when hidden) and
        `medians` (group → days, None when hidden): plain JSON values.
    """
    for issue in earlier:
        if (issue["convention"], issue["quarter"]) == (convention, quarter):
            return issue
    tables = Tables(rows)
    cells = tables.cells()
    hidden = hidden_cells(cells, tables.sums())
    printed = sorted(name for name, cell in cells.items() if cell.printed)
    shown = {name: None if name in hidden else tables.values[name] for name in printed}
    return {
        "convention": convention,
        "quarter": quarter,
        "thresholds": {"simple": THRESHOLD, "crossed": CROSSED},
        "departements": tables.departements,
        "qualites": tables.qualites,
        "cells": shown,
        "medians": {group: _median(tables, shown, group) for group in _group_names(tables)},
    }


def _group_names(tables: Tables) -> list[str]:
    return ["|".join(group) for group in tables.groups()]


def _median(tables: Tables, shown: dict[str, int | None], group: str) -> int | None:
    """The median delay, in days; the lower one when two share the middle. Shown only where the contacts are."""
    departement, qualite = group.split("|")
    if not shown.get(key("contacts", departement, qualite)):
        return None
    days = sorted(Counter(tables.delays[key("delays", departement, qualite)]).elements())
    return days[(len(days) - 1) // 2]


def last_quarters(issue: Issue, earlier: list[Issue], number: int = 4) -> list[tuple[str, Issue | None]]:
    """The last quarters up to the issue's, oldest first; None for one that was never published."""
    known = {one["quarter"]: one for one in [*earlier, issue] if one["convention"] == issue["convention"]}
    codes = [issue["quarter"]]
    while len(codes) < number:
        codes.insert(0, _before(codes[0]))
    return [(code, known.get(code)) for code in codes]


def _before(quarter: str) -> str:
    year, rank = (int(part) for part in quarter.split("-T"))
    return f"{year - 1}-T4" if rank == 1 else f"{year}-T{rank - 1}"
