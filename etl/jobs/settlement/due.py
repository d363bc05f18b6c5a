"""Which drafts are to be made: of a quarter asked for, or of the cutoffs that are past and have none yet.

The unit is the conventions of a quarter that share a cutoff: one computation states them all (DECISIONS.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.settlement.inputs import default_cutoff, load_conventions
from etl.model.quarter import Quarter
from etl.warehouse.drafts import load_drafts
from etl.warehouse.extent import load_quarters
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statements

if TYPE_CHECKING:
    from sqlalchemy import Connection

Group = dict[str, Any]  # `quarter`, `conventions`: what a task is given, as JSON
Due = tuple[Quarter, date | None, str]
LOOK_BACK = 2  # quarters before the one of yesterday; further back somebody asks for it


def asked(home: Path, quarter: str) -> list[Group]:
    """All conventions, for a quarter given by hand."""
    wanted = Quarter.parse(quarter)
    with connect(home) as engine, engine.connect() as connection:
        conventions = load_conventions(connection)
    return _groups((wanted, default_cutoff(conventions, code, wanted), code) for code in conventions.conventions)


def due(home: Path, day: date) -> list[Group]:
    """What is to be drafted on the morning of a day.

    The conventions whose cutoff was the day before; and, as nothing may have run that morning, those whose cutoff
    passed earlier, which have no draft of it, and whose quarter has calls that no take-over covers.
    """
    yesterday = day - timedelta(days=1)
    quarters = [Quarter.of(yesterday)]
    for _ in range(LOOK_BACK):
        quarters.append(quarters[-1].previous)
    with connect(home) as engine, engine.connect() as connection:
        conventions = load_conventions(connection)
        wanted = _missed(connection)
        passed = [
            (quarter, cutoff, code)
            for quarter in quarters
            for code in conventions.conventions
            if (cutoff := default_cutoff(conventions, code, quarter)) and cutoff <= yesterday
        ]
        return _groups(one for one in passed if one[1] == yesterday or wanted(*one))


def _missed(connection: Connection) -> Callable[[Quarter, date, str], bool]:
    """Tells whether a cutoff that is past still waits for its draft."""
    called = set(load_quarters(connection))
    drafted = _latest(((one["convention"], one["quarter"]), one["cutoff"]) for one in load_drafts(connection))
    takeovers = [one for one in load_statements(connection) if one["kind"] == "reprise"]
    taken_over = _latest((one["convention"], one["until_on"]) for one in takeovers)

    def missed(quarter: Quarter, cutoff: date, code: str) -> bool:
        made = drafted.get((code, str(quarter)))
        covered = taken_over.get(code, date.min) >= quarter.end - timedelta(days=1)
        return quarter in called and not covered and (made is None or made < cutoff)

    return missed


def _latest(days: Iterable[tuple[Any, date]]) -> dict[Any, date]:
    """The last day given for each key."""
    made: dict[Any, date] = {}
    for name, day in days:
        made[name] = max(day, made.get(name, day))
    return made


def _groups(found: Iterable[Due]) -> list[Group]:
    """Conventions that share a quarter and a cutoff; one without a cutoff is alone, and fails alone."""
    made: dict[tuple[str, str], list[str]] = {}
    for quarter, cutoff, code in found:
        made.setdefault((str(quarter), str(cutoff or code)), []).append(code)
    return [{"quarter": quarter, "conventions": codes} for (quarter, _), codes in sorted(made.items())]
