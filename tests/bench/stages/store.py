"""Into the warehouse and out of it, beside bare COPY of the same rows into tables with the same keys."""

from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from etl.engine import statement
from etl.engine.compute import compute
from etl.warehouse import arrow
from etl.warehouse.inputs import QUERIES, load_inputs
from etl.warehouse.server import address_of
from tests.bench import homes, worlds
from tests.bench.measure import Figures, in_turn, timed
from tests.bench.stages.core import CONVENTIONS

RECEIVED = ("contact", "fiche", "session")


def load(saisines: int, folder: Path) -> Figures:
    """Fill the home of a year: ours once, between two bare COPY of the same rows."""
    home = folder / "home"
    homes.make(home, saisines)
    tables = homes.shaped(folder)
    ready = homes.ready(tables)
    with homes.held(home) as engine:
        before = timed(lambda: homes.bare_copy(engine, ready))
        with engine.begin() as connection:
            homes.receive(connection, folder)
            seconds = timed(lambda: homes.save(connection, tables))
        after = timed(lambda: homes.bare_copy(engine, ready))
        homes.drop_floor(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return {"seconds": seconds, "floor": (before + after) / 2, "rows": sum(table.num_rows for table in tables.values())}


def gather(saisines: int, folder: Path) -> Figures:
    """The engine's inputs, beside COPY of the same queries to nowhere."""
    with homes.held(folder / "home") as engine:
        url = address_of(engine)
        ours, floor = in_turn(
            3 if saisines < 1_000_000 else 1, lambda: load_inputs(url, worlds.YEAR.cutoff), lambda: _copy_out(url)
        )
    return {"seconds": ours, "floor": floor}


def _copy_out(url: str) -> None:
    with psycopg.connect(url) as connection:
        for name in RECEIVED:
            query = QUERIES[name].format(cutoff=worlds.YEAR.cutoff.isoformat())
            with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as rows:
                for _ in rows:
                    pass


def lines(saisines: int, folder: Path) -> Figures:
    """The lines of a statement as finalising writes them, beside COPY of the same lines ready."""
    records = _records(folder)
    with homes.held(folder / "home") as engine:
        ready = _ready(records)
        ours, floor = in_turn(3, lambda: _write(engine, records), lambda: homes.bare_copy(engine, ready))
        homes.drop_floor(engine, ("statement_lines",))
    return {"seconds": ours, "floor": floor, "rows": len(records)}


def _records(folder: Path) -> list[dict[str, Any]]:
    results = compute(worlds.load(folder))
    made = statement.statements(results, CONVENTIONS, worlds.YEAR.quarter, worlds.YEAR.cutoff)
    one = max(made.values(), key=lambda each: len(each["lines"]))
    told = [
        {("reference" if name == "saisine" else name): value for name, value in line.items()} for line in one["lines"]
    ]
    return [
        {"statement_id": 1, "convention": one["convention"], "line_no": n, "taken_back": False, "undated": False, "qualite": None, **line}
        for n, line in enumerate(told, 1)
    ]  # fmt: skip


def _write(engine: Any, records: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS floor_statement_lines"))
        connection.execute(text("CREATE TABLE floor_statement_lines (LIKE statement_lines INCLUDING ALL)"))
        arrow.copy_records(connection, "floor_statement_lines", records)


def _ready(records: list[dict[str, Any]]) -> dict[str, tuple[list[str], bytes]]:
    import pyarrow as pa

    plain = [{name: str(value) if name == "uplift_pct" else value for name, value in row.items()} for row in records]
    return {"statement_lines": homes._as_csv(pa.Table.from_pylist(plain))}
