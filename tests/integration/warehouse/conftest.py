"""One fresh warehouse a test, with three associations."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.jobs.running import init
from etl.jobs.watching import notices
from etl.jobs.watching.mail import Sent
from etl.warehouse.server import connect
from tests.integration.warehouses import database

from .watched import NOW

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
REGISTER = """code;nom;siret;rna;departement;iban;bic;titulaire;email;active_du;active_au;successeur
AAV001;Association 001 (exemple);99000001000019;W000000001;13;FR7699999000010000000000115;EXMPFRPP;AAV 001;a@x.example;2015-01-01;;
AAV002;Association 002 (exemple);99000000200008;W000000002;33;FR7699999000010000000000212;EXMPFRPP;AAV 002;b@x.example;2015-01-01;;
AAV003;Association 003 (exemple);99000003600006;W000000003;59;FR7699999000010000000000309;EXMPFRPP;AAV 003;c@x.example;2015-01-01;2025-12-31;
"""


@pytest.fixture(scope="session")
def register(tmp_path_factory):
    path = tmp_path_factory.mktemp("register") / "associations.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def template(server, register):
    with database(server) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SAISINES_DATABASE_URL", url)
            init.run(Path("unused"), None, register, "installation", AT)
        yield url


@pytest.fixture
def home(server, template, monkeypatch, tmp_path):
    """A home whose warehouse is initialised: four conventions, three associations."""
    with database(server, template) as url:
        monkeypatch.setenv("SAISINES_DATABASE_URL", url)
        yield tmp_path


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


@pytest.fixture
def addressed(monkeypatch):
    """Each role has an address, and the desk one for links."""
    for role in ("COORDINATION", "FINANCE", "DATA", "PSYCHOLOGUE"):
        monkeypatch.setenv(f"SAISINES_MAIL_{role}", f"{role.lower()}@federation.example")
    monkeypatch.setenv("SAISINES_DESK_URL", "https://saisines.example/bureau/")
    monkeypatch.setenv("SAISINES_LOG", "off")


@pytest.fixture
def post(addressed, home):
    """Looks and tells at an instant; gives the messages, by role, as a server that takes everything gets them."""

    def run(at=NOW, away=False):
        taken = {}

        def send(messages, sent):
            if away:
                raise ConnectionRefusedError
            for message in messages:
                taken[message.key.split("/")[1]] = message
                sent(message)
            return Sent([message.key for message in messages], [])

        notices.look(home, at)
        notices.tell(home, at, send)
        return taken

    return run
