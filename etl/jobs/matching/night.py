"""The results of the present state made from the last ones instead of from everything: etl/engine/night.py over the warehouse.

Only where it is sure to give the same: by the same program, with the same statements finalised, register and convention files, in the same quarter,
on no earlier day, no refused row taken back. In any other case it says why, and the caller computes everything.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from etl.engine import night
from etl.engine.neighbourhood import make
from etl.engine.schema import shaped
from etl.jobs.settlement.inputs import Inputs, gather_since
from etl.model.quarter import Quarter
from etl.warehouse.rows import ROWS_PER_DELIVERY

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlalchemy import Engine

    from etl.jobs.matching.kept import State

# Of a state (etl/jobs/matching/kept.py): what moves rows that no new delivery brings.
SAME = {3: "stated", 8: "replayed"}


def follow(
    database: duckdb.DuckDBPyConnection, engine: Engine, state: State, day: date
) -> tuple[Inputs, Quarter, int] | str:
    """Bring a copy of the last results to the present state.

    Args:
        database: the copy, changed in place.
        engine: of the warehouse.
        state: of the warehouse, read before.
        day: deliveries received after it are not seen.

    Returns:
        The inputs (of what is received only what came), the quarter, how many saisines were computed again; or why everything must be.
    """
    [(told,)] = database.execute("select state from about").fetchall()
    then = json.loads(told)
    if why := [name for place, name in SAME.items() if then[place] != state[place]]:
        return why[0]
    inputs, lost = gather_since(engine, day, _deliveries(database))
    came = {name: shaped(name, inputs.tables[name]) for name in night.RECEIVED}
    gone = {name: _lost(database, name, lost) for name in night.RECEIVED}
    quarter = _quarter(database, inputs, came["contact"], gone["contact"])
    now = {name: shaped(name, rows) for name, rows in inputs.over(quarter).items() if name not in night.RECEIVED}
    if why_not := night.doubt(database, now):
        return why_not
    return inputs, quarter, night.advance(database, came, gone, now)


def _deliveries(database: duckdb.DuckDBPyConnection) -> set[int]:
    """Those that brought what is kept."""
    parts = [f"select {key} // {ROWS_PER_DELIVERY} from {name}" for name, key in night.RECEIVED.items()]
    return {number for (number,) in database.execute(" union ".join(parts)).fetchall()}


def _lost(database: duckdb.DuckDBPyConnection, name: str, deliveries: set[int]) -> pa.Table:
    """The identifiers of the rows that these deliveries brought."""
    key = night.RECEIVED[name]
    query = f"select {key} from {name} where {key} // {ROWS_PER_DELIVERY} in (select unnest($lost::bigint[]))"
    return database.sql(query, params={"lost": sorted(deliveries)}).to_arrow_table()


def _quarter(database: duckdb.DuckDBPyConnection, inputs: Inputs, came: pa.Table, gone: pa.Table) -> Quarter:
    """As `Inputs.last_quarter`, of all that is received now."""
    make(database, "gone", gone, "temp table")
    [(last,)] = database.execute("select max(debut_on) from contact anti join gone using (contact_id)").fetchall()
    days = [day for day in (last, *came.column("debut_on").to_pylist()) if day]
    return Quarter.of(max(days, default=inputs.cutoff))
