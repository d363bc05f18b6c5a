"""`saisines simulate`: what quarters would be under other convention files, by the code that makes the drafts. Writes nothing to the warehouse.

Several quarters are drafted one after another, each as if those before it had been finalised: an act is paid once, so
that their totals add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import statement
from etl.engine.compute import RESULTS, compute
from etl.engine.schema import SCHEMAS, table
from etl.jobs.files import write_atomically
from etl.jobs.settlement.draft import as_json
from etl.jobs.settlement.inputs import Inputs, default_cutoff, gather, load_conventions
from etl.jobs.settlement.simulate_told import as_csv, told
from etl.jobs.settlement.simulated import difference
from etl.model.convention_set import ConventionSet, read_directory
from etl.model.quarter import Quarter, civil_day
from etl.model.tariff import resolve
from etl.warehouse.extent import load_last_reception, load_quarters
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Engine

__all__ = ["compare", "drafts", "run", "told"]

Progress = Callable[[str], None]
CutoffOf = Callable[[ConventionSet, str, Quarter], date]
AFTER_ALL = 1_000_000_000  # statements that are only imagined come after all those that exist
TAKEOVER = "-REPRISE"  # how the number of a take-over ends
QUARTERS_COMPARED = 4


@dataclass
class Side:
    """One of the two sets compared, with what it gives as the quarters go by.

    Attributes:
        conventions: the set.
        drafts: the statements' data by (quarter, convention).
        stated: the lines of the quarters already drafted, as if their statements were finalised.
    """

    conventions: ConventionSet
    drafts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    stated: list[dict[str, Any]] = field(default_factory=list)


def run(
    home: Path,
    quarter: str,
    folder: Path,
    at: datetime,
    quarters: int = 1,
    out: Path | None = None,
    progress: Progress = lambda what: None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Compare a quarter, or several that end with it, under the conventions in force and under those of a folder.

    Args:
        home: the folder of the state.
        quarter: the last quarter, `2026-T1`.
        folder: a complete set of convention files.
        at: the instant; each convention is drafted at its own default cutoff, or today when that is to come.
        quarters: how many.
        out: where to write `simulation.json` and `difference.csv`; None writes nothing.
        progress: told what is being done.
        fresh: leave finalised statements out (take-overs stay), and draft again from the journal's first quarter:
            what past quarters would have cost.

    Returns:
        The difference as data: see `etl.jobs.settlement.simulated.difference`.

    Raises:
        SaisinesError: no such quarter, or a file of the folder is wrong.
    """
    asked, after, today = _ending(Quarter.parse(quarter), quarters), read_directory(folder), civil_day(at)
    with connect(home) as engine:
        with engine.connect() as connection:
            sides = Side(load_conventions(connection)), Side(after)
            known = load_quarters(connection)
        passed = [one for one in _from(known, asked[0]) if fresh]
        drafts(engine, sides, [*passed, *asked], lambda *of: min(_own_cutoff(*of), today), fresh, progress)
    made = difference(sides[0].drafts, sides[1].drafts, [str(one) for one in asked]) | {"fresh": fresh}
    if out is not None:
        write_atomically(out / "simulation.json", as_json(made))
        write_atomically(out / "difference.csv", as_csv(made))
    return made


def compare(engine: Engine, before: ConventionSet, after: ConventionSet) -> Mapping[str, Any]:
    """What a change of convention files changes in the journal's last quarters (four at most). Reads no clock.

    Each quarter is drafted at the last reception of the warehouse, given what is finalised. The same warehouse and
    files give the same data, which `conventions apply` puts under its digest; lines are counted, not listed.
    """
    with engine.connect() as connection:
        asked, cutoff = load_quarters(connection)[-QUARTERS_COMPARED:], load_last_reception(connection)
    if cutoff is None or not asked:
        return {}
    sides, last = (Side(before), Side(after)), cutoff
    drafts(engine, sides, asked, lambda *of: last)
    made = difference(sides[0].drafts, sides[1].drafts, [str(one) for one in asked])
    return {name: value for name, value in made.items() if name != "lines"} | {"fresh": False}


def drafts(
    engine: Engine,
    sides: Iterable[Side],
    quarters: Iterable[Quarter],
    cutoff_of: CutoffOf,
    fresh: bool = False,
    progress: Progress = lambda what: None,
) -> None:
    """Draft quarters one after another, for each set, each convention at its cutoff. Fills the sides.

    Args:
        engine: of the warehouse, which is only read.
        sides: the sets; they share each reading of the warehouse.
        quarters: in order.
        cutoff_of: gives the cutoff of a convention for a quarter, under a set.
        fresh: leave finalised statements out.
        progress: told what is being done.
    """
    sides = tuple(sides)
    for place, quarter in enumerate(quarters):
        wanted = [(side, _by_cutoff(side.conventions, quarter, cutoff_of)) for side in sides]
        stated: list[tuple[Side, list[dict[str, Any]]]] = []
        for day in sorted({day for _, days in wanted for day in days}):
            progress(f"{quarter}, arrêté du {day:%d/%m/%Y}")
            inputs = _unsettled(gather(engine, day)) if fresh else gather(engine, day)
            for side, days in wanted:
                stated.append((side, _draft(side, inputs, quarter, days.get(day, []), AFTER_ALL + place)))
        for side, lines in stated:
            side.stated.extend(lines)


def _draft(side: Side, inputs: Inputs, quarter: Quarter, codes: list[str], order: int) -> list[dict[str, Any]]:
    """Draft some conventions at one cutoff; gives their lines as finalised statements would hold them."""
    if not codes:
        return []
    seen = under(inputs, side.conventions)
    results = compute(_tables(seen, side.stated, quarter), RESULTS)
    made = statement.statements(results, codes, str(quarter), inputs.cutoff)
    side.drafts |= {(str(quarter), code): one for code, one in made.items()}
    return [line for code, one in made.items() for line in _as_stated(one, statement.extras(results, code), order)]


def under(inputs: Inputs, conventions: ConventionSet) -> Inputs:
    """The same inputs under another set of convention files."""
    resolved = resolve(conventions)
    tables = {name: table(name, rows) for name, rows in resolved.items() if name in SCHEMAS}
    return replace(inputs, tables={**inputs.tables, **tables}, conventions=conventions, tariff=resolved)


def _tables(inputs: Inputs, stated: list[dict[str, Any]], quarter: Quarter) -> dict[str, pa.Table]:
    import pyarrow as pa

    tables = inputs.over(quarter)
    if stated:
        schema = SCHEMAS["stated"]
        known = tables["stated"].select(schema.names).cast(schema)
        tables["stated"] = pa.concat_tables([known, table("stated", stated)])
    return tables


def _unsettled(inputs: Inputs) -> Inputs:
    """The same inputs as if no statement had been finalised; take-overs, which come from outside, stay."""
    import pyarrow.compute as pc

    stated = inputs.tables["stated"]
    kept = stated.filter(pc.ends_with(stated.column("statement_number"), TAKEOVER))
    return replace(inputs, tables={**inputs.tables, "stated": kept, "carried": inputs.tables["carried"].slice(0, 0)})


def _as_stated(made: Mapping[str, Any], extras: Mapping[tuple[Any, ...], Any], order: int) -> list[dict[str, Any]]:
    own = {"convention": made["convention"], "statement_number": f"{made['convention']} {made['quarter']} (simulé)"}
    return [
        {
            **own,
            **extras[statement.identity(line)],
            "reference": line["saisine"],
            "association": line["association"],
            "prestation": line["prestation"],
            "act_date": date.fromisoformat(line["act_date"]),
            "nth": line["nth"],
            "amount_cents": line["amount_cents"],
            "statement_order": order,
        }
        for line in made["lines"]
    ]


def _by_cutoff(conventions: ConventionSet, quarter: Quarter, cutoff_of: CutoffOf) -> dict[date, list[str]]:
    found: dict[date, list[str]] = {}
    for code in conventions.conventions:
        found.setdefault(cutoff_of(conventions, code, quarter), []).append(code)
    return found


def _own_cutoff(conventions: ConventionSet, code: str, quarter: Quarter) -> date:
    """The convention's default cutoff; where no tariff gives one, the quarter's last day: nothing is priced then."""
    return default_cutoff(conventions, code, quarter) or quarter.end - timedelta(days=1)


def _ending(last: Quarter, number: int) -> list[Quarter]:
    found = [last]
    while len(found) < number:
        found.insert(0, found[0].previous)
    return found


def _from(known: list[Quarter], end: Quarter) -> list[Quarter]:
    """All quarters from the journal's first to the one before `end`."""
    found: list[Quarter] = []
    quarter = min(known, default=end)
    while quarter < end:
        found.append(quarter)
        quarter = quarter.next
    return found
