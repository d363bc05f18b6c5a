"""Statements by quarter and convention: the draft or the finalised one that matters now, its state, its total and how it moved."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs.settlement import draft
from etl.model.quarter import Quarter
from etl.warehouse.drafts import load_drafts
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statements
from etl.web import overview, snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, page


def statements(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """All statements, the last quarter first."""
    shown = snapshot.shown()
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        rows = present(load_drafts(connection), load_statements(connection))
    return page(
        request, who, "statements.html",
        shown=shown, rows=rows, drawn=[overview.envelope(shown.snapshot), *([quarters(rows)] if len({row["quarter"] for row in rows}) > 1 else [])],
        quarter=shown.snapshot.quarter,
        forecasts=forecasts(shown.snapshot),
    )  # fmt: skip


def present(drafts: list[Row], stated: list[Row]) -> list[dict[str, Any]]:
    """One row per statement that somebody may act on: finalised ones, and the draft under way of each quarter and convention."""
    numbers = {row["draft_id"]: row for row in stated if row["draft_id"]}
    under_way = _under_way(drafts)
    shown = [row for row in drafts if row["draft_id"] in numbers] + _not_covered(under_way, drafts)
    totals = _totals(stated, under_way)
    return sorted(
        (
            {
                **row,
                "number": numbers[row["draft_id"]]["number"] if row["draft_id"] in numbers else None,
                "before_cents": totals.get((_before(row["quarter"]), row["convention"])),
            }
            for row in shown
        ),
        key=lambda row: (-Quarter.parse(row["quarter"]).start.toordinal(), row["convention"], row["draft_id"]),
    )


def before_cents(drafts: list[Row], stated: list[Row], row: Row) -> int | None:
    """The total of the same convention in the quarter before: finalised, else the draft under way; None without any."""
    return _totals(stated, _under_way(drafts)).get((_before(row["quarter"]), row["convention"]))


def _under_way(drafts: list[Row]) -> dict[tuple[str, str], Row]:
    """The submitted or approved draft of each quarter and convention, else the last made that is not finalised."""
    found: dict[tuple[str, str], Row] = {}
    for row in drafts:
        key = row["quarter"], row["convention"]
        held = found.get(key)
        if row["status"] != "finalise" and (
            held is None or held["status"] == "brouillon" or row["status"] != "brouillon"
        ):
            found[key] = row
    return found


def _not_covered(under_way: dict[tuple[str, str], Row], drafts: list[Row]) -> list[Row]:
    """The drafts under way that were made after the last finalised one of their quarter, or hold something."""
    last = {(row["quarter"], row["convention"]): row["draft_id"] for row in drafts if row["status"] == "finalise"}
    return [
        row
        for key, row in under_way.items()
        if row["status"] != "brouillon"
        or (row["draft_id"] > last.get(key, 0) and (row["line_count"] or key not in last))
    ]


def _totals(stated: list[Row], under_way: dict[tuple[str, str], Row]) -> dict[tuple[str, str], int]:
    """The total of each quarter and convention: what is finalised, else the draft under way."""
    totals: dict[tuple[str, str], int] = {}
    for row in stated:
        if row["kind"] == "releve":
            key = (row["quarter"], row["convention"])
            totals[key] = totals.get(key, 0) + row["total_cents"]
    return {key: row["total_cents"] for key, row in under_way.items()} | totals


def _before(quarter: str) -> str:
    return str(Quarter.parse(quarter).previous)


def quarters(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    """Totals by quarter, in whole euros."""
    from etl.web import charts

    totals: dict[str, int] = {}
    for row in rows:
        totals[row["quarter"]] = totals.get(row["quarter"], 0) + max(0, row["total_cents"])
    points = [(quarter, cents // 100) for quarter, cents in sorted(totals.items())][-8:]
    return charts.columns("Total par trimestre", ("Trimestre", "Euros"), points, "En euros, toutes conventions.")


def forecasts(made: snapshot.Snapshot) -> list[dict[str, Any]]:
    """What each envelope would have consumed at the end of its year, were its acts to go on at the pace of the elapsed quarters."""
    quarter = made.computed.quarter
    elapsed = int(str(quarter)[-1])
    query = "select convention, sum(paid_cents)::bigint as cents from paid where year(act_date) = $year group by 1"
    used = {row["convention"]: row["cents"] for row in made.rows(query, {"year": quarter.year})}
    return [
        {
            "convention": row["convention"], "year": row["year"], "limit_cents": row["amount_cents"],
            "used_cents": used.get(row["convention"], 0), "forecast_cents": used.get(row["convention"], 0) * 4 // elapsed,
        }
        for row in made.rows("select * from envelope where year = $year", {"year": quarter.year})
    ]  # fmt: skip


def make_drafts(request: Request, form: FormData = Depends(sent)) -> Response:
    """Draft all conventions of a quarter, each at its cutoff."""
    draft.run(settings.home(), str(form.get("quarter", "")), settings.now())
    return back(request, "/releves", "etabli")
