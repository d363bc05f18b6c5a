"""`saisines purge`: what has been kept long enough goes, of closed saisines only, and no draft changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.engine.compute import compute
from etl.jobs import people
from etl.jobs.intake import storing
from etl.jobs.privacy.retention import Kept, limit, read_retention
from etl.jobs.settlement.inputs import gather
from etl.model.quarter import Quarter, civil_day
from etl.sources import landing
from etl.warehouse import purging, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa
    from sqlalchemy import Connection, Engine

ACTION = "purge"
STRAY = timedelta(days=1)  # a landed copy that nothing names after that long was left by a killed process
AUTOMATIC = "purge automatique"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Purged:
    """How many went, or would go.

    Attributes:
        closed: closed saisines, which are what may be touched.
        appels: calls emptied of their details.
        pseudonymes: people whom no saisine leads to any more.
        fichiers: landed copies deleted.
        refus: refused rows deleted, with the files that they come from.
        retenus: copies of held files deleted.
        soutiens: outcomes of impossible supports deleted.
        consultations: readings deleted.
    """

    closed: int
    appels: int
    pseudonymes: int
    fichiers: int
    refus: int
    retenus: int
    soutiens: int
    consultations: int


@dataclass(frozen=True)
class Closed:
    """The closed saisines as of a day.

    Attributes:
        references: of them.
        unlinked: of those that were closed long enough ago to forget who it was.
        needed: deliveries of fiches that tell of a saisine that is not closed.
    """

    references: frozenset[str]
    unlinked: frozenset[str]
    needed: frozenset[int]


def run(
    home: Path, at: datetime, by: str = AUTOMATIC, *, dry_run: bool = False, progress: Progress = lambda what: None
) -> Purged:
    """Purge, in one transaction; the files go once it is committed.

    Args:
        home: the folder of the state.
        at: the instant.
        by: who asks for it.
        dry_run: do everything, then undo it: the counts are those of a purge.
        progress: told the step that runs.

    Raises:
        SaisinesError: the table of durations is wrong.
    """
    by, kept = people.given(by), read_retention(home)
    with connect(home, role="purge") as engine, engine.connect() as connection, connection.begin() as transaction:
        storing.lock(connection)  # from here on nothing arrives that would open a saisine again
        closed = find_closed(engine, civil_day(at), kept["pseudonymes"].months, progress)
        progress("purge")
        purging.allow(connection)
        purged, paths = _purge(connection, closed, kept, at)
        if dry_run:
            transaction.rollback()
            return purged
        watch.save_act(connection, ACTION, asdict(purged), by, settings.system_user(), at)
        paths = {*paths, *landing.places(home, at - STRAY)}
        paths -= purging.still_needed(connection, paths)
    for path in sorted(paths):
        landing.remove(home, path)
    return purged


def find_closed(engine: Engine, today: date, months: int = 0, progress: Progress = lambda what: None) -> Closed:
    """What the rules say is closed, everything received by today being seen; `months`: and was so long ago."""
    found = closed_of(tables_of(engine, today), progress)
    if months:
        before = closed_of(tables_of(engine, limit(today, months)), progress)
        found = replace(found, unlinked=found.references & before.references)
    return found


def tables_of(engine: Engine, day: date) -> Mapping[str, pa.Table]:
    """What the engine takes in, everything received by a day being seen."""
    return gather(engine, day).over(Quarter.of(day))


def closed_of(tables: Mapping[str, pa.Table], progress: Progress = lambda what: None) -> Closed:
    """The closed saisines of these tables, and the deliveries of fiches that tell of others."""
    found = compute(tables, {"closed", "match", "saisine_case", "saisine"}, progress)
    ended = set(found["closed"].column("saisine").to_pylist())
    names = zip(
        found["saisine"].column("saisine").to_pylist(), found["saisine"].column("reference").to_pylist(), strict=True
    )
    matched = _columns(found["match"], "association", "written", "received_on", "saisine")
    still = {place[:3] for place in matched if place[3] is not None and place[3] not in ended}
    told = _columns(tables["fiche"], "association", "written", "received_on", "delivery_id")
    references = frozenset(reference for saisine, reference in names if saisine in ended)
    return Closed(
        references,
        references,
        frozenset(place[3] for place in told if place[:3] in still),
    )


def _columns(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def _purge(
    connection: Connection, closed: Closed, kept: Mapping[str, Kept], at: datetime
) -> tuple[Purged, Collection[str]]:
    """Purge each kind; gives the counts and the paths of the copies to delete."""
    today = civil_day(at)
    before = {kind: limit(today, one.months) for kind, one in kept.items()}
    instants = {kind: datetime.combine(day, time(), UTC) for kind, day in before.items()}
    needed = closed.needed | set(purging.open_deliveries(connection, closed.references))
    calls = purging.empty_calls(connection, before["appels"])
    people_ = purging.unlink_people(connection, closed.unlinked)
    files, refused = purging.forget_files(connection, before["fichiers"], needed)
    held = purging.forget_held(connection, before["retenus"])
    outcomes = purging.forget_outcomes(connection, closed.references, instants["soutiens"])
    readings = purging.forget_readings(connection, instants["consultations"])
    counts = Purged(len(closed.references), calls, people_, len(files), refused, len(held), outcomes, readings)
    return counts, [*files, *held]
