"""Databases of the tests: made empty, or as copies of an initialised one, which takes a tenth of a second."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url


@contextmanager
def database(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own on this server while the block lasts; gives its address.

    Args:
        server: address of a role that may create databases.
        template: address of the database to copy; by default it is empty.
    """
    name = f"test_{uuid.uuid4().hex[:12]}"
    copied = f' TEMPLATE "{make_url(template).database}"' if template else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
