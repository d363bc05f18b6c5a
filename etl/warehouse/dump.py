"""The whole warehouse out and in again, table by table by COPY: any server from PostgreSQL 15 reads what another wrote.

`pg_dump` of version 18 writes settings that a server 15 refuses. COPY into tables that the migrations made also passes
every constraint and guard once more: what comes back is proven to be a warehouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from etl.model.errors import SaisinesError
from etl.warehouse.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

REVISIONS = "alembic_version"  # told by the manifest, made by the migrations
PIECE_BYTES = 4 << 20
_COLUMNS = """
SELECT c.relname AS table_name, a.attname AS column_name
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(current_schema()) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum"""
_KEYS = """
SELECT c.relname AS table_name, a.attname AS column_name
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
WHERE i.indisprimary AND c.relnamespace = to_regnamespace(current_schema()) ORDER BY c.relname, k.place"""
_SEQUENCES = """
SELECT t.relname AS table_name, a.attname AS column_name, p.last_value
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
JOIN pg_sequences p ON p.schemaname = current_schema() AND p.sequencename = s.relname
WHERE t.relnamespace = to_regnamespace(current_schema()) AND p.last_value IS NOT NULL ORDER BY 1"""


@dataclass(frozen=True)
class Dumped:
    """A table as it is written: its columns in order, and the key that its rows are ordered by."""

    name: str
    columns: list[str]
    key: list[str]

    def as_json(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return asdict(self)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose queries all see the database as of one instant, and that changes nothing."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        yield connection
        connection.rollback()


def load_tables(connection: Connection) -> list[Dumped]:
    """The tables of the warehouse, each after those that its foreign keys name."""
    columns, keys = _by_table(connection, _COLUMNS), _by_table(connection, _KEYS)
    columns.pop(REVISIONS, None)
    order = {table.name: place for place, table in enumerate(METADATA.sorted_tables)}
    if unknown := columns.keys() - order.keys():
        raise SaisinesError(
            f"La base contient une table inconnue ({sorted(unknown)[0]}) ; donnez à saisines une base à lui seul."
        )
    return [Dumped(name, columns[name], keys[name]) for name in sorted(columns, key=order.__getitem__)]


def load_sequences(connection: Connection) -> list[dict[str, Any]]:
    """Where the numbering of each table stands."""
    return [dict(row) for row in connection.execute(text(_SEQUENCES)).mappings()]


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no table at all."""
    return not _by_table(connection, _COLUMNS)


def copy_out(connection: Connection, table: Dumped, take: Callable[[bytes], None]) -> int:
    """Give the rows of a table as PostgreSQL writes them, in pieces; gives their number."""
    driver: Any = connection.connection.driver_connection
    query = f"COPY (SELECT {_list(table.columns)} FROM {_list([table.name])} ORDER BY {_list(table.key)}) TO STDOUT"
    with driver.cursor() as cursor:
        with cursor.copy(query) as source:
            piece = bytearray()
            for data in source:
                piece += data
                if len(piece) >= PIECE_BYTES:
                    take(bytes(piece))
                    piece.clear()
        take(bytes(piece))
        return int(cursor.rowcount)


def copy_in(connection: Connection, table: Dumped, pieces: Iterable[bytes]) -> int:
    """Append to a table what `copy_out` gave; gives the number of rows."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {_list([table.name])} ({_list(table.columns)}) FROM STDIN") as sink:
            for piece in pieces:
                sink.write(piece)
        return int(cursor.rowcount)


def save_sequences(connection: Connection, sequences: Iterable[dict[str, Any]]) -> None:
    """Let the numbering of each table go on where it stood."""
    query = text("SELECT setval(pg_get_serial_sequence(quote_ident(:table_name), :column_name), :last_value)")
    for one in sequences:
        connection.execute(query, one)


def settle_constraints(connection: Connection) -> None:
    """Ask now what would be asked at the end of the transaction, so that a migration may follow in the same one."""
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def _by_table(connection: Connection, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in connection.execute(text(query)):
        found.setdefault(row.table_name, []).append(row.column_name)
    return found


def _list(names: list[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)
