"""One pass over one source: what is new there is fetched, landed, attributed, taken in or held, and remembered.

What was fetched before a connection was cut is taken in all the same; the next pass goes on with the others. An item is
removed at its source, where its declaration says so, by the pass after the one that received it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.intake import ingest
from etl.jobs.intake.attribution import Register
from etl.jobs.intake.gathering import Gathered, Gatherer
from etl.model.errors import AwayError, SaisinesError
from etl.sources.pull import declared
from etl.sources.pull.base import Base
from etl.warehouse import pulled, reference
from etl.warehouse.pulled import FAILED, HELD, NOTHING, RECEIVED
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Engine

BY = "saisines"


@dataclass(frozen=True)
class Taken:
    """What became of what a source offered: numbers of files, of items for `waiting`.

    Attributes:
        received: taken in.
        known: received before.
        failed: unreadable.
        held: whose they are is not known or not believed.
        waiting: could not be had now.
    """

    received: int = 0
    known: int = 0
    failed: int = 0
    held: int = 0
    waiting: int = 0


def sources(kind: str | None = None) -> list[Base]:
    """The declared sources, of one kind or all; without a declaration, the inbox."""
    found = declared.load(settings.sources_file(), settings.inbox())
    return [one for one in found if kind in (None, one.porte)]


def names(kind: str) -> list[str]:
    """The names of the sources that carry `journal` or `fiches`."""
    return [source.nom for source in sources(kind)]


def run_list(home: Path) -> list[dict[str, Any]]:
    """The declared sources, with when each was last read to its end."""
    with connect(home) as engine, engine.connect() as connection:
        positions = pulled.load_positions(connection)
    return [
        {
            "nom": source.nom,
            "type": source.type,
            "porte": source.porte,
            "connexion": getattr(source, "connexion", None),
            "pulled_at": positions.get(source.nom, {}).get("pulled_at"),
        }
        for source in sources()
    ]


def run(home: Path, name: str, at: datetime) -> Taken:
    """Pull from the source of that name, as `run_source` does.

    Raises:
        SaisinesError: none is declared by that name.
    """
    for source in sources():
        if source.nom == name:
            return run_source(home, source, at)
    raise SaisinesError(f"Source « {name} » inconnue ; « saisines sources list » les donne.")


def run_source(home: Path, source: Base, at: datetime) -> Taken:
    """Pull what is new from a source.

    Args:
        home: the folder of the state.
        source: its declaration.
        at: the instant of the pass.

    Raises:
        AwayError: it was away, or some of it could not be had now; the rest was taken in.
        SaisinesError: it refuses us; or no file could be taken in, and some failed.
    """
    with connect(home) as engine:
        gathered = _gather(home, engine, source, at)
        report = ingest.take(home, [one for _, one in gathered.files], at) if gathered.files else ingest.Report([])
        _remember(engine, source, gathered, report, at)
    statuses = [one.status for one in report.files]
    taken = Taken(
        statuses.count(ingest.RECEIVED),
        statuses.count(ingest.KNOWN),
        statuses.count(ingest.FAILED),
        len(gathered.held),
        gathered.late,
    )
    _complain(source, gathered, taken)
    return taken


def news(home: Path, kind: str, since: datetime) -> int:
    """How many deliveries of a kind were received since an instant."""
    with connect(home) as engine, engine.connect() as connection:
        return pulled.received_since(connection, kind, since)


def _gather(home: Path, engine: Engine, source: Base, at: datetime) -> Gathered:
    """Fetch and land what is new, knowing what was seen, where the list was left and whose files are whose."""
    with engine.connect() as connection:
        seen = pulled.load_seen(connection, source.nom)
        since = pulled.load_positions(connection).get(source.nom, {}).get("cursor")
        register = Register.of(reference.load_associations(connection))
        waiting = pulled.load_held(connection, source.nom)
    return Gatherer(home, source, register, seen, since, at).gather(waiting)


def _remember(engine: Engine, source: Base, gathered: Gathered, report: ingest.Report, at: datetime) -> None:
    """Record what became of each item, what is held, and where the list was left."""
    outcomes = dict.fromkeys(gathered.items, NOTHING)
    for (key, _), file in zip(gathered.files, report.files, strict=True):
        if key and outcomes[key] != FAILED:
            outcomes[key] = FAILED if file.status == ingest.FAILED else RECEIVED
    outcomes |= dict.fromkeys((one.item for one in gathered.held), HELD)
    with engine.begin() as connection:
        pulled.save_held(connection, gathered.held, at)
        for place, held_id in gathered.known_now.items():
            whose = gathered.files[place][1].found.origin
            pulled.save_settled(connection, held_id, whose, BY, "le registre la connaît désormais", at)
        pulled.save_seen(connection, source.nom, outcomes, at)
        if gathered.trouble is None:
            pulled.save_position(connection, source.nom, gathered.cursor, at)


def _complain(source: Base, gathered: Gathered, taken: Taken) -> None:
    """Raise what should be seen in red, once all that could be taken in is."""
    if gathered.trouble:
        raise gathered.trouble
    if taken.waiting:
        raise AwayError(
            f"Source {source.nom} : {taken.waiting} élément(s) n’ont pu être pris ; ils le seront au passage suivant."
        )
    if taken.failed and not taken.received:
        refuse(taken.failed)


def refuse(failed: int) -> None:
    """Raise a SaisinesError if files could not be taken in."""
    if failed:
        raise SaisinesError(
            f"{failed} fichier(s) illisible(s) ; « saisines deliveries list » dit lesquels et pourquoi."
        )
