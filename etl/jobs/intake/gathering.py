"""What one pass over a source fetches: each new item landed, attributed or held; a cut ends it, and loses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from etl import settings
from etl.jobs.intake.attribution import UNREAD, Register, of_association, origin
from etl.jobs.intake.incoming import Incoming
from etl.model.errors import AwayError, SaisinesError
from etl.model.quarter import civil_day
from etl.sources import landing
from etl.sources.inbox import Found
from etl.sources.landing import Landed
from etl.sources.pull import declared
from etl.sources.pull.base import Base
from etl.sources.pull.item import File, Item, shown
from etl.warehouse.pulled import RECEIVED, Held

MOST_ITEMS = 1000  # of a pass; the others wait for the next
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)  # no row is older: a source that says so has lost its clock


@dataclass
class Gathered:
    """What a pass fetched.

    Attributes:
        cursor: the page of the first late item, else the last page.
        files: those to take in, with the item that brought each; None for one that was held.
        held: those to hold.
        known_now: the key of each file that was held until the register came to know whose it is, by its place in
            `files`.
        items: every item that was fetched.
        late: how many items could not be had now.
        trouble: what ended the pass before its end.
    """

    cursor: str | None
    files: list[tuple[str | None, Incoming]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    known_now: dict[int, int] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)
    late: int = 0
    trouble: SaisinesError | None = None


@dataclass(frozen=True)
class Gatherer:
    """A pass over a source.

    Attributes:
        home: the folder of the state.
        source: its declaration.
        register: the associations.
        seen: what became of the items seen before.
        since: where the list was left.
        at: the instant of the pass.
    """

    home: Path
    source: Base
    register: Register
    seen: Mapping[str, str]
    since: str | None
    at: datetime

    def gather(self, waiting: Sequence[Mapping[str, Any]]) -> Gathered:
        """Fetch what is new, until the end or what ends it.

        Args:
            waiting: the files of this source that are held: those whose association the register now knows come too.
        """
        found = Gathered(self.since)
        self._come_known(waiting, found)
        try:
            with closing(declared.items(self.source, self.since, self.at)) as offered:
                for item in offered:
                    if len(found.items) == MOST_ITEMS:
                        break
                    self._one(item, found)
        except SaisinesError as error:
            found.trouble = error
        return found

    def _come_known(self, waiting: Sequence[Mapping[str, Any]], found: Gathered) -> None:
        for row in waiting:
            whose = of_association(row["said"], self.register)[0] if row["believed"] else None
            if whose:
                found.known_now[len(found.files)] = row["held_file_id"]
                found.files.append((None, as_incoming(self.home, row, whose)))

    def _one(self, item: Item, found: Gathered) -> None:
        """Fetch an item unless it was seen; remove it if it was received and the declaration says so."""
        key = hashlib.sha256(item.key.encode(errors="surrogateescape")).hexdigest()
        if not found.late:
            found.cursor = item.page
        if key in found.items:
            return
        try:
            if key in self.seen:
                if self.source.supprimer and self.seen[key] == RECEIVED:
                    item.remove()
                return
            files = item.fetch()
        except AwayError:
            raise
        except SaisinesError:
            found.late += 1
            return
        sorted_ = [self._sort(key, file) for file in files]  # all of them landed, or the item was never seen
        found.items.add(key)
        found.files += [(key, one) for one in sorted_ if isinstance(one, Incoming)]
        found.held += [one for one in sorted_ if isinstance(one, Held)]

    def _sort(self, key: str, file: File) -> Incoming | Held:
        """Land a file that is to be taken in or held; of one that is not read at all, keep only that it came."""
        whose, why = origin(self.source, file, self.register)
        kept = None if why.startswith(UNREAD) else file.content
        landed = landing.land(self.home, kept, settings.storage_key()) if kept is not None else None
        if whose and landed:
            place = Found(self.home / landed.path, shown(file.name), self.source.porte, whose)
            return Incoming(place, landed, self._received_on(file))
        return self._held(key, file, why, landed)

    def _held(self, key: str, file: File, why: str, landed: Landed | None) -> Held:
        said = self.source.association or file.said
        return Held(
            source=self.source.nom,
            item=key,
            kind=self.source.porte,
            file_name=shown(file.name),
            said=shown(said) if said else None,
            believed=file.doubt is None and landed is not None,
            reason=why,
            received_on=self._received_on(file),
            sha256=landed.sha256 if landed else None,
            landed=landed.path if landed else None,
            size_bytes=landed.size if landed else None,
        )

    def _received_on(self, file: File) -> date:
        """The civil day that the source gives, never after the reading; the reading's if it gives none to believe."""
        given = file.received_at if file.received_at and file.received_at >= EARLIEST else self.at
        return civil_day(min(given, self.at))


def as_incoming(home: Path, held: Mapping[str, Any], association: str) -> Incoming:
    """A held file as one to take in."""
    found = Found(home / held["landed"], held["file_name"], held["kind"], association)
    return Incoming(found, Landed(held["sha256"], held["landed"], held["size_bytes"]), held["received_on"])
