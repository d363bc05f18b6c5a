"""`saisines quarantine`: the refused rows: listed, judged again, sent back to be corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from etl import settings
from etl.jobs.intake import storing
from etl.jobs.intake.judging import Given, Judged, Progress, judge
from etl.jobs.intake.quarantine_export import export
from etl.model.errors import SaisinesError
from etl.sources import landing, shapes
from etl.sources.inbox import FICHES
from etl.sources.intake import Content, read_content
from etl.sources.kept import CONTACT, FICHE, SESSION
from etl.warehouse import arrow, quarantine
from etl.warehouse.rows import ROWS_PER_DELIVERY
from etl.warehouse.tables import contacts, fiches, sessions

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

__all__ = ["Replayed", "export", "replay", "run_list"]

REPLAYED = "rejouee"
_TABLES = {CONTACT: (contacts, "contact_id"), FICHE: (fiches, "fiche_id"), SESSION: (sessions, "session_id")}

Row = Mapping[str, Any]
Place = tuple[int, str, str, int]  # delivery, kind, sheet, row number


@dataclass(frozen=True)
class Replayed:
    """What judging again did.

    Attributes:
        judged: how many refused rows were judged again.
        accepted: how many are accepted now.
        unreadable: how many could not be, because the landed file was purged.
    """

    judged: int = 0
    accepted: int = 0
    unreadable: int = 0


def run_list(
    home: Path, *, origin: str | None = None, code: str | None = None, kind: str | None = None, waiting: bool = True
) -> list[dict[str, Any]]:
    """The refused rows, oldest first.

    Args:
        home: the folder of the state.
        origin: only those of this association or source profile.
        code: only those refused for this reason.
        kind: only contacts (`contact`), fiches (`fiche`) or sessions (`session`).
        waiting: only those that nothing has replaced yet.
    """
    from etl.warehouse.server import connect

    with connect(home) as engine, engine.connect() as connection:
        rows = quarantine.load_refused(connection, origin=origin, waiting=waiting)
    return [dict(row) for row in rows if code in (None, *row["codes"]) and kind in (None, row["kind"])]


def replay(
    home: Path, at: datetime, *, secret: bytes | None = None, progress: Progress = lambda stage, done, total: None
) -> Replayed:
    """Judge the refused rows again, as the lists and the registers are today; what passes is stored in its delivery.

    The landed file is read again, not the row that was kept: what was masked there may be in its list by now.

    Args:
        home: the folder of the state.
        at: the instant of the run.
        secret: the key of the pseudonyms; that of the settings by default.
        progress: told of each step.
    """
    from etl.warehouse.server import connect

    with connect(home, role="loader") as engine, engine.begin() as connection:
        storing.lock(connection)
        waiting = quarantine.load_refused(connection, waiting=True)
        given = _given(home, waiting, secret)
        if not given:
            return Replayed(unreadable=len(waiting))
        judged = judge(given, storing.known_codes(connection), progress)
        places = {
            _place(row): int(row["refused_row_id"])
            for row in waiting
            if row["delivery_id"] in {one.delivery for one in given}
        }
        accepted = _store(connection, judged, given, places, at)
    return Replayed(len(places), accepted, len(waiting) - len(places))


def _given(home: Path, waiting: Iterable[Row], secret: bytes | None) -> list[Given]:
    """Read again the landed files that rows were refused from; those purged since are left out."""
    rows = {int(row["delivery_id"]): row for row in waiting}
    contents = {delivery: _content(home, row, secret) for delivery, row in rows.items()}
    return [
        Given(delivery, rows[delivery]["origin"], rows[delivery]["received_on"], content)
        for delivery, content in contents.items()
        if content is not None
    ]


def _content(home: Path, row: Row, secret: bytes | None) -> Content | None:
    content = landing.read_landed(home, row["landed"], row["sha256"], settings.storage_key())
    kind = FICHES if row["kind"] in (FICHE, SESSION) else "journal"
    if content is None:
        return None
    try:
        return read_content(content, row["file_name"] or "", kind, row["origin"], secret or settings.pseudonym_key())
    except SaisinesError:  # its profile is gone, or no longer reads it
        return None


def _place(row: Row) -> Place:
    return int(row["delivery_id"]), row["kind"], row["sheet"], int(row["row_number"])


def _store(
    connection: Connection, judged: Judged, given: Sequence[Given], places: Mapping[Place, int], at: datetime
) -> int:
    """Add to their deliveries the rows that were waiting and now pass.

    The control totals of a delivery stay those of its reception; the outcomes say what became of its refused rows.
    """
    ids = {one.delivery: one.delivery for one in given}
    passed = {kind: _waiting_rows(frame, kind, places) for kind, frame in judged.accepted.items()}
    keyed = {kind: storing.placed(frame, ids, _next_places(connection, kind, ids)) for kind, frame in passed.items()}
    for kind, table in storing.as_tables(
        keyed, {one.delivery: (one.content.layout, one.origin) for one in given}
    ).items():
        _append(connection, kind, table, keyed[kind])
    outcomes = [
        (places[row["delivery"], kind, row["sheet"], row["row_number"]], REPLAYED, row["delivery"], row["row_id"])
        for kind, frame in keyed.items()
        for row in frame.to_pylist()
    ]
    quarantine.save_outcomes(connection, outcomes, at)
    return len(outcomes)


def _waiting_rows(frame: pa.Table, kind: str, places: Mapping[Place, int]) -> pa.Table:
    """Of the rows that pass, those that were waiting: the others are stored already."""
    import pyarrow

    rows = shapes.content(frame, ("delivery", "sheet", "row_number"))
    waits = [(delivery, kind, sheet, number) in places for delivery, sheet, number in rows]
    return frame.filter(pyarrow.array(waits, pyarrow.bool_()))


def _next_places(connection: Connection, kind: str, deliveries_: Iterable[int]) -> dict[int, int]:
    """For each delivery, the first place that no row of that kind holds."""
    table, key = _TABLES[kind]
    query = select(table.c.delivery_id, func.max(table.c[key])).where(table.c.delivery_id.in_(deliveries_))
    last = connection.execute(query.group_by(table.c.delivery_id))
    return {delivery: highest % ROWS_PER_DELIVERY + 1 for delivery, highest in last}


def _append(connection: Connection, kind: str, rows: pa.Table, frame: pa.Table) -> None:
    """Store rows under keys that follow those of their delivery."""
    import pyarrow.compute as pc

    table, key = _TABLES[kind]
    keyed = rows.append_column(key, frame["row_id"])
    if kind != CONTACT:
        group = pc.add(pc.multiply(frame["delivery_id"], ROWS_PER_DELIVERY), frame["fiche_group"])
        keyed = keyed.drop_columns(["fiche_group"]).append_column("fiche_group_id", group)
    arrow.copy(connection, table.name, keyed)
