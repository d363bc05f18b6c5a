"""Runs the steps of `sql/` over the input tables, in one DuckDB in memory, dropping each table after its last reader."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from etl.engine.plan import Step, checks, needed, rules, steps
from etl.engine.schema import PRESTATIONS, SCHEMAS, WORDS, WRITTEN, shaped, table
from etl.model.errors import AwayError

RESULTS = frozenset({"line", "not_paid", "payee", "discrepancy", "saisine_reference"})
READ_OFTEN = frozenset({"fiche", "session"})
# Views: what is not asked of them is not computed.
IN_PART = frozenset({"act_reason", "taking_part", "paid", "saisine_reference"})
REPEATED = "rationed"
ROUNDS = 1000
MEMORY_LIMIT = "2GB"
FILLED = "select table_name from duckdb_tables() where estimated_size > 0"
NOTHING = """
select null::text as code, null::text as severity, null::bigint as saisine, null::word as association, null::text as written,
    null::word as convention, null::date as day, null::text as detail where false"""


class CheckError(Exception):
    """A check of `sql/checks` found rows that break it."""


def compute(
    tables: Mapping[str, pa.Table],
    wanted: Iterable[str] = RESULTS,
    progress: Callable[[str], None] = lambda step: None,
    memory_limit: str = MEMORY_LIMIT,
) -> dict[str, pa.Table]:
    """The wanted tables of the plan, as a function of the input tables alone.

    Args:
        tables: Arrow tables named and shaped as in `engine.schema`; a table left out is empty, `parameters` never is. A `pyarrow.dataset`
            of that very schema may stand for one: it is then read from disk, as often as steps ask for it.
        wanted: names of steps; `discrepancy` is the union of all rules. When `line` is among them all of `sql/checks` are run.
        progress: told the name of each step before it runs.
        memory_limit: DuckDB spills to disk beyond it.

    Raises:
        CheckError: the result breaks an invariant; nothing of it may be used.
        AwayError: the machine has no memory or disk left for it now.
    """
    asked = frozenset(wanted)
    checked = frozenset(checks()) if "line" in asked else frozenset()
    plan = needed(
        (asked - {"discrepancy"}) | checked | (_read_by_discrepancy() if "discrepancy" in asked else frozenset())
    )
    with _with_room(), _database(memory_limit) as connection:
        _register(connection, tables)
        for step, read in zip(plan, _read_last(plan, asked), strict=True):
            progress(step.name)
            _run(connection, step)
            _refuse_offenders(connection, step)
            for name in read:
                connection.execute(f"drop table {name}").fetchall()
        if "discrepancy" in asked:
            connection.execute(f"create table discrepancy as {_all_discrepancies(connection)}").fetchall()
        return {name: _fetched(connection, name) for name in sorted(asked)}


@contextmanager
def _database(memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """What does not fit in memory goes to a folder that only its owner reads, gone at the end: by itself DuckDB takes `.tmp`, wherever one stands."""
    with (
        TemporaryDirectory(prefix="saisines-") as spill,
        duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": 2,
                "preserve_insertion_order": False,
                "temp_directory": spill,
            }
        ) as connection,
    ):
        yield connection


@contextmanager
def _with_room() -> Iterator[None]:
    """Tell of a machine that is full: the same computation may succeed later."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise AwayError("Le calcul manque de mémoire ou de disque ; libérez-en, puis relancez.") from error


def _register(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    """The input tables, their words as numbers: copies of what many steps read, views of the rest."""
    for name in SCHEMAS:
        connection.register(f"given_{name}", shaped(name, tables[name]) if name in tables else table(name))
    told = [f"select {column} as word from given_{name}" for name, columns in WORDS.items() for column in columns]
    words = " union ".join([*told, *(f"select '{word}'" for word in WRITTEN)])
    connection.execute(
        f"create type word as enum (select word from ({words}) where word is not null order by word)"
    ).fetchall()
    connection.execute(f"create type prestation as enum {PRESTATIONS}").fetchall()
    for name in SCHEMAS:
        kind = "table" if name in READ_OFTEN else "view"
        connection.execute(f"create {kind} {name} as select {_columns(name)} from given_{name}").fetchall()


def _columns(name: str) -> str:
    kinds = dict.fromkeys(WORDS.get(name, ()), "word") | {"prestation": "prestation"}
    return ", ".join(
        f"{column}::{kinds[column]} as {column}" if column in kinds else column for column in SCHEMAS[name].names
    )


def _fetched(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """A table with its words as text."""
    made = connection.table(name)
    columns = [
        f"{column}::varchar as {column}" if str(kind).startswith("ENUM") else column
        for column, kind in zip(made.columns, made.types, strict=True)
    ]
    return connection.sql(f"select {', '.join(columns)} from {name}").to_arrow_table()


def _run(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    if step.name == REPEATED:
        _run_until_settled(connection, step)
    else:
        kind = "view" if step.name in IN_PART else "table"
        connection.execute(f"create {kind} {step.name} as {step.sql}").fetchall()


def _run_until_settled(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Caps take from one another: each round starts from what the round before left, until a round changes nothing.

    What a line gets depends only on lines before it, so each round settles at least one more line than the one before.
    """
    connection.execute(
        "create table spent as select line_id, price_cents as paid_cents, true as consumes, false as cut_by_envelope from contended"
        " where by_number or by_saisine"
    ).fetchall()
    for _ in range(ROUNDS):
        connection.execute(f"create or replace table {step.name} as {step.sql}").fetchall()
        [(changed,)] = connection.execute(
            f"select count(*) from {step.name} as now join spent using (line_id) where (now.consumes, now.cut_by_envelope)"
            " <> (spent.consumes, spent.cut_by_envelope) or now.cut_by_envelope and now.paid_cents <> spent.paid_cents"
        ).fetchall()
        if not changed:
            return
        connection.execute(
            f"create or replace table spent as select line_id, paid_cents, consumes, cut_by_envelope from {step.name} semi join spent using (line_id)"
        ).fetchall()
    raise RuntimeError(f"The caps did not settle in {ROUNDS} rounds.")


def _refuse_offenders(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Stop at the first check that finds something: a wrong amount is worse than none."""
    if step.folder == "checks":
        ((found,),) = connection.execute(f"select count(*) from {step.name}").fetchall()
        if found:
            raise CheckError(f"sql/checks/{step.name}.sql: {found} offending rows")


def _read_last(plan: list[Step], asked: frozenset[str]) -> list[frozenset[str]]:
    """For each step the tables to drop after it, since no later one reads them: half of the memory at a million saisines."""
    made = {step.name for step in plan} - IN_PART
    later = _read(asked) | (_read_by_discrepancy() if "discrepancy" in asked else frozenset())
    dropped = []
    for step in reversed(plan):
        dropped.append((_read(step.reads) & made) - later)
        later |= _read(step.reads)
    return dropped[::-1]


def _read(names: frozenset[str]) -> frozenset[str]:
    """With what the views among them read."""
    return names.union(*(_read(steps()[name].reads) for name in names & IN_PART))


def _read_by_discrepancy() -> frozenset[str]:
    return frozenset(rules()) | {"saisine_case", "accepted"}


def _all_discrepancies(connection: duckdb.DuckDBPyConnection) -> str:
    """One row per (code, saisine, association, written, convention): the most severe, its details joined; rules that found nothing are not read."""
    filled = {name for (name,) in connection.execute(FILLED).fetchall()}
    parts = [_told(connection, rule) for rule in rules().values() if rule.name in filled]
    return f"""
        with told as ({" union all ".join([*parts, NOTHING])}),
        lifted as (select code, saisine, day, max(decision_id) as decision_id from accepted group by all),
        found as (
            select told.code, arg_min(severity, strpos('BHWI', severity)) as severity, told.saisine, association, written, convention,
                case when count(*) = 1 then min(detail)
                     when count(detail) > 0 then array_to_string(list_sort(list_distinct(list(detail))), ', ') end as detail,
                max(decision_id) as decision_id
            from told
            left join lifted on lifted.code = told.code and lifted.saisine is not distinct from told.saisine
                and (lifted.day is null or lifted.day = told.day)
            group by told.code, told.saisine, association, written, convention, told.day
        )
        select code, severity, found.saisine, reference, coalesce(found.convention, saisine_case.convention) as convention, association, written,
            detail, coalesce(in_scope, true) as in_scope, decision_id
        from found left join saisine_case using (saisine)"""


def _told(connection: duckdb.DuckDBPyConnection, rule: Step) -> str:
    columns = connection.table(rule.name).columns
    severity = "severity" if "severity" in columns else f"'{rule.severity}'"
    written = "written" if "written" in columns else "null::text"
    convention = "convention" if "convention" in columns else "null::text"
    day = "day" if "day" in columns else "null::date"
    return (
        f"select '{rule.name}' as code, {severity} as severity, saisine, association, {written} as written,"
        f" {convention} as convention, {day} as day, detail::text as detail from {rule.name}"
    )
