"""Where results are kept (etl/jobs/matching/results.py makes them): a file a state of the warehouse and civil day, another of what the desk shows."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine.plan import FOLDERS

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Engine

FOLDER = ("desk", "resultats")  # in the home
RESULTS, SHOWN = ".duckdb", ".bureau"
STATE = """select (select max(decision_id) from decisions), (select max(delivery_id) from deliveries),
    (select count(*) from deliveries where status = 'withdrawn'), (select max(statement_id) from statements),
    (select max(set_id) from convention_sets where status = 'applique'), (select max(loaded_at) from associations),
    (select count(*) from bank_details where confirmed_at is not null), (select max(bank_details_id) from bank_details),
    (select count(*) from refused_row_outcomes where outcome = 'rejouee'),
    (select coalesce(max(audit_id), 0) from audit where action in ('purge', 'erasure', 'rekey'))"""

# Small tables of plain rows that a file holds beside those of the engine, and the types of their columns.
SMALL = {
    "about": {"day": "date", "quarter": "text", "last_decision": "bigint", "set_id": "bigint", "year": "bigint", "state": "text"},
    "register": {"content": "text"},
    "rule": {"code": "text", "sentence": "text", "acceptable": "boolean"},
    "proposal": {"place": "bigint", "name": "text", "written": "text", "content": "text"},
}  # fmt: skip

State = tuple[Any, ...]


def state_of(engine: Engine) -> State:
    """What results depend on, besides the day: first the last decision, fifth the convention files in force, last the last erasure."""
    from sqlalchemy import text

    with engine.connect() as connection:
        return tuple(connection.execute(text(STATE)).one())


def place(home: Path, state: State, day: date) -> Path:
    """The file of a state and a day; its name starts with the last erasure, so that what was erased is not shown from an older one.

    Then comes the program, whose tables another may not have, nor its rules.
    """
    digest = hashlib.sha256(told(state, day).encode()).hexdigest()
    return home.joinpath(*FOLDER) / f"{state[-1]}-{_program()}-{digest[:24]}{RESULTS}"


def told(state: State, day: date) -> str:
    """A state and a day as text: a JSON list, the last decision first."""
    return json.dumps([*state, day], default=str)


def beside(path: Path) -> Path:
    """The file of what the desk shows of one of results; made when first asked."""
    return path.with_suffix(SHOWN)


def last(home: Path, state: State, kind: str = RESULTS) -> Path | None:
    """The file of results made last since the last erasure, if any; with `SHOWN`, that of which the desk shows something."""
    found = sorted(home.joinpath(*FOLDER).glob(f"{state[-1]}-{_program()}-*{kind}"), key=age)
    return found[-1].with_suffix(RESULTS) if found else None


@cache
def _program() -> str:
    """The version, and what names its steps and the engine that runs them."""
    digest = hashlib.sha256()
    for folder in (*(files("sql") / name for name in FOLDERS), files("etl.engine")):
        for path in sorted((path for path in folder.iterdir() if path.name.endswith((".sql", ".py"))), key=str):
            digest.update(path.read_bytes())
    return f"{version('saisines')}-{digest.hexdigest()[:12]}"


def age(path: Path) -> float:
    """When a file was made."""
    return path.stat().st_mtime


def make_small(database: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Make one of the `SMALL` tables, by DuckDB: pyarrow would import pandas to look at plain rows."""
    columns = ", ".join(f"unnest(${column}::{kind}[]) as {column}" for column, kind in SMALL[name].items())
    values = {column: [row[column] for row in rows] for column in SMALL[name]}
    database.execute(f"create or replace table {name} as select {columns}", values).fetchall()


def seen(results: Path, shown: Path | None = None, **settings: str | int) -> duckdb.DuckDBPyConnection:
    """The tables of a file of results, and of what the desk shows of it, as views in memory, beside which others can be made."""
    import duckdb

    database = duckdb.connect(config={"threads": 2, **settings})
    for name, path in {"kept": results, "shown": shown}.items():
        if path is not None:
            attach(database, path, f"{name} (read_only)")
            query = f"select table_name from duckdb_tables() where database_name = '{name}'"
            for (table,) in database.execute(query).fetchall():
                database.execute(f"create view {table} as from {name}.{table}").fetchall()
    return database


def attach(database: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Open a file of DuckDB beside what is open."""
    quoted = str(path).replace("'", "''")
    database.execute(f"attach '{quoted}' as {name}").fetchall()
