"""`saisines report`: the funder's report of a convention and a quarter, published once and kept as published.

What a quarter's report shows and masks is stored when it is first made: made again, or shown beside later quarters, it is
the same to the last cell, whatever has arrived since.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents
from etl.jobs.settlement import draft
from etl.jobs.settlement.inputs import default_cutoff, gather, load_conventions
from etl.jobs.watching.ran import ran
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter, civil_day
from etl.warehouse import issued, statements, watch
from etl.warehouse.drafts import pack, unpack
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Engine

Row = dict[str, Any]
NATURES = ("psy", "jur", "soc")
UNKNOWN = ("Inconnu", "autre")
# What the referent psychologist recorded of an impossible support → what the report counts.
OUTCOMES = {
    "association": "redirige",
    "autre_aide": "redirige",
    "referent": "suivi",
    "en_cours": "en_attente",
    "renonce": "sans_suite",
    "injoignable": "sans_suite",
}


@dataclass(frozen=True)
class Reported:
    """What was made: the folder of the two files, whether this call published the quarter, how many cells are masked."""

    folder: Path
    published_now: bool
    cells: int
    masked: int


def run(home: Path, quarter: str, convention: str, by: str, at: datetime, out: Path | None = None) -> Reported:
    """Publish the report of a quarter, or make again the one published.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        convention: its code.
        by: who publishes it.
        at: the instant.
        out: the folder to write to; default, `out/` in the home.

    Raises:
        SaisinesError: the quarter is not published and its statement is not finalised yet.
    """
    by, wanted = people.given(by), str(Quarter.parse(quarter))
    with ran(home, "report", at, quarter=wanted, convention=convention) as counts, connect(home) as engine:
        known = _known(engine, convention, wanted)
        if known is None:
            _publish(engine, home, wanted, convention, by, at)
        files = dict(rendered(engine, convention, wanted))
        row = _known(engine, convention, wanted)
        cells = row["issue"]["cells"] if row else {}
        made = Reported(
            (out or home / "out") / wanted / convention,
            known is None,
            len(cells),
            sum(value is None for value in cells.values()),
        )
        counts |= {"cells": made.cells, "masked": made.masked}
    for name, content in files.items():
        write_atomically(made.folder / name, content)
    return made


def rendered(engine: Engine, convention: str, quarter: str) -> Iterator[tuple[str, bytes]]:
    """The two files of a published quarter, by name, with the quarters published before it; none when it never was."""
    from reports.funder_pdf import render_funder_pdf
    from reports.funder_workbook import render_funder_workbook

    with engine.connect() as connection:
        rows = issued.load_issues(connection, convention)
        place = next((place for place, row in enumerate(rows) if row["quarter"] == quarter), None)
        if place is None:
            return
        number = _number(connection, rows[place]["statement_id"], convention)
    row, earlier = rows[place], [one["issue"] for one in rows[:place]]
    snapshot = documents.finalised(engine, number) if number else unpack(row["snapshot"])
    yield "compte-rendu.xlsx", render_funder_workbook(snapshot, row["issue"], earlier)
    yield "compte-rendu.pdf", render_funder_pdf(snapshot, row["issue"], earlier)


def _number(connection: Any, statement_id: int | None, convention: str) -> str | None:  # noqa: ANN401 - Connection
    rows = statements.load_statements(connection, convention)
    return next((str(row["number"]) for row in rows if row["statement_id"] == statement_id), None)


def _known(engine: Engine, convention: str, quarter: str) -> Row | None:
    with engine.connect() as connection:
        rows = issued.load_issues(connection, convention)
    return next((row for row in rows if row["quarter"] == quarter), None)


def _publish(engine: Engine, home: Path, quarter: str, convention: str, by: str, at: datetime) -> None:
    from reports.funder import publish

    with engine.begin() as connection:
        issued.lock_issues(connection)
        before = issued.load_issues(connection, convention)
        if any(row["quarter"] == quarter for row in before):
            return
        found = [row for row in statements.load_statements(connection, convention) if row["quarter"] == quarter]
        kept, cutoff = _basis(engine, home, found, quarter, convention, at)
        cells = rows(engine, quarter, convention, cutoff, [row["number"] for row in found])
        made = publish(convention, quarter, cells, [row["issue"] for row in before])
        issued.save_issue(
            connection,
            {
                "convention": convention, "quarter": quarter, "cutoff": cutoff, "issue": made, "snapshot": kept,
                "statement_id": found[-1]["statement_id"] if found else None,
                "published_by": by, "account": settings.system_user(), "published_at": at,
            },
        )  # fmt: skip
        detail = {"convention": convention, "quarter": quarter}
        watch.save_act(connection, "funder_report", detail, by, settings.system_user(), at)


def _basis(
    engine: Engine, home: Path, found: list[Row], quarter: str, convention: str, at: datetime
) -> tuple[bytes | None, date]:
    """What the report is made with: the finalised statement; else, when nothing was to be stated, the draft's snapshot."""
    if found:
        return None, found[-1]["cutoff"]
    with engine.connect() as connection:
        conventions = load_conventions(connection)
    if convention not in conventions.conventions:
        raise SaisinesError(
            f"Convention inconnue : {convention} ; celles en vigueur sont {', '.join(conventions.conventions)}."
        )
    cutoff = default_cutoff(conventions, convention, Quarter.parse(quarter))
    if cutoff is None or cutoff >= civil_day(at):
        raise SaisinesError(f"Le relevé {convention} {quarter} n’est pas finalisé : son arrêté n’est pas passé.")
    made = draft.recompute(engine, quarter, convention, cutoff)
    if made.statement["lines"]:
        raise SaisinesError(f"Le relevé {convention} {quarter} n’est pas finalisé : finalisez-le, puis publiez.")
    return pack({**(made.snapshot or {}), "statement": dict(made.statement)}), cutoff


def rows(engine: Engine, quarter: str, convention: str, cutoff: date, numbers: Iterable[str]) -> list[Row]:
    """The figures of a convention's quarter by département and qualité, as `reports.funder_cells` takes them.

    Args:
        engine: of the warehouse.
        quarter: `2026-T1`.
        convention: its code.
        cutoff: what was received later is not seen.
        numbers: of the quarter's finalised statements.
    """
    from etl.engine.compute import compute

    found = compute(gather(engine, cutoff).over(Quarter.parse(quarter)), {"funder_case"})["funder_case"].to_pylist()
    cases = [row for row in found if row["convention"] == convention]
    with engine.connect() as connection:
        recorded = issued.load_support_outcomes(connection)
    amounts = _amounts(engine, numbers)
    groups: dict[tuple[str, str], Row] = defaultdict(_empty)
    for case in cases:
        _count(groups[case["departement"], case["qualite"]], case, recorded.get(case["reference"]))
    where = {case["reference"]: (case["departement"], case["qualite"]) for case in cases}
    for reference, cents in sorted(amounts.items()):
        group = groups[where.get(reference, UNKNOWN)]
        group["paid"] += 1
        group["amount_cents"] += cents
    return [{"departement": place[0], "qualite": place[1], **group} for place, group in sorted(groups.items())]


def _amounts(engine: Engine, numbers: Iterable[str]) -> Mapping[str, int]:
    """Cents of the quarter's own acts on its statements, by saisine."""
    cents: Counter[str] = Counter()
    for number in numbers:
        for line in documents.finalised(engine, number)["statement"]["lines"]:
            if line["kind"] == "courant":
                cents[line["saisine"]] += line["amount_cents"]
    return cents


def _empty() -> Row:
    counters: Row = {name: Counter() for name in ("issues", "delays", "followed", "sessions", "impossible")}
    counters["followed"]["any"] = 0
    return {**dict.fromkeys(("saisines", "in_clause", "memo_de_vie", "paid", "amount_cents"), 0), **counters}


def _count(group: Row, case: Row, recorded: str | None) -> None:
    held = {nature: case[nature] for nature in NATURES if case[nature]}
    group["sessions"].update(held)
    group["followed"].update(["any", *held] if held else [])
    if not case["opened"]:
        return
    group["saisines"] += 1
    group["memo_de_vie"] += case["memo_de_vie"]
    if case["issue"]:
        group["issues"][case["issue"]] += 1
    if case["delay_days"] is not None:
        group["delays"][str(case["delay_days"])] += 1
        group["in_clause"] += case["in_clause"]
    if case["outcome"]:
        group["impossible"][OUTCOMES.get(recorded or "", case["outcome"])] += 1
