"""All that is known of one saisine, gathered once: the engine's tables cut to it, and whence each row came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.model.codes import PRESTATIONS
from etl.model.quarter import Quarter
from etl.model.reference import compact
from etl.warehouse import decisions, stories

if TYPE_CHECKING:
    import duckdb
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
OF_TARIFF = frozenset({"tariff", "tariff_uplift", "envelope"})  # and what it reads of the engine's inputs
ACT = ("association", "prestation", "act_date", "nth")
# What lines before one take from its envelope. The order is rules §8’s (sql/settle/41_taking_part.sql), of which `place` tells the rest within a
# saisine: of others' lines, it may be of another day. One sum a line, so that all are made in one pass.
TURN = ("convention", "act_year", "first_order", "act_date", "saisine", "place")
SPENT = """
coalesce(sum(paid_cents) filter (convention = $convention{n} and act_year = $act_year{n}
    and (coalesce(first_order, 9223372036854775807), act_date, saisine, place)
        < (coalesce($first_order{n}, 9223372036854775807), $act_date{n}, $saisine{n}, $place{n})), 0)::bigint"""


@dataclass(frozen=True)
class Computed:
    """The engine's tables as of a day, of which a story asks the rows it needs: by SQL, so that it takes as long whatever their size.

    Attributes:
        day: the last day of reception that was seen.
        quarter: the one whose draft would be next.
        register: the associations.
        database: with the steps of `OF_SAISINE` and the tables of `OF_TARIFF`.
    """

    day: date
    quarter: Quarter
    register: list[dict[str, Any]]
    database: duckdb.DuckDBPyConnection

    def rows(self, name: str, column: str, values: Iterable[object]) -> list[Row]:
        """The rows of a table whose column has one of these values."""
        wanted = list(values)
        if len(wanted) == 1:  # which the storage itself can look up
            return self._asked(f"from {name} where {column} = $wanted", {"wanted": wanted[0]})
        query = f"from {name} where {column} in (select unnest($wanted))"
        return self._asked(query, {"wanted": wanted}) if wanted else []

    def spent_before(self, lines: list[Row]) -> tuple[int, ...]:
        """Cents that the lines of a convention and civil year before each of these take from its envelope."""
        sums = ", ".join(SPENT.format(n=n) for n in range(len(lines)))
        given = {f"{name}{n}": line[name] for n, line in enumerate(lines) for name in TURN}
        among = {f"{name}s": list({line[name] for line in lines}) for name in ("convention", "act_year")}
        where = "convention in (select unnest($conventions)) and act_year in (select unnest($act_years))"
        return self._one(f"select {sums} from paid where {where}", given | among) if lines else ()

    def _one(self, query: str, given: Mapping[str, Any]) -> tuple[Any, ...]:
        [row] = self.database.cursor().execute(query, dict(given)).fetchall()
        return row

    def _asked(self, query: str, given: Mapping[str, Any]) -> list[Row]:
        found = self.database.cursor().execute(query, dict(given))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@dataclass(frozen=True)
class Facts:
    """What the parts of a story are made from.

    Attributes:
        reference: of the saisine.
        saisine: its number in the engine.
        quarter: the one whose draft would be next.
        rows: the engine's steps, cut to the saisine.
        computed: the same steps, of all saisines, to ask more of.
        spent: cents of an envelope that the lines before one take, by convention and `place` of the line.
        received: rows of the warehouse by subject: contacts, fiches, sessions, refused, decisions, stated, stated_not_paid.
    """

    reference: str
    saisine: int
    quarter: Quarter
    rows: Mapping[str, list[Row]]
    computed: Computed
    spent: Mapping[Key, int]
    received: Mapping[str, list[Row]]

    @property
    def cutoff(self) -> date:
        """The last day of reception that is seen."""
        return self.computed.day

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
    import duckdb

    from etl.engine.compute import compute
    from etl.jobs.settlement.inputs import gather

    inputs = gather(engine, day)
    quarter = inputs.last_quarter()
    database = duckdb.connect(config={"threads": 2})
    tariff = {name: inputs.tables[name] for name in OF_TARIFF}
    for name, table in (compute(inputs.over(quarter), OF_SAISINE) | tariff).items():
        database.register(f"{name}_", table)
        database.execute(f"create table {name} as from {name}_").fetchall()
        database.unregister(f"{name}_")
    return Computed(day, quarter, inputs.register, database)


def gather_facts(connection: Connection, computed: Computed, reference: str) -> Facts:
    """Keep what is about one saisine.

    Args:
        connection: to the warehouse, which is only read.
        computed: the engine's tables.
        reference: canonical.
    """
    saisine = number(reference)
    rows = {name: computed.rows(name, "saisine", [saisine]) for name in sorted(OF_SAISINE)}
    received = _received(connection, reference, rows, computed.day)
    capped = [line for line in rows["paid"] if line["envelope_cents"] is not None]
    turns = ((line["convention"], line["place"]) for line in capped)
    spent = dict(zip(turns, computed.spent_before(capped), strict=True))
    return Facts(reference, saisine, computed.quarter, rows, computed, spent, received)


def number(reference: str) -> int:
    """The engine's number of a saisine: the two digits of the year and the serial."""
    return int(reference[2:4] + reference[5:11])


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
