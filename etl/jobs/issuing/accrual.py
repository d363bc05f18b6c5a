"""`saisines accrual`: the year's charges that no statement of the year holds, as entries that a person reviews.

Two sums a convention: acts known that no statement finalised in the year states; and what the missing fiches are
estimated to bring, from the rate of return and the mean cost of the saisines of the twelve months before the last quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.files import write_atomically
from etl.jobs.issuing.documents import federation, plain_file
from etl.jobs.settlement.inputs import Inputs, gather
from etl.model.errors import SaisinesError
from etl.model.money import round_half_up
from etl.model.quarter import Quarter, civil_day
from etl.warehouse import statements
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Engine

Row = dict[str, Any]
WANTED = frozenset({"line", "saisine_case", "MISSING_FICHE", "counting"})


@dataclass(frozen=True)
class Provision:
    """What a convention accrues for a year, and where it comes from.

    Attributes:
        convention: its code.
        known_acts: number of acts known that no statement of the year holds; `known_cents`, what they come to.
        stated_cents: of these, what statements finalised since already hold.
        missing: saisines without a fiche.
        room_cents: what is left of the year's envelope; None without one.
        opened: saisines of the months that the estimate rests on; `returned`, those with a fiche; `cost_cents`, what they came to.
    """

    convention: str
    known_acts: int
    known_cents: int
    stated_cents: int
    missing: int
    opened: int
    returned: int
    cost_cents: int
    room_cents: int | None

    @property
    def estimated_cents(self) -> int:
        """The missing fiches × the rate of return × the mean cost of a fiche that came back, within the envelope."""
        estimated = round_half_up(Fraction(self.missing * self.cost_cents, self.opened)) if self.opened else 0
        return estimated if self.room_cents is None else min(estimated, max(0, self.room_cents))


@dataclass(frozen=True)
class Accrued:
    """The provisions of a year, and the files: entries in FEC layout, and the workbook that explains them."""

    provisions: list[Provision]
    entries: Path | None
    workbook: Path


def run(home: Path, year: int, at: datetime, out: Path | None = None) -> Accrued:
    """Write the year-end entries, all to be reviewed, and the workbook that says where each comes from.

    Args:
        home: the folder of the state.
        year: the civil year that closes.
        at: the instant; everything received and finalised so far is seen.
        out: the folder to write to; default, `out/cloture/` in the home.

    Raises:
        SaisinesError: the year has not begun.
    """
    from reports.accrual import render_accrual
    from reports.fec import accrual_entries, in_order, render_fec

    today = civil_day(at)
    if year > today.year:
        raise SaisinesError(f"L’année {year} n’a pas commencé : rien n’est à provisionner.")
    with connect(home) as engine:
        inputs = gather(engine, today)
        provisions = _provisions(engine, inputs, year)
    files = {code: plain_file(inputs.conventions.files[code].content) for code in inputs.conventions.conventions}
    entries = in_order(
        entry
        for one in provisions
        for entry in accrual_entries(files[one.convention], year, one.known_cents, one.estimated_cents)
    )
    folder = out or home / "out" / "cloture"
    workbook = folder / f"provisions_{year}.xlsx"
    content = render_accrual(year, [_told(one) for one in provisions], federation(home)["nom"], today)
    write_atomically(workbook, content)
    if not entries:
        return Accrued(provisions, None, workbook)
    write_atomically(folder / f"provisions_{year}.txt", render_fec(entries))
    return Accrued(provisions, folder / f"provisions_{year}.txt", workbook)


def _told(one: Provision) -> Row:
    return {**vars(one), "estimated_cents": one.estimated_cents}


def _provisions(engine: Engine, inputs: Inputs, year: int) -> list[Provision]:
    from etl.engine.compute import compute

    closing, quarter = date(year, 12, 31), Quarter(year, 4)
    results = compute(inputs.over(quarter), WANTED)
    cases = {row["saisine"]: row for row in results["saisine_case"].to_pylist()}
    returned = set(results["counting"].column("saisine").to_pylist())
    missing = [cases[row["saisine"]] for row in results["MISSING_FICHE"].to_pylist() if row["saisine"] in cases]
    lines = [
        {**row, "reference": row["reference"] or cases[row["saisine"]]["reference"]}
        for row in results["line"].to_pylist()
    ]
    stated = [row for row in inputs.tables["stated"].to_pylist() if row["act_date"] <= closing]
    with engine.connect() as connection:
        late = {
            row["number"]
            for row in statements.load_statements(connection)
            if row["kind"] == "releve" and row["finalised_on"] > closing
        }
    envelopes = {row["convention"]: row["amount_cents"] for row in inputs.tariff["envelope"] if row["year"] == year}
    return [
        _provision(
            code,
            envelopes.get(code),
            [row for row in lines if row["convention"] == code],
            [row for row in stated if row["convention"] == code],
            late,
            [row for row in missing if row["convention"] == code and row["opened_on"] <= closing],
            [row for row in cases.values() if row["convention"] == code and _rests_on(row["opened_on"], year)],
            returned,
            closing,
        )
        for code in inputs.conventions.conventions
    ]


def _rests_on(opened_on: date, year: int) -> bool:
    """The twelve months before the last quarter: their fiches had the time to come back."""
    return date(year - 1, 10, 1) <= opened_on < date(year, 10, 1)


def _provision(
    code: str,
    envelope: int | None,
    lines: list[Row],
    stated: list[Row],
    late: set[str],
    missing: list[Row],
    cohort: list[Row],
    returned: set[int],
    closing: date,
) -> Provision:
    since = [row for row in stated if row["statement_number"] in late]
    references = {row["reference"] for row in cohort}
    of_year = [row for row in [*lines, *stated] if row["act_date"].year == closing.year]
    return Provision(
        convention=code,
        known_acts=len(lines) + len(since),
        known_cents=_sum(lines) + _sum(since),
        stated_cents=_sum(since),
        missing=len(missing),
        opened=len(cohort),
        returned=sum(row["saisine"] in returned for row in cohort),
        room_cents=None if envelope is None else envelope - _sum(of_year),
        cost_cents=max(0, _sum(row for row in [*lines, *stated] if row["reference"] in references)),
    )


def _sum(rows: Any) -> int:  # noqa: ANN401 - an iterable of rows
    return sum(row["amount_cents"] for row in rows)
