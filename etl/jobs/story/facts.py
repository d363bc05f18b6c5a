"""All that is known of one saisine, gathered once: the engine's tables cut to it, and whence each row came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb

from etl.engine.compute import compute
from etl.engine.schema import SQL_TYPES
from etl.engine.statement import PRESTATIONS
from etl.jobs.settlement.inputs import Inputs, gather
from etl.model.quarter import Quarter
from etl.model.reference import compact
from etl.warehouse import decisions, stories

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection, Engine

Row = dict[str, Any]
Key = tuple[Any, ...]

# The steps of the engine that a story reads, cut to its saisine.
OF_SAISINE = frozenset(
    {
        "accepted", "act_reason", "blocked", "candidate", "closed", "counting", "decision_in_force", "discrepancy", "fate",
        "first_contact", "holder", "journal_row", "late_act", "latest", "line", "match", "no_show", "not_paid", "paid",
        "redirection", "saisine_case", "seizure", "session_judged", "session_number", "stated_line", "told_session",
        "twin_session", "version",
    }
)  # fmt: skip
ACT = ("association", "prestation", "act_date", "nth")


@dataclass(frozen=True)
class Computed:
    """The engine's tables as of a day, for all saisines: stories of the same day can share them.

    Attributes:
        inputs: what was computed from.
        quarter: the one whose draft would be next.
        tables: the steps of `OF_SAISINE`.
    """

    inputs: Inputs
    quarter: Quarter
    tables: Mapping[str, pa.Table]

    def spent_before(self, convention: str, year: int, place: int) -> int:
        """Cents that the lines of a convention and civil year before a place take from its envelope."""
        import pyarrow.compute as pc

        table = self.tables["paid"]
        before = pc.and_(pc.equal(table.column("convention"), convention), pc.less(table.column("place"), place))
        same_year = pc.equal(pc.year(table.column("act_date")), year)
        return int(pc.sum(table.filter(pc.and_(before, same_year)).column("paid_cents")).as_py() or 0)


@dataclass(frozen=True)
class Facts:
    """What the parts of a story are made from.

    Attributes:
        reference: of the saisine.
        saisine: its number in the engine.
        quarter: the one whose draft would be next.
        rows: the engine's steps, cut to the saisine.
        computed: the same steps, of all saisines.
        received: rows of the warehouse by subject: contacts, fiches, sessions, refused, decisions, stated, stated_not_paid.
    """

    reference: str
    saisine: int
    quarter: Quarter
    rows: Mapping[str, list[Row]]
    computed: Computed
    received: Mapping[str, list[Row]]

    @property
    def whole(self) -> Mapping[str, pa.Table]:
        """The steps, of all saisines."""
        return self.computed.tables

    @property
    def inputs(self) -> Inputs:
        """What they were computed from."""
        return self.computed.inputs

    @property
    def cutoff(self) -> date:
        """The last day of reception that is seen."""
        return self.inputs.cutoff

    @property
    def case(self) -> Row:
        """The saisine as the journal and the decisions make it; empty when neither knows it."""
        return next(iter(self.rows["saisine_case"]), {})

    def one(self, step: str, **values: object) -> Row:
        """The first row of a step that has these values; empty when none has."""
        return next(iter(self.all(step, **values)), {})

    def all(self, step: str, **values: object) -> list[Row]:
        """The rows of a step that have these values."""
        return [row for row in self.rows[step] if all(row[name] == value for name, value in values.items())]


def compute_all(engine: Engine, day: date) -> Computed:
    """Compute everything as of a day; the draft is that of the quarter of the journal's last day.

    Args:
        engine: of the warehouse, which is only read.
        day: deliveries received after it are not seen.
    """
    inputs = gather(engine, day)
    quarter = inputs.last_quarter()
    return Computed(inputs, quarter, compute(inputs.over(quarter), OF_SAISINE))


def gather_facts(connection: Connection, computed: Computed, reference: str) -> Facts:
    """Keep what is about one saisine.

    Args:
        connection: to the warehouse, which is only read.
        computed: the engine's tables.
        reference: canonical.
    """
    saisine = number(reference)
    rows = {name: cut(table, "saisine", [saisine]) for name, table in computed.tables.items()}
    received = _received(connection, reference, rows, computed.inputs.cutoff)
    return Facts(reference, saisine, computed.quarter, rows, computed, received)


def number(reference: str) -> int:
    """The engine's number of a saisine: the two digits of the year and the serial."""
    return int(reference[2:4] + reference[5:11])


def cut(table: pa.Table, column: str, values: Iterable[object]) -> list[Row]:
    """The rows whose column has one of these values. By DuckDB: pyarrow imports pandas to look at a Python value."""
    wanted = list(values)
    if not wanted:
        return []
    kind = SQL_TYPES[table.schema.field(column).type]
    database = _database().cursor()
    database.register("rows_", table)
    found = database.sql(f"from rows_ where {column} in (select unnest($wanted::{kind}[]))", params={"wanted": wanted})
    rows: list[Row] = found.to_arrow_table().to_pylist()
    return rows


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process, with nothing in it."""
    return duckdb.connect(config={"threads": 1})


def key(act: Mapping[str, Any]) -> Key:
    """What names an act within its saisine and convention."""
    return tuple(act[name] for name in ACT)


def order(act: Mapping[str, Any]) -> tuple[Any, ...]:
    """The order of acts in a story: by date, then as statements have them."""
    return str(act["act_date"]), PRESTATIONS.index(act["prestation"]), act["association"], act["nth"]


def _received(connection: Connection, reference: str, rows: Mapping[str, list[Row]], day: date) -> dict[str, list[Row]]:
    told = {compact(row["written"]) for name in ("match", "candidate") for row in rows[name]}
    writings = sorted({compact(reference), *told})
    fiches = stories.load_fiches(connection, writings, day)
    groups = sorted({row["fiche_group_id"] for row in fiches})
    return {
        "contacts": stories.load_contacts(connection, reference, day),
        "fiches": fiches,
        "sessions": stories.load_sessions(connection, groups),
        "refused": stories.load_refused(connection, writings, day),
        "decisions": decisions.load_decisions(connection, reference),
        "stated": stories.load_stated_lines(connection, reference),
        "stated_not_paid": stories.load_stated_not_paid(connection, reference),
    }
