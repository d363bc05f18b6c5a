"""One PostgreSQL a session: the embedded one, or that of SAISINES_TEST_DATABASE_URL, whose role may create databases."""

import os

import pytest

from etl.warehouse.server import running


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    given = os.environ.get("SAISINES_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with running(tmp_path_factory.mktemp("server") / "home", create=True) as url:
        yield url
