"""One server a session, one fresh warehouse a test: a copy of an initialised one, which takes a tenth of a second.

SAISINES_TEST_DATABASE_URL runs the same tests on another server, whose role may create databases.
"""

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from etl.jobs import init
from etl.warehouse.server import connect, running

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
REGISTER = """code;nom;siret;rna;departement;iban;bic;titulaire;email;active_du;active_au;successeur
AAV001;Association 001 (exemple);99000001000019;W000000001;13;FR7699999000010000000000115;EXMPFRPP;AAV 001;a@x.example;2015-01-01;;
AAV002;Association 002 (exemple);99000000200008;W000000002;33;FR7699999000010000000000212;EXMPFRPP;AAV 002;b@x.example;2015-01-01;;
AAV003;Association 003 (exemple);99000003600006;W000000003;59;FR7699999000010000000000309;EXMPFRPP;AAV 003;c@x.example;2015-01-01;2025-12-31;
"""


def database(url: str, name: str) -> str:
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
def register(tmp_path_factory):
    path = tmp_path_factory.mktemp("register") / "associations.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def template(server, register, tmp_path_factory):
    name = f"template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAISINES_DATABASE_URL", database(server, name))
        init.run(Path("unused"), None, register, "installation", AT)
    yield name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}"')


@pytest.fixture
def home(server, template, monkeypatch, tmp_path):
    """A home whose warehouse is initialised: four conventions, three associations."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    monkeypatch.setenv("SAISINES_DATABASE_URL", database(server, name))
    yield tmp_path
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def engine(home):
    with connect(home) as engine:
        yield engine


@pytest.fixture
def connection(engine):
    """In a transaction that is rolled back."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()
