"""A home with an initialised warehouse, fresh for each test: a copy of one made once a session."""

import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from ingest_moment import AT, SECRET
from sqlalchemy import text

from etl.jobs.intake import ingest
from etl.jobs.running import init
from etl.warehouse.server import connect
from tests.integration.warehouses import database

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "sources"))


@pytest.fixture(scope="session")
def template(server):
    with database(server) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SAISINES_DATABASE_URL", url)
            init.run(Path("unused"), None, None, "installation", AT)
        yield url


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
    with pytest.MonkeyPatch.context() as patch, ExitStack() as made:

        def make():
            patch.setenv("SAISINES_DATABASE_URL", made.enter_context(database(server, template)))
            return Desk(tmp_path_factory.mktemp("home"))

        yield make


@pytest.fixture
def desk(fresh_desk):
    return fresh_desk()
