"""What the engine found, read by SQL from the file that `reconcile` wrote (etl/jobs/matching/results.py) and from that of what the desk shows of it.

The first page of a process computes nothing, but for the very first. When the warehouse has moved on, pages go on showing the last file,
and say so, while one thread of one process makes the next.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.matching import kept, results
from etl.jobs.matching.shown import proposal_from
from etl.jobs.story.facts import Computed
from etl.model.quarter import Quarter, civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import duckdb

    from etl.engine.proposals import Proposal
    from etl.model.convention_set import ConventionSet

MEMORY = "512MB"  # of one process; a page needs a few


@dataclass(frozen=True)
class Snapshot:
    """All that the desk's pages read of the engine.

    Attributes:
        path: the file of results.
        database: over it and what is shown of it, read through `rows`.
        about: day, quarter, year, last_decision, set_id of what it was computed from.
    """

    path: Path
    database: duckdb.DuckDBPyConnection
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The civil day it is as of."""
        day: date = self.about["day"]
        return day

    @property
    def quarter(self) -> str:
        """The quarter of the journal's last day."""
        return str(self.about["quarter"])

    @property
    def last_decision(self) -> int:
        """The last decision taken into account; 0 when there was none."""
        return int(self.about["last_decision"])

    @cached_property
    def is_empty(self) -> bool:
        """Whether no saisine is known at all."""
        return not self.rows("select 1 from returned limit 1")

    @cached_property
    def conventions(self) -> ConventionSet:
        """The convention files of the day of the file."""
        from etl.model.convention_set import read_set
        from etl.warehouse.reference import load_convention_files

        with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
            return read_set(load_convention_files(connection, self.about["set_id"]))

    @cached_property
    def computed(self) -> Computed:
        """What the story of a case is told from."""
        import json

        register = [json.loads(row["content"]) for row in self.rows("select content from register")]
        return Computed(self.day, Quarter.parse(self.quarter), register, self.database)

    def proposals(self, where: str = "true", given: Mapping[str, Any] | None = None) -> list[Proposal]:
        """The fiches without a saisine and their candidates, the strongest first."""
        kept = self.rows(f"select content from proposal where {where} order by place", given)
        return [proposal_from(row["content"]) for row in kept]

    def rows(self, query: str, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts; safe from several threads."""
        found = self.database.cursor().execute(query, dict(given or {}))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@dataclass(frozen=True)
class Shown:
    """A snapshot, and whether the warehouse has moved on since."""

    snapshot: Snapshot
    stale: bool


_opening = threading.Lock()
_opened: dict[Path, Snapshot] = {}  # by home: the file that this process reads
_begun: set[Path] = set()


def shown(home: Path | None = None) -> Shown:
    """The results of the present state; the last ones at once, the next being made behind, where it has no file yet."""
    home = home or settings.home()
    with connect(home, role="desk") as engine:
        state = kept.state_of(engine)
    wanted = kept.place(home, state, civil_day(settings.now()))
    if kept.beside(wanted).exists():
        return Shown(opened(home, wanted), False)
    before = kept.last(home, state, kept.SHOWN)
    if before is None:
        return Shown(refreshed(home), False)
    if home not in _begun:
        _begun.add(home)
        threading.Thread(target=_behind, args=[home], daemon=True, name="desk-results").start()
    return Shown(opened(home, before), True)


def refreshed(home: Path | None = None) -> Snapshot:
    """The results of the present state, waited for; made once however many ask, in however many processes."""
    home = home or settings.home()
    with connect(home, role="engine") as engine:
        return opened(home, results.shown(home, engine, civil_day(settings.now())))


def opened(home: Path, path: Path) -> Snapshot:
    """A file, open once in this process."""
    with _opening:
        made = _opened.get(home)
        if made is None or made.path != path:
            database = kept.seen(path, kept.beside(path), memory_limit=MEMORY)
            made = _opened[home] = Snapshot(path, database, _about(database))
        return made


def _about(database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = database.cursor().execute("select * from about")
    names, row = [column[0] for column in found.description or ()], found.fetchone() or ()
    return dict(zip(names, row, strict=True))


def _behind(home: Path) -> None:
    try:
        refreshed(home)
    finally:
        _begun.discard(home)
