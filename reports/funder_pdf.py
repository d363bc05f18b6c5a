"""The funder's report as a PDF: what the workbook says, to be read."""

from typing import Any

from reports import french, printed, snapshot
from reports.funder import Issue, last_quarters
from reports.funder_cells import key
from reports.funder_indicators import (
    DETAILS,
    INDICATORS,
    MASK,
    Group,
    Indicator,
    by_departement,
    by_qualite,
    privacy,
    shown_groups,
    written,
)
from reports.snapshot import Snapshot
from reports.typeset import render_pdf

HIGHLIGHTS = ("saisines", "sans_fiche", "delays", "sessions")
TABLE = tuple(one for one in INDICATORS if one.measure not in ("soutien_impossible",))


def render_funder_pdf(data: Snapshot, issue: Issue, earlier: list[Issue]) -> bytes:
    """The PDF of a funder's report.

    Args:
        data: the statement's snapshot: identity, convention, federation.
        issue: the quarter's published cells (`reports.funder.publish`).
        earlier: the issues published before.
    """
    return render_pdf("financeur.typ", funder_data(data, issue, earlier), snapshot.made_at(data))


def funder_data(data: Snapshot, issue: Issue, earlier: list[Issue]) -> dict[str, Any]:
    """What the template prints."""
    convention, quarters = data["convention"], last_quarters(issue, earlier)
    title = f"Compte rendu {issue['convention']}"
    subtitle = f"{french.quarter(issue['quarter'])} – {convention['nom']}"
    rows = [[one.label, *(written(each, one) for _, each in quarters)] for one in (*INDICATORS, *DETAILS)]
    return {
        **printed.frame(data, title, subtitle),
        "funder": convention["financeur"],
        "highlights": [
            {"label": one.label, "value": written(issue, one)} for one in INDICATORS if one.measure in HIGHLIGHTS
        ],
        "quarters": [french.short_quarter(code) for code, _ in quarters],
        "indicators": rows,
        "charts": [_bars(one, quarters) for one in INDICATORS if one.measure in ("saisines", "sessions")],
        "columns": [one.label for one in TABLE],
        "territories": _rows(issue, by_departement(issue)),
        "qualites": _rows(issue, by_qualite(issue)),
        "crossed_columns": [french.QUALITES[code] for code in issue["qualites"]],
        "crossed": _crossed(issue),
        "privacy": privacy(issue),
        "definitions": [[one.label, one.definition] for one in (*INDICATORS, *DETAILS)],
        "identity": printed.facts(data),
    }


def _rows(issue: Issue, groups: list[Group]) -> list[list[str]]:
    rows = []
    for group in shown_groups(issue, groups, TABLE):
        code = next(part for part in group if part != "*")
        rows.append([french.QUALITES.get(code, code), *(written(issue, one, group) for one in TABLE)])
    return [*rows, ["Ensemble", *(written(issue, one) for one in TABLE)]]


def _crossed(issue: Issue) -> list[list[str]]:
    rows = []
    for departement in issue["departements"]:
        found = [issue["cells"].get(key("saisines", departement, qualite)) for qualite in issue["qualites"]]
        if any(value is not None for value in found):
            rows.append([departement, *(MASK if value is None else french.number(value) for value in found)])
    return rows


def _bars(indicator: Indicator, quarters: list[tuple[str, Issue | None]]) -> dict[str, Any]:
    known = {code: issue["cells"].get(key(indicator.measure)) for code, issue in quarters if issue}
    tallest = max([1, *(value for value in known.values() if value)])
    bars = [
        {
            "label": french.short_quarter(code),
            "amount": written(issue, indicator),
            "permille": (known.get(code) or 0) * 1000 // tallest,
            "current": code == quarters[-1][0],
        }
        for code, issue in quarters
    ]
    return {"title": indicator.label, "bars": bars}
