"""The roles of the database: what each kind of work may do, granted from `roles.yaml` whenever the schema is brought up to date.

A role belongs to the server, its rights to one database. Where our account may not create roles and nobody made them,
the work is done under the account itself, as before.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from etl.warehouse.tables import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

FILE = Path(__file__).with_name("roles.yaml")
VIEWS = Path(__file__).parents[2] / "sql" / "views"
PREFIX = "saisines_"
REVISIONS = "alembic_version"
# Whether our account may take the role, and the role has its rights in this database.
_USABLE = """
SELECT pg_has_role(oid, 'MEMBER') AND has_table_privilege(oid, 'alembic_version', 'SELECT')
FROM pg_roles WHERE rolname = :name"""


@cache
def read_roles() -> dict[str, dict[str, Any]]:
    """The table of the roles, by their short name."""
    from ruamel.yaml import YAML

    read: dict[str, dict[str, Any]] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return read


def named(role: str) -> str:
    """The name of a role on the server."""
    return PREFIX + role


def usable(connection: Connection, role: str) -> bool:
    """Whether work can be done under this role here."""
    return bool(connection.execute(text(_USABLE), {"name": named(role)}).scalar())


def grant(connection: Connection) -> list[str]:
    """Make the roles where our account may, and give each its rights, no more; gives the roles that are not there."""
    missing = []
    for role, rights in read_roles().items():
        if not _made(connection, named(role)):
            missing.append(role)
            continue
        for query in _rights(named(role), rights):
            connection.execute(text(query))
    return missing


def _made(connection: Connection, name: str) -> bool:
    """Whether a role exists, made now if need be, and our account may take it."""
    from sqlalchemy.exc import DBAPIError

    if connection.execute(text("SELECT FROM pg_roles WHERE rolname = :name"), {"name": name}).first() is None:
        try:
            with connection.begin_nested():
                connection.execute(text(f"CREATE ROLE {name} NOLOGIN"))
                connection.execute(text(f"GRANT {name} TO CURRENT_USER"))
        except DBAPIError:  # our account may not, or another process was faster
            pass
    return connection.execute(text("SELECT FROM pg_roles WHERE rolname = :name"), {"name": name}).first() is not None


def _rights(name: str, rights: dict[str, Any]) -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    yield f"GRANT SELECT ON {REVISIONS} TO {name}"
    for table, columns in _read(rights):
        yield f"GRANT SELECT {columns} ON {table} TO {name}"
    for verb in ("insert", "delete"):
        if tables := rights.get(verb):
            yield f"GRANT {verb.upper()} ON {', '.join(tables)} TO {name}"
    for table, columns in rights.get("update", {}).items():
        yield f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {name}"


def _read(rights: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a role reads: tables or views, with the columns when not all."""
    hidden: dict[str, list[str]] = rights.get("not", {})
    for table in _tables_read(rights["select"]):
        kept = (
            [column.name for column in METADATA.tables[table].columns if column.name not in hidden[table]]
            if table in hidden
            else []
        )
        yield table, f"({', '.join(kept)})" if kept else ""


def _tables_read(select: str | list[str]) -> Iterable[str]:
    if select == "all":
        return sorted(METADATA.tables)
    if select == "views":
        return [file.stem.partition("_")[2] for file in sorted(VIEWS.glob("*.sql"))]
    return select
