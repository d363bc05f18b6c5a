"""Arrow tables to and from PostgreSQL.

Reading goes by ADBC, whose low-level interface is used because its DB-API one imports pandas (1.2 s). Writing goes by
COPY on the caller's own connection, so that rows, their delivery and its control totals are one transaction; measured,
it costs the same as ADBC's ingestion (reference/performance.md §3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager import AdbcConnection
    from psycopg import Copy
    from sqlalchemy import Connection

BATCH_ROWS = 50_000


@contextmanager
def snapshot(url: str) -> Iterator[AdbcConnection]:
    """An ADBC connection whose queries all see the database as of one instant."""
    import adbc_driver_manager
    import adbc_driver_postgresql

    with adbc_driver_postgresql.connect(url) as database, adbc_driver_manager.AdbcConnection(database) as connection:
        connection.set_autocommit(False)
        _execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield connection
        finally:
            connection.rollback()


def read(connection: AdbcConnection, query: str) -> pa.Table:
    """The rows of a query, with the schema even when there is none."""
    import adbc_driver_manager
    import pyarrow

    with adbc_driver_manager.AdbcStatement(connection) as statement:
        statement.set_sql_query(query)
        stream, _ = statement.execute_query()
        return pyarrow.RecordBatchReader.from_stream(stream).read_all()


def copy(connection: Connection, table: str, rows: pa.Table) -> int:
    """Append Arrow rows to a table of the same column names; gives their number. NULL and empty text stay apart."""
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    with _copying(connection, table, rows.column_names, "(FORMAT csv)") as sink:
        for batch in rows.to_batches(max_chunksize=BATCH_ROWS):
            buffer = BytesIO()
            csv.write_csv(batch, buffer, options)
            sink.write(buffer.getbuffer())
    return int(rows.num_rows)


def copy_records(connection: Connection, table: str, records: Sequence[Mapping[str, Any]]) -> int:
    """Append dicts, all of the same keys, to a table. The keys of the first name the columns."""
    if not records:
        return 0
    names = list(records[0])
    with _copying(connection, table, names, "") as sink:
        for record in records:
            sink.write_row([record[name] for name in names])
    return len(records)


@contextmanager
def _copying(connection: Connection, table: str, names: Sequence[str], options: str) -> Iterator[Copy]:
    """A COPY into a table on the caller's connection. A broken constraint is raised as SQLAlchemy's, as elsewhere."""
    import psycopg
    from sqlalchemy.exc import IntegrityError

    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    query = f'COPY "{table}" ({columns}) FROM STDIN {options}'
    try:
        with driver.cursor() as cursor, cursor.copy(query) as sink:
            yield sink
    except psycopg.IntegrityError as error:
        raise IntegrityError(query, None, error) from error


def _execute(connection: AdbcConnection, query: str) -> None:
    import adbc_driver_manager

    with adbc_driver_manager.AdbcStatement(connection) as statement:
        statement.set_sql_query(query)
        statement.execute_update()
