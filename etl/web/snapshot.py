"""What the engine finds now, kept in memory while nothing it depends on changes, so that a page of the queue is one query.

A snapshot is a function of the warehouse's state and of the day. When the state has moved on, pages go on showing the
last snapshot, and say so, while one thread makes the next.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.decision_rules import ACCEPTED, OF_A_FICHE
from etl.jobs.inputs import gather, parameters
from etl.jobs.story_facts import OF_SAISINE, Computed
from etl.model.quarter import Quarter, civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlalchemy import Engine

    from etl.engine.proposals import Proposal

PENDING = 1_000_000_000  # supposed decisions come after all those recorded
STATE = """select (select max(decision_id) from decisions), (select max(delivery_id) from deliveries),
    (select count(*) from deliveries where status = 'withdrawn'), (select max(statement_id) from statements),
    (select max(set_id) from convention_sets where status = 'applique'), (select max(loaded_at) from associations),
    (select count(*) from bank_details where confirmed_at is not null), (select max(bank_details_id) from bank_details)"""

State = tuple[Any, ...]


@dataclass(frozen=True)
class Snapshot:
    """All that the desk's pages read of the engine.

    Attributes:
        state: of the warehouse it was made from; its first item is the last decision taken into account.
        day: the civil day it is as of.
        computed: the engine's steps and what they were computed from, for the story of one case.
        database: DuckDB in memory with the tables of `sql/`, read through `rows`.
    """

    state: State
    day: date
    computed: Computed
    database: duckdb.DuckDBPyConnection
    _proposed: list[Proposal] = field(default_factory=list)

    def proposals(self) -> list[Proposal]:
        """The fiches without a saisine and their candidates; computed when first asked for."""
        from etl.engine.proposals import propose

        with _making:
            if not self._proposed:
                tables = {**self.computed.inputs.tables, "parameters": parameters(self.computed.quarter, self.day)}
                self._proposed.extend(propose(tables))
        return self._proposed

    @property
    def last_decision(self) -> int:
        """The last decision taken into account; 0 when there was none."""
        return int(self.state[0] or 0)

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


_making = threading.Lock()
_kept: dict[Path, Snapshot] = {}
_begun: set[Path] = set()


def shown(home: Path | None = None) -> Shown:
    """The last snapshot at once, the next one being made behind if it is stale; the very first is waited for."""
    home = home or settings.home()
    kept, state, day = _kept.get(home), _state(home), civil_day(settings.now())
    if kept is None:
        return Shown(refreshed(home), False)
    stale = (kept.state, kept.day) != (state, day)
    if stale and home not in _begun:
        _begun.add(home)
        threading.Thread(target=_behind, args=[home], daemon=True, name="desk-snapshot").start()
    return Shown(kept, stale)


def refreshed(home: Path | None = None) -> Snapshot:
    """The snapshot of the present state, waited for; made once however many ask."""
    home = home or settings.home()
    with _making, connect(home) as engine:
        state, day = _read_state(engine), civil_day(settings.now())
        kept = _kept.get(home)
        if kept is None or (kept.state, kept.day) != (state, day):
            _kept[home] = make(engine, state, day)
        return _kept[home]


def _behind(home: Path) -> None:
    try:
        refreshed(home)
    finally:
        _begun.discard(home)


def _state(home: Path) -> State:
    with connect(home) as engine:
        return _read_state(engine)


def _read_state(engine: Engine) -> State:
    from sqlalchemy import text

    with engine.connect() as connection:
        return tuple(connection.execute(text(STATE)).one())


def make(engine: Engine, state: State, day: date) -> Snapshot:
    """Compute everything, and what each decision could change."""
    import duckdb
    import pyarrow.compute as pc

    from etl.engine.compute import compute

    inputs = gather(engine, day)
    last: date | None = pc.max(inputs.tables["contact"].column("debut_on")).as_py()
    quarter = Quarter.of(last or day)
    tables = {**inputs.tables, "parameters": parameters(quarter, day)}
    whole = compute(tables, OF_SAISINE)
    database = duckdb.connect(config={"threads": 2})
    known = {**whole, "association": tables["association"], "rule": _rules(), "supposed": supposed(tables, whole)}
    for name, table in known.items():
        database.register(f"{name}_", table)
        database.execute(f"create table {name} as from {name}_")
        database.unregister(f"{name}_")
    for name in ("queue", "returned"):
        query = (files("etl.web") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        database.execute(f"create table {name} as {query}", {"today": day} if "$today" in query else {})
    return Snapshot(state, day, Computed(inputs, quarter, whole), database)


def supposed(tables: Mapping[str, pa.Table], whole: Mapping[str, pa.Table]) -> pa.Table:
    """What each act would be paid if all that can be accepted were: the difference is what a decision is about."""
    import pyarrow as pa

    from etl.engine.compute import compute
    from etl.engine.schema import SCHEMAS, table

    waiting = {
        (row["reference"], row["code"])
        for row in whole["discrepancy"].to_pylist()
        if row["code"] in ACCEPTED and row["reference"] and row["decision_id"] is None and row["severity"] in "BHW"
    }
    rows = [
        {"decision_id": PENDING + place, "kind": "accept", "reference": reference, "code": code}
        for place, (reference, code) in enumerate(sorted(waiting))
    ]
    decisions = pa.concat_tables(
        [tables["decision"].select(SCHEMAS["decision"].names).cast(SCHEMAS["decision"]), table("decision", rows)]
    )
    taken = {**tables, "decision": decisions}
    acts: dict[str, list[tuple[str, str]]] = {}
    for row in compute(taken, ["fingerprint"])["fingerprint"].to_pylist():
        acts.setdefault(row["reference"], []).append((row["root"], row["acts"]))
    bases = [
        {"decision_id": row["decision_id"], "association": root, "acts": told}
        for row in rows
        if row["code"] in OF_A_FICHE
        for root, told in acts.get(str(row["reference"]), [])
    ]
    basis = SCHEMAS["decision_basis"]
    taken["decision_basis"] = pa.concat_tables(
        [tables["decision_basis"].select(basis.names).cast(basis), table("decision_basis", bases)]
    )
    return compute(taken, ["paid"])["paid"]


def _rules() -> pa.Table:
    """The catalogue of discrepancies as a table: code, sentence, whether a decision can accept it."""
    import pyarrow as pa

    from etl.engine.plan import rules

    return pa.Table.from_pylist(
        [{"code": code, "sentence": rule.sentence, "acceptable": code in ACCEPTED} for code, rule in rules().items()]
    )
