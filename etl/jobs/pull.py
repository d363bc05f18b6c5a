"""One pass over one source: what is new there is fetched, landed, attributed, taken in or held, and remembered.

What was fetched before a connection was cut is taken in all the same; the next pass goes on with the others. An item is
removed at its source, where its declaration says so, by the pass after the one that received it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import ingest
from etl.jobs.attribution import UNREAD, Register, of_association, origin
from etl.jobs.ingest import Incoming
from etl.model.errors import AwayError, SaisinesError
from etl.model.quarter import civil_day
from etl.sources import landing
from etl.sources.inbox import Found
from etl.sources.landing import Landed
from etl.sources.pull import declared
from etl.sources.pull.base import Base
from etl.sources.pull.item import File, Item, shown
from etl.warehouse import pulled, reference
from etl.warehouse.pulled import FAILED, HELD, NOTHING, RECEIVED, Held
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOST_ITEMS = 1000  # of a pass; the others wait for the next
BY = "saisines"
EARLIEST = datetime(
    2015, 1, 1, tzinfo=UTC
)  # no row is older: a source that says so has lost its clock, the reading counts


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


@dataclass
class Gathered:
    """What a pass fetched.

    Attributes:
        files: those to take in, with the item that brought each; None for one that was held.
        held: those to hold.
        items: every item that was fetched.
        late: the items that could not be had now.
        cursor: the page of the first of these, else the last page.
        trouble: what ended the pass before its end.
    """

    cursor: str | None
    files: list[tuple[str | None, Incoming]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    items: set[str] = field(default_factory=set)
    late: list[Item] = field(default_factory=list)
    trouble: SaisinesError | None = None


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
        gathered, held_ids = _gather(home, engine, source, at)
        report = ingest.take(home, [one for _, one in gathered.files], at) if gathered.files else ingest.Report([])
        _remember(engine, source, gathered, held_ids, report, at)
    statuses = [one.status for one in report.files]
    taken = Taken(
        statuses.count(ingest.RECEIVED),
        statuses.count(ingest.KNOWN),
        statuses.count(ingest.FAILED),
        len(gathered.held),
        len(gathered.late),
    )
    _complain(source, gathered, taken)
    return taken


def news(home: Path, kind: str, since: datetime) -> int:
    """How many deliveries of a kind were received since an instant."""
    with connect(home) as engine, engine.connect() as connection:
        return pulled.received_since(connection, kind, since)


def _gather(home: Path, engine: Engine, source: Base, at: datetime) -> tuple[Gathered, dict[int, int]]:
    """Fetch and land what is new, with the files held before that the register has come to know."""
    with engine.connect() as connection:
        seen = pulled.load_seen(connection, source.nom)
        since = pulled.load_positions(connection).get(source.nom, {}).get("cursor")
        register = Register.of(reference.load_associations(connection))
        waiting = pulled.load_held(connection, source.nom)
    gathered = Gathered(since)
    held_ids = _come_known(home, gathered, waiting, register)
    try:
        with closing(declared.items(source, since, at)) as offered:
            for item in offered:
                if len(gathered.items) == MOST_ITEMS:
                    break
                _one(home, source, item, seen, register, gathered, at)
    except SaisinesError as error:
        gathered.trouble = error
    return gathered, held_ids


def _one(
    home: Path,
    source: Base,
    item: Item,
    seen: Mapping[str, str],
    register: Register,
    gathered: Gathered,
    at: datetime,
) -> None:
    """Fetch an item unless it was seen; remove it if it was received and the declaration says so."""
    key = hashlib.sha256(item.key.encode(errors="surrogateescape")).hexdigest()
    if not gathered.late:
        gathered.cursor = item.page
    if key in gathered.items:
        return
    try:
        if key in seen:
            if source.supprimer and seen[key] == RECEIVED:
                item.remove()
            return
        files = item.fetch()
    except AwayError:
        gathered.late.append(item)
        raise
    except SaisinesError:
        gathered.late.append(item)
        return
    gathered.items.add(key)
    for file in files:
        _sort(home, source, key, file, register, gathered, at)


def _sort(home: Path, source: Base, key: str, file: File, register: Register, gathered: Gathered, at: datetime) -> None:
    """Land a file that is to be taken in or held; of one that is not read at all, keep only that it came."""
    whose, why = origin(source, file, register)
    given = file.received_at if file.received_at and file.received_at >= EARLIEST else at
    received_on = civil_day(min(given, at))
    kept = None if why.startswith(UNREAD) else file.content
    landed = landing.land(home, kept, settings.storage_key()) if kept is not None else None
    name, said = shown(file.name), source.association or file.said
    if whose and landed:
        found = Found(home / landed.path, name, source.porte, whose)
        gathered.files.append((key, Incoming(found, landed, received_on)))
        return
    gathered.held.append(
        Held(
            source=source.nom,
            item=key,
            kind=source.porte,
            file_name=name,
            said=shown(said) if said else None,
            believed=file.doubt is None and landed is not None,
            reason=why,
            received_on=received_on,
            sha256=landed.sha256 if landed else None,
            landed=landed.path if landed else None,
            size_bytes=landed.size if landed else None,
        )
    )


def _come_known(
    home: Path, gathered: Gathered, waiting: Sequence[Mapping[str, Any]], register: Register
) -> dict[int, int]:
    """Take in the files that were held because the register did not know their association, and now does.

    Returns:
        The key of each held file, by its place among the gathered files.
    """
    places = {}
    for row in waiting:
        whose = of_association(row["said"], register)[0] if row["believed"] else None
        if whose:
            places[len(gathered.files)] = row["held_file_id"]
            gathered.files.append((None, as_incoming(home, row, whose)))
    return places


def as_incoming(home: Path, held: Mapping[str, Any], association: str) -> Incoming:
    """A held file as one to take in."""
    found = Found(home / held["landed"], held["file_name"], held["kind"], association)
    return Incoming(found, Landed(held["sha256"], held["landed"], held["size_bytes"]), held["received_on"])


def _remember(
    engine: Engine, source: Base, gathered: Gathered, held_ids: Mapping[int, int], report: ingest.Report, at: datetime
) -> None:
    """Record what became of each item, what is held, and where the list was left."""
    outcomes = dict.fromkeys(gathered.items, NOTHING)
    for (key, _), file in zip(gathered.files, report.files, strict=True):
        if key and outcomes[key] != FAILED:
            outcomes[key] = FAILED if file.status == ingest.FAILED else RECEIVED
    outcomes |= dict.fromkeys((one.item for one in gathered.held), HELD)
    with engine.begin() as connection:
        pulled.save_held(connection, gathered.held, at)
        for place, held_id in held_ids.items():
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
