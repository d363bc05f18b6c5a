"""Refused rows and the rows that correct them: which accepted row replaces which refused one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from etl.jobs.intake.storing import Stored, of_deliveries
from etl.sources.kept import COLUMNS, KEY, SESSION
from etl.warehouse import quarantine

if TYPE_CHECKING:
    from sqlalchemy import Connection

CORRECTED = "corrigee"

Waiting = Mapping[str, Any]


def load_waiting(connection: Connection) -> list[Waiting]:
    """The refused rows that nothing has replaced yet."""
    return list(quarantine.load_refused(connection, waiting=True))


def link(connection: Connection, waiting: Sequence[Waiting], stored: Stored, at: datetime) -> int:
    """Record which refused rows the accepted rows of a run correct; gives their number.

    Args:
        connection: in the transaction of the run.
        waiting: the rows that were refused before the run.
        stored: what the run stored.
        at: the instant of the run.
    """
    outcomes = [
        (int(row["refused_row_id"]), CORRECTED, int(found["delivery_id"]), int(found["row_id"]))
        for row, found in _matches(waiting, stored)
    ]
    quarantine.save_outcomes(connection, outcomes, at)
    return len(outcomes)


def _matches(waiting: Sequence[Waiting], stored: Stored) -> Iterator[tuple[Waiting, dict[str, Any]]]:
    by_source: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for row in waiting:
        by_source[row["origin"], row["kind"]].append(row)
    for (origin, kind), rows in by_source.items():
        places = [place for place, delivery in stored.deliveries.items() if delivery.origin == origin]
        candidates = of_deliveries(stored.accepted[kind], places).to_pylist() if places else []
        yield from _pairs(rows, candidates, kind)


def _pairs(
    rows: Sequence[Waiting], candidates: Sequence[dict[str, Any]], kind: str
) -> Iterator[tuple[Waiting, dict[str, Any]]]:
    """Pair refused rows with accepted ones of the same origin and kind; one session corrects one session."""
    by_number = {str(one["quarantaine"]): one for one in candidates if one.get("quarantaine")}
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in candidates:
        by_key[one[KEY[kind]]].append(one)
    taken: set[int] = set()
    for row in rows:
        found = by_number.get(str(row["refused_row_id"])) or _by_content(row, by_key, kind, taken)
        if found:
            taken.add(found["row_id"] if kind == SESSION else 0)
            yield row, found


def _by_content(
    row: Waiting, by_key: Mapping[str, list[dict[str, Any]]], kind: str, taken: set[int]
) -> dict[str, Any] | None:
    """The row of the same call or reference; of sessions, the one that agrees on every cell that was right."""
    if row["row_key"] is None:
        return next((one for ones in by_key.values() for one in ones if _same_place(row, one)), None)
    near = [one for one in by_key.get(row["row_key"], []) if one["row_id"] not in taken]
    if kind != SESSION:
        return near[-1] if near else None
    right = [name for name in COLUMNS[SESSION] if name not in row["cells"]]
    alike = [one for one in near if all(one[name] == row["columns"].get(name) for name in right)]
    in_place = [one for one in near if _same_place(row, one)]
    return next((one for one in in_place if one in alike), None) or next(iter([*alike, *in_place]), None)


def _same_place(row: Waiting, one: Mapping[str, Any]) -> bool:
    return bool(one["sheet"] == row["sheet"] and one["row_number"] == row["row_number"])
