"""The kept results under the decisions of now, to compute again the saisines that were decided on, and no other.

Only decisions may have come since the results were kept. Anything else (deliveries, withdrawals, statements, convention files, the register,
another day) and there is nothing to begin with: the caller computes all.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.jobs.matching.kept import State, last, place, state_of, told

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Engine

Since = tuple["duckdb.DuckDBPyConnection", set[str]]


def since(home: Path, engine: Engine, day: date) -> Since | None:
    """The kept results as views in memory, beside the decisions of now, and the references of the saisines decided on since.

    Args:
        home: the folder of the state.
        engine: of the warehouse, which is only read.
        day: deliveries received after it are not seen.
    """
    state = state_of(engine)
    path = place(home, state, day)
    before = path if path.exists() else last(home, state)
    return since_file(before, engine, state, day) if before else None


def since_file(path: Path, engine: Engine, state: State, day: date) -> Since | None:
    """As `since`, from one file."""
    import duckdb

    from etl.engine.neighbourhood import make
    from etl.warehouse.inputs import load_inputs
    from etl.warehouse.server import address_of

    database = duckdb.connect(config={"threads": 2})
    quoted = str(path).replace("'", "''")
    database.execute(f"attach '{quoted}' as kept (read_only)").fetchall()
    [(then,)] = database.execute("select state from kept.about").fetchall()
    if json.loads(then)[1:] != json.loads(told(state, day))[1:]:
        database.close()
        return None
    now = load_inputs(address_of(engine), day, ("decision", "decision_basis"))
    for (name,) in database.execute("select table_name from duckdb_tables() where database_name = 'kept'").fetchall():
        if name not in now:
            database.execute(f"create view {name} as from kept.{name}").fetchall()
    for name, rows in now.items():
        make(database, name, rows)
    query = "select reference from decision anti join kept.decision using (decision_id) where reference is not null"
    return database, {reference for (reference,) in database.execute(query).fetchall()}
