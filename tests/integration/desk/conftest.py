"""The desk over a real warehouse; who asks is a header."""

import pytest
from warehouse.conftest import connection, engine, home, register, template

from etl import settings
from etl.web import app as web
from tests.unit.web.conftest import PEOPLE, client_of

__all__ = ["connection", "engine", "home", "register", "template"]
SECRET = b"secret of the tests"


@pytest.fixture
def desk(home, monkeypatch):
    """The desk of a home, and the accounts of each role."""
    monkeypatch.setenv("SAISINES_HOME", str(home))
    assert settings.home() == home
    text = ", ".join(f'"{name}": "{role}"' for name, role in PEOPLE.items())
    (home / "bureau.json").write_text("{" + text + "}")
    with client_of(web.create_app(SECRET)) as client:
        yield client
