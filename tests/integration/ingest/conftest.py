"""A home with an initialised warehouse, fresh for each test: a copy of one made once a session."""

import os
import sys
import uuid
from datetime import date
from pathlib import Path

import psycopg
import pytest
from ingest_moment import AT, SECRET
from sqlalchemy import make_url, text

from etl.jobs import ingest, init
from etl.warehouse.server import connect, running

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "sources"))


def _address(url, name):
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    given = os.environ.get("SAISINES_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with running(tmp_path_factory.mktemp("server") / "home", create=True) as url:
        yield url


@pytest.fixture(scope="session")
def template(server):
    name = f"template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAISINES_DATABASE_URL", _address(server, name))
        init.run(Path("unused"), None, None, "installation", AT)
    yield name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}"')


class Desk:
    """A home, its inbox, and what a test asks of them."""

    def __init__(self, home):
        self.home = home
        self.inbox = home / "inbox"

    def put(self, name, content):
        """Drop a file in the inbox."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, *paths, on=date(2026, 4, 10), at=AT, **more):
        """Take in the inbox, or these paths."""
        return ingest.run(self.home, paths or [self.inbox], at, received_on=on, secret=SECRET, **more)

    def ask(self, query):
        """The rows of a query."""
        with connect(self.home) as engine, engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def fresh_desk(server, template, tmp_path_factory):
    """Makes desks, each with its own warehouse."""
    names = []
    with pytest.MonkeyPatch.context() as patch:

        def make():
            name = f"test_{uuid.uuid4().hex[:12]}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            names.append(name)
            patch.setenv("SAISINES_DATABASE_URL", _address(server, name))
            return Desk(tmp_path_factory.mktemp("home"))

        yield make
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def desk(fresh_desk):
    return fresh_desk()
