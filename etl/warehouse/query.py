"""Rows of a query as plain dicts, by column name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Executable

Row = dict[str, Any]


def many(connection: Connection, query: Executable) -> list[Row]:
    """All rows, in the query's order."""
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]


def first(connection: Connection, query: Executable) -> Row | None:
    """The first row, or None."""
    row = connection.execute(query).mappings().first()
    return None if row is None else {str(name): value for name, value in row.items()}
